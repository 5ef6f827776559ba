"""The peer of every throughput figure: pgbench's TPC-B on the same embedded server, in the same run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

from liushui.store.embedded import EmbeddedServer

SCALES = (1, 50)
PGBENCH_CLIENTS = (16, 32, 64)
_TPS = re.compile(r"tps = ([0-9.]+)")


def tpc_b(server: EmbeddedServer, seconds: int, say: Callable[[str], None]) -> dict[str, float]:
    """Best transactions a second of 16, 32 and 64 clients with pgbench's default protocol, at two scales: 1 is
    what ``pgbench -i`` makes, where every transaction waits for the one branch row; 50 is nearly free of waiting."""
    return {f"scale {scale}": _at_scale(server, scale, seconds, say) for scale in SCALES}


def as_text(peers: dict[str, float]) -> list[str]:
    return [f"pgbench TPC-B, best of 16, 32 and 64 clients, {k}: {tps:.0f}/s" for k, tps in peers.items()]


def _at_scale(server: EmbeddedServer, scale: int, seconds: int, say: Callable[[str], None]) -> float:
    database = f"tpcb{scale}"
    where = ["-h", str(server.socket_dir), "-U", "postgres"]

    def run(program: str, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - a program of the wheel
            [server.bin_dir / program, *where, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    run("createdb", database)
    run("pgbench", "-i", "-q", "-s", str(scale), database)
    best = 0.0
    for clients in PGBENCH_CLIENTS:
        output = run("pgbench", "-c", str(clients), "-j", "2", "-T", str(seconds), database)
        found = _TPS.search(output)
        best = max(best, float(found[1]) if found else 0.0)
    run("dropdb", database)
    say(f"pgbench scale {scale}: {best:.0f}/s")
    return best
