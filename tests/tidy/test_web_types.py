"""The pages' types are held against the API's own document: a field that is renamed there fails here."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from pathlib import Path

from liushui.channels.open_api import create_api
from liushui.channels.open_api.access import ACCESS

WEB = Path(__file__).parents[2] / "web"
TYPES = sorted((WEB / "shared" / "api").glob("*ypes.ts"))


@asynccontextmanager
async def no_bank():
    raise AssertionError
    yield


def test_every_field_that_a_page_reads_is_a_field_of_the_api() -> None:
    api = create_api(no_bank, version="0", requests_per_second=1)
    schemas = api.openapi()["components"]["schemas"]
    text = "\n".join(path.read_text("utf-8") for path in TYPES)
    interfaces = re.findall(r"export interface (\w+)(?: extends \w+)? \{(.*?)\n\}", text, re.DOTALL)
    assert len(interfaces) > 10
    for name, body in interfaces:
        fields = set(re.findall(r"^  (\w+)\??:", body, re.MULTILINE))
        assert fields, name
        assert fields <= schemas[name]["properties"].keys(), name


def test_every_operation_of_the_api_has_a_managers_words() -> None:
    """What is refused is shown by what was asked for: the page knows every part of an address that says so."""
    text = (WEB / "console" / "bank" / "asked.ts").read_text("utf-8")
    known = {name.strip("'") for name in re.findall(r"^  ([\w'-]+): 'asked\.", text, re.MULTILINE)}
    parts = [[part for part in path.split("/") if part not in ("", "v1", "my")] for _, path in ACCESS]
    assert {path[0] for path in parts} == known
