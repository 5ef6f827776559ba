"""Models of other tools come in and go out as they were: all that is drawn is kept, what can run is understood, and what
cannot is named with its reason. The files are our own, with the kinds of elements of BPMN's interchange tests (MIWG)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from lxml import etree

from liushui.kernel.errors import Refused
from liushui.workflow import Kind, read
from tests.interchange import MODELS, SPACE, TAGS, Model

B = f"{{{SPACE}}}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
EVENTS = {
    "compensation": "compensateEventDefinition",
}
KINDS = {
    "start": Kind.START, "end": Kind.END, "throw": Kind.THROW, "catch": Kind.CATCH, "boundary": Kind.BOUNDARY,
    "beside": Kind.BOUNDARY, "task": Kind.SET, "undo": Kind.SET, "user": Kind.USER, "service": Kind.SERVICE, "send": Kind.SEND,
    "receive": Kind.RECEIVE, "manual": Kind.MANUAL, "rule": Kind.RULE, "call": Kind.CALL, "sub": Kind.SUB_PROCESS,
    "event_sub": Kind.EVENT_SUB_PROCESS, "xor": Kind.EXCLUSIVE, "and": Kind.PARALLEL, "or": Kind.INCLUSIVE,
    "either": Kind.EVENT_BASED,
}  # fmt: skip
every = pytest.mark.parametrize("name", MODELS)


def walked(xml: bytes) -> Any:
    return etree.fromstring(xml)


@every
def test_what_is_only_drawn_comes_in_and_goes_out_byte_for_byte(name: str) -> None:
    xml = MODELS[name].file(executable=False)
    (definition,) = read(xml)
    assert (definition.executable, definition.elements) == (False, {})
    assert definition.export() == xml


@every
def test_what_goes_out_says_what_was_drawn(name: str) -> None:
    """By a walk over the file that knows nothing of the reader, against the description."""
    model = MODELS[name]
    (definition,) = read(model.file(executable=False))
    root = walked(definition.export())
    nodes = {e.get("id"): e for e in root.iter() if e.tag in {B + tag for tag in TAGS.values()}}
    assert nodes.keys() == {node.id for node in model.drawn()}
    for node in model.drawn():
        element = nodes[node.id]
        assert element.tag == B + TAGS[node.kind]
        assert element.get("name") == f"{node.id} für alle"
        assert element.get("attachedToRef") == node.host
        on = [child.tag for child in element if child.tag.endswith("EventDefinition")]
        kind = EVENTS.get(node.trigger or "", f"{node.trigger}EventDefinition")
        assert on == ([B + kind] if node.trigger else [])
        loops = [child.tag for child in element if child.tag.endswith("LoopCharacteristics")]
        assert len(loops) == (node.loop is not None)
        assert element.getparent().get("id") == (node.inside or model.key)
    flows = [
        (f.get("sourceRef"), f.get("targetRef"), "".join(f.itertext())) for f in root.iter(B + "sequenceFlow")
    ]
    assert Counter(flows) == Counter(model.sequence())
    messages = [(f.get("sourceRef"), f.get("targetRef")) for f in root.iter(B + "messageFlow")]
    assert messages == model.message_flows()
    lanes = {lane.get("name"): [ref.text for ref in lane] for lane in root.iter(B + "lane")}
    assert lanes == {lane: ids.split() for lane, ids in model.lanes.items()}
    ends = {a.get("sourceRef"): a.get("targetRef") for a in root.iter(B + "association")}
    assert ends == {**model.undoes, **{id: f"Note_{id}" for id in model.notes}}
    assert [t.text for t in root.iter(B + "text")] == list(model.notes.values())
    data = [e.get("id") for t in ("dataObjectReference", "dataStoreReference") for e in root.iter(B + t)]
    assert sorted(data) == sorted(model.data)
    assert len(list(root.iter(B + "group"))) == model.groups


@every
def test_the_diagram_goes_out_as_it_came_in(name: str) -> None:
    model = MODELS[name]
    (definition,) = read(model.file(executable=False))
    root = walked(definition.export())
    shapes = {
        s.get("bpmnElement"): tuple(int(s[0].get(side)) for side in ("x", "y", "width", "height"))
        for s in root.iter(DI + "BPMNShape")
    }
    assert shapes == model.bounds()
    edges = [e.get("bpmnElement") for e in root.iter(DI + "BPMNEdge")]
    assert sorted(edges) == sorted(f"{a}_{b}" for a, b, _ in model.sequence())
    assert all(len(e) == 2 for e in root.iter(DI + "BPMNEdge"))


def runnable() -> list[str]:
    return [name for name, model in MODELS.items() if not model.refused]


@pytest.mark.parametrize("name", runnable())
def test_what_can_run_is_understood_whole(name: str) -> None:
    model = MODELS[name]
    xml = model.file(executable=True)
    (definition,) = read(xml)
    assert {e.id: e.kind for e in definition.elements.values()} == {
        node.id: KINDS[node.kind] for node in model.drawn()
    }
    for node in model.drawn():
        element = definition.elements[node.id]
        assert (element.attached_to, element.scope) == (node.host, node.inside)
        assert (element.loop is not None) == (node.loop is not None)
        trigger = None if element.event is None else element.event.trigger.value
        assert trigger in ((node.trigger or "none"), None) or node.kind in ("send", "receive")
        if node.kind == "beside":
            assert not element.interrupting
    flows = [(f.source, f.target, f.condition or "") for f in definition.flows.values()]
    assert Counter(flows) == Counter(model.sequence())
    assert {e.id: e.compensation for e in definition.elements.values() if e.compensation} == {
        next(n.host for n in model.drawn() if n.id == by): undo for by, undo in model.undoes.items()
    }
    assert definition.export() == xml


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.refused])
def test_what_cannot_run_is_named_with_its_reason_and_nothing_else_is(name: str) -> None:
    model = MODELS[name]
    with pytest.raises(Refused) as refused:
        read(model.file(executable=True))
    found = {
        str(f.field): str(f.params.get("what", f.params.get("reason", ""))) for f in refused.value.faults
    }
    assert found == model.refused


def test_the_working_groups_models_are_all_there() -> None:
    assert list(MODELS) == [*(f"A.{n}" for n in range(1, 5)), "B.1", "B.2", *(f"C.{n}" for n in range(1, 9))]
    kinds = {node.kind for model in MODELS.values() for node in model.drawn()}
    assert kinds == TAGS.keys()
    assert {m.prefix for m in MODELS.values()} == {"bpmn:", "semantic:", ""}


def test_a_model_in_latin_letters_is_read_as_the_same_one() -> None:
    """Some tools of the interchange tests write ISO-8859-1."""
    given = MODELS["A.1"]
    latin = Model(given.key, given.nodes, given.flows, encoding="ISO-8859-1")
    one, other = (read(m.file(executable=True))[0] for m in (given, latin))
    assert one.elements == other.elements
    assert one.elements["One"].name == "One für alle"
