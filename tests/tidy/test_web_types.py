"""The pages' types are held against the API's own document: a field that is renamed there fails here."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from pathlib import Path

from liushui.channels.open_api import create_api

TYPES = sorted((Path(__file__).parents[2] / "web" / "shared" / "api").glob("*ypes.ts"))


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
