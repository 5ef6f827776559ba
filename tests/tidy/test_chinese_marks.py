"""Chinese texts have Chinese marks: a comma, a colon or a bracket beside a Chinese character is full-width."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "liushui"
PROCESSES = SOURCE / "processes"
HAN = "[\u3400-\u9fff\u3001-\u303f\uff01-\uff5e“”]"
HALF = re.compile(f"{HAN} ?[,;:?!()]|[,;:?!()] ?{HAN}")
NO_TEXT = re.compile(r"`[^`]*`|\{#[^}]*\}")
"""Code, and the anchors of headings."""


def half_width(text: str) -> str | None:
    found = HALF.search(NO_TEXT.sub("", text))
    return None if found is None else text[max(0, found.start() - 10) : found.end() + 10]


def _labels(value: Any) -> Iterator[str]:
    """Whatever is said in Chinese in a tree of data."""
    if isinstance(value, dict):
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            if key in ("zh", "source_zh", "sourceZh") and isinstance(inner, str):
                yield inner
            else:
                yield from _labels(inner)
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _labels(inner)


def _texts() -> Iterator[tuple[Path, str]]:
    for file in (SOURCE / "locales" / "zh-CN.json", ROOT / "web" / "locales" / "zh-CN.json"):
        yield from ((file, text) for text in json.loads(file.read_text("utf-8")).values())
    yield from ((file, file.read_text("utf-8")) for file in PROCESSES.glob("*/sop.zh-CN.md"))
    for file in PROCESSES.glob("*/process.bpmn"):
        yield from ((file, name) for name in re.findall(r' name="([^"]*)"', file.read_text("utf-8")))
    for file in PROCESSES.glob("*/*/*.json"):
        yield from ((file, text) for text in _labels(json.loads(file.read_text("utf-8"))))
    for file in SOURCE.rglob("*.yaml"):
        yield from ((file, text) for text in _labels([*yaml.safe_load_all(file.read_text("utf-8"))]))


def test_no_half_width_mark_stands_beside_a_chinese_character() -> None:
    texts = list(_texts())
    assert {file.suffix for file, _ in texts} == {".json", ".md", ".bpmn", ".yaml"}
    found = [f"{file.relative_to(ROOT)}: {part}" for file, text in texts if (part := half_width(text))]
    assert found == []


@pytest.mark.parametrize(
    "text", ["人证不一致,不予办理", "金额(分)", "须复核? Review?", "上限 (不含)", "改期的:先取消"]
)
def test_a_half_width_mark_is_found(text: str) -> None:
    assert half_width(text) is not None


@pytest.mark.parametrize(
    "text", ["须复核？ Review needed?", "24:00 起", "新卡（SHA-256）", "见 `a,中`", "## 申请 {#request}"]
)
def test_what_is_no_chinese_mark_is_left_alone(text: str) -> None:
    assert half_width(text) is None
