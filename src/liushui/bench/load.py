"""A load generator for machines without wrk: keep-alive connections that each wait for their answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from liushui.kernel.clock import monotonic_s


async def run_load(
    port: int, tokens: Sequence[str], prefix: str, accounts: int, connections: int, seconds: int
) -> dict[str, int]:
    """Ask for transfers until the time is over. Returns answers, us (length of the run), errors (answers other
    than 201), p50_us and p99_us."""
    latencies: list[float] = []
    errors = 0
    started = monotonic_s()

    async def client(number: int) -> None:
        nonlocal errors
        chance = random.Random(number)  # noqa: S311 - a workload, not a secret
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while (asked := monotonic_s()) < started + seconds:
            count += 1
            payer, payee = chance.sample(range(1, accounts + 1), 2)
            body = f'{{"payer":"B{payer:06d}","payee":"B{payee:06d}","amount":"1.00","currency":"CNY"}}'
            token = tokens[(number + count) % len(tokens)]
            writer.write(
                f"POST /v1/transfers HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {token}\r\nIdempotency-Key: {prefix}-{number}-{count}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
            await reader.readexactly(length)
            errors += not head.startswith(b"HTTP/1.1 201")
            latencies.append(monotonic_s() - asked)
        writer.close()

    await asyncio.gather(*(client(n) for n in range(connections)))
    took = monotonic_s() - started
    latencies.sort()
    return {
        "answers": len(latencies), "us": round(took * 1e6), "errors": errors,
        "p50_us": round(latencies[len(latencies) // 2] * 1e6),
        "p99_us": round(latencies[len(latencies) * 99 // 100] * 1e6),
    }  # fmt: skip
