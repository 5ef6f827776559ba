"""Small procedures for stories of the runtime: the body of a process, with everything else filled in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from liushui.workflow import Bundle

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:liushui="urn:liushui:bpmn:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:test">'
)


def flow(id: str, source: str, target: str, condition: str = "") -> str:
    if not condition:
        return f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}"/>'
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
    )
    return (
        f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
    )


def line(*elements: str) -> str:
    """Flows from each element to the next."""
    return "".join(flow(f"F{n}_{a}_{b}", a, b) for n, (a, b) in enumerate(pairwise(elements)))


def start(id: str = "Start") -> str:
    return f'<bpmn:startEvent id="{id}"/>'


def end(id: str = "End") -> str:
    return f'<bpmn:endEvent id="{id}"/>'


def user(id: str, role: str = "teller", **more: str) -> str:
    attributes = {"role": role, "form": "note", "serviceLevel": "PT1H", "procedure": "work"} | more
    text = " ".join(f'liushui:{name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:userTask id="{id}" name="{id}" {text}/>'


def service(id: str, binding: str, more: str = "") -> str:
    return f'<bpmn:serviceTask id="{id}" name="{id}" liushui:binding="{binding}" {more}/>'


NOTE = {
    "zh": "备注", "en": "Note",
    "fields": [{"name": "note", "type": "text", "zh": "备注", "en": "Note"},
               {"name": "pin", "type": "text", "zh": "密码", "en": "PIN", "secret": True}],
}  # fmt: skip
TEXT = "# Work\n\n## Work {#work}\nDo it.\n"


def bundle(
    key: str,
    body: str,
    *,
    roots: str = "",
    forms: dict[str, Any] | None = None,
    attributes: str = "",
    **decisions: Any,
) -> Bundle:
    """A procedure with this body. Who may start it: everybody."""
    bpmn = (
        f'{HEAD}{roots}<bpmn:process id="{key}" name="{key}" isExecutable="true" {attributes}>{body}'
        "</bpmn:process></bpmn:definitions>"
    )
    return Bundle(bpmn.encode(), decisions, {"note": NOTE, **(forms or {})}, {"zh-CN": TEXT, "en": TEXT})
