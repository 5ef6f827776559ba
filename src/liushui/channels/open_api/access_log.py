"""One JSON line a request: the route and never the URL, since paths and queries name people's accounts.

Lines are gathered and written together a few times a second: a write and a formatted record for each would cost
a tenth of a transfer. A process killed with -9 loses its last lines; evidence is in the books, not here.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

from liushui.kernel.clock import Clock, SystemClock

FLUSH_AFTER_S = 0.2


class AccessLog:
    """stream: where lines go (standard error, like all logs)."""

    def __init__(self, stream: TextIO | None = None, clock: Clock | None = None) -> None:
        self._stream = stream
        self._clock = clock or SystemClock()
        self._lines: list[str] = []

    def write(self, request_id: str, method: str, route: str, status: int, ms: float) -> None:
        """All five are ours or checked (request_id: letters, digits, ``_`` and ``-``), so nothing needs escaping."""
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_AFTER_S, self.flush)
        self._lines.append(
            f'{{"at": "{self._clock.now().isoformat()}", "request_id": "{request_id}", '
            f'"method": "{method}", "route": "{route}", "status": {status}, "ms": {ms:.1f}}}\n'
        )

    def flush(self) -> None:
        """Write what has been gathered."""
        lines, self._lines = self._lines, []
        stream = self._stream or sys.stderr
        stream.write("".join(lines))
        stream.flush()
