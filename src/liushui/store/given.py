"""What a verification takes as given. The checks of every package know it; the day's end says what may be given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Given:
    """Everything up to the cut-off of a closed day, taken to be right. journal, event: the last ones given; day: the closed
    day, whose own close is looked at again; at: when it was cut off. As it stands by itself nothing is given."""

    journal: int = 0
    event: int = 0
    day: date | None = None
    at: datetime | None = None

    @property
    def nothing(self) -> bool:
        return self.day is None


NOTHING = Given()
