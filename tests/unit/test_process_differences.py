"""Differences of two versions: every edit is made here by hand, in the text of the file, and must be told as it was made."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from liushui.processes import procedure_folders
from liushui.workflow import Bundle, Deployed, Element, Event, Kind, Loop, Trigger, Work, parse, read_folder
from liushui.workflow.definition import Assign
from liushui.workflow.differences import Change, Difference, compare
from liushui.workflow.facts import Part, element_attributes


def version(bundle: Bundle, number: int = 1, **calls: str) -> Deployed:
    read = parse(bundle)
    return Deployed(
        number,
        read.definition.key,
        number,
        read.definition,
        read.decisions,
        read.forms,
        bundle.texts,
        read,
        calls,
    )


def house(key: str) -> Bundle:
    return next(read_folder(folder) for folder in procedure_folders() if folder.name == key)


def edited(bundle: Bundle, *edits: tuple[str, str]) -> Bundle:
    """The same file with texts replaced, each of which stands in it."""
    text = bundle.bpmn.decode()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return replace(bundle, bpmn=text.encode())


def told(found: tuple[Difference, ...]) -> dict[str, Any]:
    """``element Authorise``: its change, or its attributes before and after."""
    return {
        " ".join(filter(None, (d.key.part, d.key.id, d.key.inner))): (
            {a.name: (a.before, a.after) for a in d.attributes}
            if d.change is Change.CHANGED
            else d.change.value
        )
        for d in found
    }


DEPOSIT = house("cash_deposit")


def after(*edits: tuple[str, str]) -> dict[str, Any]:
    return told(compare(version(DEPOSIT), version(edited(DEPOSIT, *edits), 2)))


@pytest.mark.parametrize("folder", [folder.name for folder in procedure_folders()])
def test_no_procedure_differs_from_itself(folder: str) -> None:
    bundle = house(folder)
    assert compare(version(bundle), version(bundle, 2)) == ()


def test_a_limit_of_time_a_role_and_a_condition_are_told_with_what_they_were() -> None:
    assert after(
        ('liushui:serviceLevel="PT15M" liushui:atRisk="PT10M"', 'liushui:serviceLevel="PT30M"'),
        ('"VerifyIdentity" name="核验身份 Verify identity" liushui:role="teller"',
         '"VerifyIdentity" name="核验身份 Verify identity" liushui:role="reviewer"'),
        ('decision == "approve"', 'decision != "reject"'),
        ('liushui:startRoles="teller supervisor"', 'liushui:startRoles="teller"'),
    ) == {
        "process cash_deposit": {"start_roles": ("teller supervisor", "teller")},
        "element VerifyIdentity": {"role": ("teller", "reviewer")},
        "element Authorise": {"service_level": ("PT15M", "PT30M"), "at_risk": ("PT10M", None)},
        "flow Flow_Approved": {"condition": ('decision == "approve"', 'decision != "reject"')},
    }  # fmt: skip


def test_a_step_put_in_between_is_one_element_one_flow_and_a_flow_that_leads_elsewhere() -> None:
    found = compare(
        version(DEPOSIT),
        version(edited(DEPOSIT, (
            '<bpmn:sequenceFlow id="Flow_Decided" sourceRef="Authorise" targetRef="Decided" />',
            '<bpmn:manualTask id="Seal" name="盖章 Seal" liushui:role="teller" liushui:serviceLevel="PT5M" />'
            '<bpmn:sequenceFlow id="Flow_Sealed" sourceRef="Seal" targetRef="Decided" />'
            '<bpmn:sequenceFlow id="Flow_Decided" sourceRef="Authorise" targetRef="Seal" />')), 2),
    )  # fmt: skip
    assert told(found) == {
        "element Seal": "added",
        "flow Flow_Sealed": "added",
        "flow Flow_Decided": {"target": ("Decided", "Seal")},
    }
    (seal,) = (d for d in found if d.key.id == "Seal")
    assert (seal.name, {a.name: (a.before, a.after) for a in seal.attributes}) == (
        "盖章 Seal",
        {"kind": (None, "manual"), "name": (None, "盖章 Seal"), "role": (None, "teller"), "service_level": (None, "PT5M")},
    )  # fmt: skip


def test_the_way_back_is_the_mirror_of_the_way_there() -> None:
    other = version(edited(DEPOSIT, ('liushui:serviceLevel="PT10M"', 'liushui:serviceLevel="PT20M"'),
                           ('id="Rejected" name="退还现金 Cash handed back"', 'id="Returned" name="退还 Returned"'),
                           ('targetRef="Rejected"', 'targetRef="Returned"')), 2)  # fmt: skip
    there, back = compare(version(DEPOSIT), other), compare(other, version(DEPOSIT))
    turned = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}
    assert len(there) == 4
    assert {(d.key, turned[d.change]) for d in there} == {(d.key, d.change) for d in back}
    assert {(d.key, a.name, a.after, a.before) for d in there for a in d.attributes} == {
        (d.key, a.name, a.before, a.after) for d in back for a in d.attributes
    }


def test_where_things_are_drawn_is_no_difference() -> None:
    bundle = edited(DEPOSIT, ('<dc:Bounds x="', '<dc:Bounds x="1'))
    assert bundle.bpmn != DEPOSIT.bpmn
    assert compare(version(DEPOSIT), version(bundle, 2)) == ()


OTHERWISE: dict[str, Any] = {
    "name": "Other", "kind": Kind.MANUAL, "scope": "Sub", "default": "F", "attached_to": "Other", "interrupting": False,
    "compensation": "Undo", "for_compensation": True, "loop": Loop("standard", most=3), "sets": (Assign("x", "1"),),
    "inputs": (Assign("x", "1"),), "event": Event(Trigger.TIMER, timing="PT1H"), "work": Work(role="teller"),
    "binding": "a.b", "retries": 3, "backoff": "PT1S", "result": "r", "decision": "d", "called": "p",
    "call_in": (Assign("x", "1"),), "call_out": (Assign("x", "1"),), "documentation": "Why",
}  # fmt: skip


def test_whatever_an_element_can_say_is_compared() -> None:
    plain = Element("A", Kind.USER)
    said_by_flows = {"id", "incoming", "outgoing", "boundaries"}
    assert OTHERWISE.keys() | said_by_flows == {field.name for field in fields(Element)}
    for name, value in OTHERWISE.items():
        assert element_attributes(replace(plain, **{name: value})) != element_attributes(plain), name
    work = Work()
    for field in fields(Work):
        other: Any = {"not_same_as": ("B",), "cost_minor": 5}.get(field.name, "x")
        one, two = (replace(plain, work=w) for w in (work, replace(work, **{field.name: other})))
        assert element_attributes(one) != element_attributes(two), field.name


def table_of(decision: dict[str, Any]) -> dict[str, Any]:
    return next(node["content"] for node in decision["nodes"] if node["type"] == "decisionTableNode")


def test_rules_of_a_decision_are_told_one_by_one_and_their_order_counts() -> None:
    other = house("cash_deposit")
    table = table_of(other.decisions["cash_authority"])
    supervisor, remote, nobody = table["rules"]
    supervisor["i1"] = "<= 300000000"
    table["rules"] = [
        remote,
        supervisor,
        {"_id": "manager", "i0": '"senior_manager"', "i1": "", "o0": "true"},
        nobody,
    ]
    found = compare(version(DEPOSIT), version(other, 2))
    assert told(found) == {
        "decision cash_authority": {"order": ("supervisor, remote, nobody", "remote, supervisor, nobody")},
        "rule cash_authority supervisor": {"when.amount": ("<= 500000000", "<= 300000000")},
        "rule cash_authority manager": "added",
    }
    (manager,) = (d for d in found if d.key.inner == "manager")
    assert [(a.name, a.after) for a in manager.attributes] == [
        ("when.role", '"senior_manager"'),
        ("when.amount", "*"),
        ("then.allowed", "true"),
    ]


def test_fields_of_a_form_and_passages_of_the_text() -> None:
    other = house("cash_deposit")
    fields = other.forms["authorisation"]["fields"]
    fields[0]["required"] = not fields[0].get("required", False)
    fields.append({"name": "seen", "type": "flag", "zh": "已核对", "en": "Seen"})
    heading = next(line for line in other.texts["en"].splitlines() if line.endswith("{#authorise}"))
    texts = {**other.texts, "en": other.texts["en"].replace(heading, f"{heading}\nCount twice.")}
    found = told(compare(version(DEPOSIT), version(replace(other, texts=texts), 2)))
    name = fields[0]["name"]
    assert found.pop(f"field authorisation {name}") == {"required": ("true", None)}
    assert found.pop("field authorisation seen") == "added"
    ((key, change),) = found.items()
    assert key == "text en " + heading.lstrip("# ").removesuffix(" {#authorise}")
    assert change["text"][1] == f"Count twice.\n{change['text'][0]}"


def test_a_call_that_is_bound_to_a_newer_version_differs_by_that_alone() -> None:
    bundle = house("complaint")
    definition = parse(bundle).definition
    element = next(iter(definition.elements))
    found = compare(version(bundle, 1, **{element: "other 1"}), version(bundle, 2, **{element: "other 2"}))
    assert told(found) == {f"element {element}": {"calls": ("other 1", "other 2")}}
    assert found[0].key.part is Part.ELEMENT
