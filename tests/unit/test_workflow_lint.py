"""What deployment finds wrong, and what the soundness search proves; the oracle is a naive search of all orders."""

from __future__ import annotations

from itertools import combinations

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow import WARNINGS, Definition, Kind, Known, check, read
from liushui.workflow.soundness import check_soundness
from tests.drawn import unstructured
from tests.workflows import flows_in, model

KNOWN = Known(
    roles=frozenset({"reviewer"}), forms=frozenset({"review"}), bindings=frozenset({"cash.post"}),
    decisions=frozenset({"limits"}), processes=frozenset({"kyc"}), procedures=frozenset({"review"}),
    calendars=frozenset({"counter"}),
)  # fmt: skip
WORK = 'liushui:role="reviewer" liushui:form="review" liushui:serviceLevel="PT4H" liushui:procedure="review"'


def found(body: str, lines: str, roots: str = "") -> list[tuple[str, str | None]]:
    return [(f.code, f.field) for f in check(model(body, lines, roots), KNOWN)]


def test_a_process_with_everything_has_no_fault() -> None:
    body = f"""<start S/><user A {WORK} liushui:notSameAs="initiator"/><rule R liushui:decision="limits"/><xor G default="G_E"/>
      <service V liushui:binding="cash.post"/><call C calledElement="kyc"/><manual M/><end E/>"""
    body = body.replace("<manual M/>", f"<manualTask id='M' {WORK} liushui:notSameAs='A'/>")
    assert found(body, "S>A A>R R>G G>E G>V[x > 1] V>C C>M M>E") == []


def test_everything_wrong_is_said_at_once() -> None:
    body = """<start S/><user A/><user B liushui:role="boss" liushui:form="none" liushui:serviceLevel="PT1H"
        liushui:procedure="lost" liushui:calendar="moon" liushui:notSameAs="V B nobody"/><rule R/><rule Q liushui:decision="lost"/>
      <xor G/><service V/><service W liushui:binding="lost"/><send D/><call C calledElement="lost"/><user Lonely/><user Stuck/><end E/>"""
    lines = "S>A A>B B>R R>Q Q>G G>V[x >] G>W[y] V>D W>D D>C C>E Lonely>E"
    faults = found(body, lines)
    assert [f for f in faults if f[1] == "A"] == [("lint_lacks", "A")] * 4
    assert [f for f in faults if f[1] == "B"] == [("lint_unknown", "B")] * 4 + [("lint_not_same_as", "B")] * 3
    assert {
        ("lint_lacks", "R"), ("lint_unknown", "Q"), ("lint_no_default", "G"), ("lint_lacks", "V"), ("lint_unknown", "W"),
        ("lint_lacks", "D"), ("lint_unknown", "C"), ("lint_expression", "G_V"), ("lint_unreachable", "Lonely"),
        ("lint_unreachable", "Stuck"), ("lint_no_way_to_end", "Stuck"),
    } <= set(faults)  # fmt: skip


def test_a_choice_without_condition_is_seen() -> None:
    body = '<start S/><xor G default="G_E"/><task T/><end E/>'
    assert found(body, "S>G G>T G>E T>E") == [("lint_flow_without_condition", "G")]


def test_handlers_and_event_sub_processes_need_no_flow_to_be_reached() -> None:
    body = f"""<start S/><service V liushui:binding="cash.post"/><boundary B attachedToRef="V"><comp/></boundary>
      <service U isForCompensation="true" liushui:binding="cash.post"/><association id="a" sourceRef="B" targetRef="U"/>
      <sub P triggeredByEvent="true"><start PS><err/></start><end PE><comp/></end>{flows_in("PS>PE")}</sub><end E/>"""
    assert found(body, "S>V V>E") == []


DEADLOCK = (
    "<start S/><xor G default='G_B'/><task A/><task B/><and J/><end E/>",
    "S>G G>A[x] G>B A>J B>J J>E",
    "J",
)
DOUBLE = ("<start S/><and G/><task A/><task B/><xor J/><task C/><end E/>", "S>G G>A G>B A>J B>J J>C C>E", "J")


def test_deadlock_and_lack_of_synchronisation_are_found() -> None:
    assert found(*DEADLOCK[:2]) == [("soundness_deadlock", "J")]
    assert found(*DOUBLE[:2]) == [("soundness_unsynchronised", "J")]


def test_an_end_event_takes_any_number_of_tokens() -> None:
    assert found("<start S/><and G/><task A/><task B/><end E/>", "S>G G>A G>B A>E B>E") == []


def test_inside_a_sub_process_and_behind_boundary_events_too() -> None:
    inner = "<start PS/><and PG/><task PA/><task PB/><xor PJ/><end PE/>" + flows_in(
        "PS>PG PG>PA PG>PB PA>PJ PB>PJ PJ>PE"
    )
    assert ("soundness_unsynchronised", "PJ") in found(f"<start S/><sub P>{inner}</sub><end E/>", "S>P P>E")
    timer = "<timer><timeDuration>PT1H</timeDuration></timer>"
    body = f"<start S/><task A/><boundary B attachedToRef='A' cancelActivity='false'>{timer}</boundary><xor J/><task C/><end E/>"
    assert ("soundness_unsynchronised", "J") in found(body, "S>A A>J B>J J>C C>E")
    body = body.replace(" cancelActivity='false'", "")
    assert found(body, "S>A A>J B>J J>C C>E") == []


def test_what_is_too_large_to_prove_is_a_warning_only() -> None:
    names = [f"T{n}" for n in range(14)]
    body = "<start S/><and F/><and J/><end E/>" + "".join(
        f"<xor M{n}/><task {n}/><xor G{n} default='G{n}_J'/>" for n in names
    )
    lines = "S>F J>E " + " ".join(f"F>M{n} M{n}>{n} {n}>G{n} G{n}>M{n}[x] G{n}>J" for n in names)
    faults = check_soundness(model(body, lines), most=500)
    assert [f.code for f in faults] == ["soundness_not_proven"]
    assert {f.code for f in faults} <= WARNINGS


def naive(definition: Definition) -> tuple[bool, bool]:
    """All markings in all orders, one token a step, by the book: can it get stuck, can a flow hold two tokens (or a
    merge two at once)? Ends with the first double. Without boundary events and sub-processes."""
    elements = definition.elements
    start = frozenset(elements["S"].outgoing)
    todo, seen, stuck, double = [start], {start}, False, False
    while todo and not double:
        marking = todo.pop()
        moved = False
        for element in elements.values():
            held = [f for f in element.incoming if f in marking]
            if not held:
                continue
            join = element.kind in (Kind.PARALLEL, Kind.INCLUSIVE)
            double |= len(held) > 1 and not join and element.kind is not Kind.END
            if element.kind is Kind.PARALLEL and len(held) < len(element.incoming):
                continue
            if element.kind is Kind.INCLUSIVE and waits(definition, element.id, marking):
                continue
            moved = True
            for taken in [held] if join else [[f] for f in held]:
                for out in choices(definition, element.id):
                    rest = marking - set(taken)
                    double |= any(
                        elements[definition.flows[f].target].kind is not Kind.END for f in rest & out
                    )
                    if not rest & out and (new := rest | out) not in seen:
                        seen.add(new)
                        todo.append(new)
        stuck |= bool(marking) and not moved
    return stuck, double


def waits(definition: Definition, gateway: str, marking: frozenset[str]) -> bool:
    """BPMN 2.0.2, 13.4.3, path by path."""
    incoming = set(definition.elements[gateway].incoming)
    for flow in marking - incoming:
        reached, todo = set[str](), [flow]
        while todo:
            at = todo.pop()
            if at in reached:
                continue
            reached.add(at)
            if at not in incoming:
                todo += definition.elements[definition.flows[at].target].outgoing
        if reached & (incoming - marking) and not reached & incoming & marking:
            return True
    return False


def choices(definition: Definition, id: str) -> list[frozenset[str]]:
    element = definition.elements[id]
    out = element.outgoing
    if element.kind is Kind.EXCLUSIVE:
        return [frozenset({f}) for f in out]
    if element.kind is Kind.INCLUSIVE and element.default is not None:
        others = [f for f in out if f != element.default]
        some = [frozenset(c) for n in range(1, len(others) + 1) for c in combinations(others, n)]
        return [frozenset({element.default}), *some]
    return [frozenset(out)]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("first", [0, 1000])
def test_the_search_agrees_with_the_naive_one(first: int, back: bool) -> None:
    verdicts: dict[tuple[bool, bool], int] = {}
    for seed in range(first, first + 1000):
        try:
            (definition,) = read(unstructured(seed, back))
        except Refused:
            continue
        stuck, double = naive(definition)
        codes = {f.code for f in check_soundness(definition)}
        assert bool(codes) == (stuck or double), (seed, codes, stuck, double)
        if not double:
            assert codes == ({"soundness_deadlock"} if stuck else set()), seed
        if "soundness_unsynchronised" in codes:
            assert double, seed
        verdicts[stuck, double] = verdicts.get((stuck, double), 0) + 1
    assert all(verdicts.get(v, 0) > 5 for v in ((False, False), (True, False), (False, True)))
