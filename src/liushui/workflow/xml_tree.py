"""XML from anybody into a small tree, in bounded time and memory.

Refused: a document type (so no entity can be declared or fetched), encodings other than UTF-8 and Latin-1, more bytes, nodes or deeper
nesting than a model can need. The parser is fed in pieces and stops at the first of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from liushui.kernel.errors import refuse

BYTES_MAX = 2_000_000
DEPTH_MAX = 40
NODES_MAX = 60_000
"""Of any kind: thirty for each flow element, diagram included."""
PIECE = 65_536
ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})["']""")

_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1")
"""In each of them what is looked for below is written in the same bytes."""


@dataclass(slots=True)
class Node:
    """tag: local name; space: namespace. Attributes without namespace have their plain name."""

    space: str
    tag: str
    attributes: Mapping[str, str]
    children: list[Node] = field(default_factory=list["Node"])
    text: str = ""

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    def own(self, space: str, tag: str) -> Iterator[Node]:
        """The children of one name."""
        return (child for child in self.children if child.tag == tag and child.space == space)

    def first(self, space: str, tag: str) -> Node | None:
        return next(self.own(space, tag), None)


class _Builder:
    """Called by the parser."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._count = 0
        self._open: list[Node] = []
        self._text: list[list[str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) >= DEPTH_MAX:
            raise refuse("bpmn_too_deep", most=DEPTH_MAX)
        self._count += 1
        if self._count > NODES_MAX:
            raise refuse("bpmn_too_many_elements", most=NODES_MAX)
        space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        node = Node(space, name, dict(attributes))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._text.append([])

    def end(self, tag: str) -> None:
        self._open.pop().text = "".join(self._text.pop()).strip()

    def data(self, data: str) -> None:
        if self._text:
            self._text[-1].append(data)

    def doctype(self, *_: object) -> None:
        raise refuse("bpmn_doctype")

    def close(self) -> Node | None:
        return self.root


def parse(xml: bytes) -> Node:
    """Raises ``Refused``: bpmn_too_large, bpmn_encoding, bpmn_doctype, bpmn_too_deep, bpmn_too_many_elements,
    bpmn_malformed."""
    if len(xml) > BYTES_MAX:
        raise refuse("bpmn_too_large", most=BYTES_MAX)
    body = xml.removeprefix(b"\xef\xbb\xbf")
    declared = ENCODING.match(body)
    if b"\0" in xml or (declared and declared[1].lower() not in _ENCODINGS):
        raise refuse("bpmn_encoding")
    if re.search(rb"<!(DOCTYPE|ENTITY)", body, re.IGNORECASE):
        raise refuse("bpmn_doctype")
    builder = _Builder()
    parser = etree.XMLParser(
        target=cast(Any, builder), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        for at in range(0, len(body), PIECE):
            parser.feed(body[at : at + PIECE])
        parser.close()
    except etree.XMLSyntaxError as broken:
        raise refuse("bpmn_malformed", reason=str(broken.msg)[:200]) from broken
    if builder.root is None:
        raise refuse("bpmn_malformed", reason="empty")
    return builder.root
