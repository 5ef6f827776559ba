"""How long work tells how far it is: a bar on a terminal, a plain line every tenth elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(unit: str) -> Generator[Callable[[int, int], None]]:
    """A function of (done, total), written to standard error."""
    if not sys.stderr.isatty():
        yield _plain_lines(unit)
        return
    with tqdm(total=None, unit=f" {unit}") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _plain_lines(unit: str) -> Callable[[int, int], None]:
    told = -1

    def show(done: int, total: int) -> None:
        nonlocal told
        tenth = done * 10 // total if total else 10
        if tenth > told:
            told = tenth
            print(f"{done} of {total} {unit}", file=sys.stderr, flush=True)

    return show
