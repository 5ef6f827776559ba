"""Diagrams: everything is drawn, nothing lies on anything else, and the model stays what it was."""

from __future__ import annotations

import random
import re

import pytest

from liushui.processes.registry import procedure_folders
from liushui.workflow import read
from liushui.workflow.layout import lay_out
from tests.diagrams import faults
from tests.workflows import HEAD, bpmn, flows, flows_in

HOUSE = {folder.name: (folder / "process.bpmn").read_bytes() for folder in procedure_folders()}


def model(body: str) -> bytes:
    return f'{HEAD}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'.encode()


@pytest.mark.parametrize("name", HOUSE)
def test_every_procedure_of_the_house_has_a_diagram(name: str) -> None:
    """Where this fails for a new procedure: ``liushui process layout`` draws it."""
    assert faults(HOUSE[name]) == []
    assert lay_out(HOUSE[name]) == HOUSE[name]


@pytest.mark.parametrize("name", HOUSE)
def test_a_drawing_adds_and_changes_nothing(name: str) -> None:
    bare = re.sub(rb"  <bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\n", b"", HOUSE[name], flags=re.DOTALL)
    drawn = lay_out(bare)
    at = drawn.index(b"  <bpmndi:BPMNDiagram")
    added = len(drawn) - len(bare)
    assert drawn[:at] + drawn[at + added :] == bare
    assert drawn == lay_out(bare)
    one, other = read(bare)[0], read(drawn)[0]
    assert (one.elements, one.flows, one.scopes) == (other.elements, other.flows, other.scopes)


def test_loops_boundaries_boxes_and_compensation() -> None:
    inside = flows_in("In>Draft Draft>Ok Ok>Draft Ok>Out") + bpmn(
        '<start In/><user Draft/><xor Ok default="Ok_Out" name="通过? Approved?"/><end Out/>')  # fmt: skip
    body = bpmn(
        f"<start Begin name='开始 Begin'/><service Book/><sub Box>{inside}</sub><end Done/><end Late/><end Wrong/>"
        "<boundary Timer attachedToRef='Box'><timer><bpmn:timeDuration>PT1H</bpmn:timeDuration></timer></boundary>"
        "<boundary Fails attachedToRef='Book'><err Fail/></boundary>"
        "<boundary Undo attachedToRef='Book'><comp C/></boundary>"
        "<service Unbook isForCompensation='true'/>"
        '<bpmn:association id="Assoc" sourceRef="Undo" targetRef="Unbook"/>'
    )
    xml = model(body + flows("Begin>Book Book>Box Box>Done Timer>Late Fails>Wrong"))
    drawn = lay_out(xml)
    assert faults(drawn) == []
    assert b'bpmnElement="Assoc"' in drawn
    assert drawn.count(b'isExpanded="true"') == 1


def test_a_file_with_a_diagram_is_left_alone_and_ids_stay_unique() -> None:
    body = bpmn("<start Begin/><user Begin_di/><end Done/>") + flows("Begin>Begin_di Begin_di>Done")
    drawn = lay_out(model(body))
    assert faults(drawn) == []
    assert lay_out(drawn) == drawn


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_flows_are_nothing_lies_on_anything_else(seed: int) -> None:
    """Models made by chance: branches, skips, loops, boundary events, boxes in boxes. Not all would run; all are drawn."""
    xml = model(_by_chance(random.Random(seed), 14, "N", depth=2))
    drawn = lay_out(xml)
    assert faults(drawn) == []
    assert drawn == lay_out(xml)


def _by_chance(chance: random.Random, size: int, name: str, depth: int) -> str:
    parts, arrows = [f"<start {name}0/>"], list[str]()
    for at in range(1, size):
        id = f"{name}{at}"
        kind = chance.choice(["user", "service", "xor", "and", "user", "end", "sub"])
        if kind == "sub" and depth:
            parts.append(f"<sub {id}>{_by_chance(chance, chance.randint(2, 6), f'{id}x', depth - 1)}</sub>")
        else:
            kind = "user" if kind == "sub" else kind
            parts.append(f"<{kind} {id} name='环节 Step {at}'/>")
        sources = [s for s in range(at) if "<end " not in parts[s]]
        arrows.append(f"{name}{chance.choice(sources)}>{id}")
        if chance.random() < 0.3:
            arrows.append(f"{name}{chance.choice(sources)}>{id}")
        if kind in ("user", "sub") and chance.random() < 0.3:
            parts[-1] += f"<boundary {id}b attachedToRef='{id}' name='到期 Due'><err {id}e/></boundary>"
            arrows.append(f"{id}b>{name}{chance.randint(1, at)}")
    ends = [s for s in range(1, size) if "<end " not in parts[s]]
    for _ in range(size // 5):
        if len(ends) > 1:
            one, other = chance.sample(ends, 2)
            arrows.append(f"{name}{one}>{name}{other}")
    leaving = {arrow.partition(">")[0] for arrow in arrows}
    for at in range(1, size):
        if parts[at].startswith(("<xor", "<and")) and f"{name}{at}" not in leaving:
            parts.append(f"<end {name}{at}e/>")
            arrows.append(f"{name}{at}>{name}{at}e")
    text = flows(" ".join(dict.fromkeys(arrows)))
    return bpmn("".join(parts)) + text
