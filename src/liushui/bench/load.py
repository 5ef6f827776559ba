"""The load of every bench: clients who each wait for their answer before they ask again, and the figures they see."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from liushui.kernel.clock import monotonic_s


@dataclass(frozen=True, slots=True)
class Load:
    """One run. took_s: its length; latencies as one of the waiting clients saw them."""

    answers: int
    errors: int
    took_s: float
    p50_ms: float
    p99_ms: float

    def figure(self) -> dict[str, float]:
        """rate: answers with success a second."""
        rate = (self.answers - self.errors) / self.took_s
        return {"rate": rate, "errors": self.errors, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms}


def figure_as_text(figure: dict[str, float]) -> str:
    return (
        f"{figure['rate']:.0f}/s, {figure['errors']:.0f} errors, "
        f"p50 {figure['p50_ms']:.1f} ms, p99 {figure['p99_ms']:.1f} ms"
    )


async def drive(clients: int, seconds: float, ask: Callable[[int], Awaitable[bool]]) -> Load:
    """Ask until the time is over. ask: one request of one client, who is given by number; whether it succeeded."""
    started = monotonic_s()
    latencies: list[float] = []
    errors = 0

    async def client(number: int) -> None:
        nonlocal errors
        while (asked := monotonic_s()) < started + seconds:
            errors += not await ask(number)
            latencies.append(monotonic_s() - asked)

    await asyncio.gather(*(client(n) for n in range(clients)))
    took = monotonic_s() - started
    latencies.sort()
    at = len(latencies)
    return Load(at, errors, took, latencies[at // 2] * 1000, latencies[at * 99 // 100] * 1000)


async def transfers_over_http(
    port: int, tokens: Sequence[str], prefix: str, accounts: int, connections: int, seconds: int
) -> Load:
    """A load generator for machines without wrk, over keep-alive connections. An answer other than 201 is an error."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    counts = [0] * connections
    chances = [random.Random(number) for number in range(connections)]  # noqa: S311 - a workload, not a secret

    async def ask(number: int) -> bool:
        reader, writer = opened[number]
        counts[number] += 1
        payer, payee = chances[number].sample(range(1, accounts + 1), 2)
        body = f'{{"payer":"B{payer:06d}","payee":"B{payee:06d}","amount":"1.00","currency":"CNY"}}'
        token = tokens[(number + counts[number]) % len(tokens)]
        writer.write(
            f"POST /v1/transfers HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nIdempotency-Key: {prefix}-{number}-{counts[number]}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
        await reader.readexactly(length)
        return head.startswith(b"HTTP/1.1 201")

    load = await drive(connections, seconds, ask)
    for _, writer in opened:
        writer.close()
    return load
