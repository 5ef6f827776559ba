"""What people read: messages by code, in every language of the bank."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("zh-CN", "en")


@cache
def messages(language: str) -> Mapping[str, str]:
    return json.loads(resources.files("liushui.locales").joinpath(f"{language}.json").read_text("utf-8"))


def message(code: str, params: Mapping[str, object], language: str) -> str:
    """The sentence for a code; the code itself where a parameter is missing."""
    try:
        return messages(language)[code].format_map(params)
    except (KeyError, IndexError):
        return code


def reader_language() -> str:
    """The language of whoever sits at this terminal, by the environment: zh-CN or en."""
    return "zh-CN" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"


def best_language(accept_language: str) -> str:
    """zh-CN or en, whichever an Accept-Language header names first; Chinese where it names neither."""
    for part in accept_language.lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh-CN"
    return "zh-CN"
