"""Boxes, points and labels of a diagram. Lengths are pixels; y grows downwards."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import NamedTuple

LABEL_WIDTH, LABEL_LINE = 90, 14


class Point(NamedTuple):
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> Point:
        return Point(self.x + self.width // 2, self.y + self.height // 2)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def moved(self, x: int, y: int) -> Box:
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(slots=True)
class Drawing:
    """shapes and labels by element, lines by flow. box: what all of it takes."""

    shapes: dict[str, Box] = field(default_factory=dict[str, Box])
    lines: dict[str, list[Point]] = field(default_factory=dict[str, "list[Point]"])
    labels: dict[str, Box] = field(default_factory=dict[str, Box])

    def take(self, other: Drawing, x: int, y: int) -> None:
        """Put another drawing into this one."""
        self.shapes |= {id: box.moved(x, y) for id, box in other.shapes.items()}
        self.labels |= {id: box.moved(x, y) for id, box in other.labels.items()}
        self.lines |= {id: [Point(p.x + x, p.y + y) for p in line] for id, line in other.lines.items()}

    @property
    def box(self) -> Box:
        boxes = [*self.shapes.values(), *self.labels.values()]
        points = [p for line in self.lines.values() for p in line]
        left = min([b.x for b in boxes] + [p.x for p in points], default=0)
        top = min([b.y for b in boxes] + [p.y for p in points], default=0)
        right = max([b.right for b in boxes] + [p.x for p in points], default=0)
        bottom = max([b.bottom for b in boxes] + [p.y for p in points], default=0)
        return Box(left, top, right - left, bottom - top)


def straightened(points: list[Point]) -> list[Point]:
    """Without repeated points and without points in the middle of a straight piece."""
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and (
            found[-2].x == found[-1].x == point.x or found[-2].y == found[-1].y == point.y
        ):
            found[-1] = point
        else:
            found.append(point)
    return found


def width_of(text: str) -> int:
    """About how wide a label is on one line: a Chinese character is as wide as two Latin letters."""
    return sum(12 if unicodedata.east_asian_width(c) in "WF" else 6 for c in text) + 4


def lines_of(text: str, room: int = LABEL_WIDTH) -> int:
    """About how many lines a label takes."""
    lines, left = 1, room
    for word in text.split():
        width = width_of(word)
        if width > left and left < room:
            lines, left = lines + 1, room
        while width > room:
            lines, width = lines + 1, width - room
        left -= width
    return lines
