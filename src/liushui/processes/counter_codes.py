"""Counter codes (柜面交易码): the short way by which a teller names a process. A bank's own process needs none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class CounterCode:
    """code: four figures. pinyin: initials of the Chinese name."""

    code: str
    pinyin: str


@cache
def counter_codes() -> Mapping[str, CounterCode]:
    """By the key of the process."""
    text = resources.files("liushui.processes").joinpath("counter_codes.yaml").read_text("utf-8")
    return {key: CounterCode(**row) for key, row in yaml.safe_load(text).items()}
