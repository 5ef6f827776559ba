"""Refusals as coded facts.

A refusal is a code with parameters, never a sentence: whoever shows it translates it by the code
(see locales/). All faults that a person must mend are carried at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Param = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason for a refusal.

    code: snake_case, stable, the key of its message in every locale.
    params: facts that the message needs; never a document number, password or other secret.
    field: the input that must be mended, as a path ("lines.0.amount"), or None where no single one is at fault.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
    field: str | None = None


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The bank says no, with every reason. Nothing that the refused request would have done is left."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("a refusal names at least one fault")
        self.faults: tuple[Fault, ...] = faults
        super().__init__(", ".join(f.code for f in faults))

    @property
    def code(self) -> str:
        """The code of the first fault, which is the one that decides."""
        return self.faults[0].code


def refuse(code: str, field: str | None = None, **params: Param) -> Refused:
    """Shorthand: ``raise refuse("account_unknown", account="622...")``."""
    return Refused(Fault(code, params, field))


def raise_if_any(faults: Sequence[Fault]) -> None:
    """Raise one refusal that carries all faults, or return where there are none."""
    if faults:
        raise Refused(*faults)
