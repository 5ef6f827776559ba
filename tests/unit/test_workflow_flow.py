"""Tasks and gateways, one story each. Expected sequences are worked out by hand from BPMN 2.0.2."""

from __future__ import annotations

import pytest

from liushui.workflow import IncidentRetried, IncidentSkipped, Stale, TaskCompleted
from tests.workflows import Play, World, model


def test_one_task_after_the_other() -> None:
    play = Play(model("<start S/><user A/><user B/><end E/>", "S>A A>B B>E"))
    assert play.take_log() == "S A+"
    play.do("A", amount=5)
    assert play.take_log() == "A B+"
    assert play.state.variables == {"amount": 5}
    play.do("B")
    assert play.take_log() == "B E"
    assert play.ended == "completed"
    assert play.state.variables == {"amount": 5}


def test_an_answer_given_twice_is_stale() -> None:
    play = Play(model("<start S/><user A/><user B/><end E/>", "S>A A>B B>E"))
    token = play.token("A")
    play.do("A")
    with pytest.raises(Stale, match=f"token {token}"):
        play.give(TaskCompleted(token))
    play.do("B")
    with pytest.raises(Stale, match="instance"):
        play.give(TaskCompleted(token))


CHOICE = '<start S/><xor G default="G_C"/><user A/><user B/><user C/><end E/>'


@pytest.mark.parametrize(("x", "taken"), [(9, "A"), (5, "B"), (1, "C")])
def test_an_exclusive_gateway_takes_the_first_true_flow_or_the_default(x: int, taken: str) -> None:
    play = Play(model(CHOICE, "S>G G>A[x > 7] G>B[x > 3] G>C A>E B>E C>E"), x=x)
    assert play.tasks == [taken]


def test_no_flow_to_take_is_an_incident_and_mended_data_help() -> None:
    play = Play(model("<start S/><xor G/><user A/><end E/>", "S>G G>A[x > 7] A>E"), x=1)
    assert play.incidents["G"].reason == "no_flow_taken"
    play.give(IncidentSkipped(play.incidents["G"].incident, {"x": 8}))
    assert play.tasks == ["A"]
    assert play.incidents == {}


def test_a_parallel_gateway_waits_for_all() -> None:
    play = Play(
        model("<start S/><and F/><user A/><user B/><and J/><user C/><end E/>", "S>F F>A F>B A>J B>J J>C C>E")
    )
    assert play.take_log() == "S F A+ B+"
    play.do("B")
    assert play.take_log() == "B"
    play.do("A")
    assert play.take_log() == "A J C+"


def test_an_exclusive_merge_lets_every_token_pass() -> None:
    play = Play(
        model("<start S/><and F/><task T/><task U/><xor M/><user A/><end E/>", "S>F F>T F>U T>M U>M M>A A>E")
    )
    assert play.tasks == ["A", "A"]


OR = '<start S/><or F default="F_C"/><user A/><user B/><user C/><or J/><user D/><end E/>'
OR_FLOWS = "S>F F>A[a] F>B[b] F>C A>J B>J C>J J>D D>E"


@pytest.mark.parametrize(
    ("a", "b", "taken"),
    [(True, True, "AB"), (True, False, "A"), (False, True, "B"), (False, False, "C")],
)
def test_an_inclusive_gateway_waits_for_exactly_those_it_sent_off(a: bool, b: bool, taken: str) -> None:
    play = Play(model(OR, OR_FLOWS), a=a, b=b)
    assert "".join(play.tasks) == taken
    for task in taken:
        assert "D" not in play.tasks
        play.do(task)
    assert play.tasks == ["D"]


def test_an_inclusive_join_waits_for_a_token_that_may_still_turn_its_way() -> None:
    """B's token may yet go to J or end; until it has decided, J waits. A token behind J does not matter."""
    body = "<start S/><and F/><user A/><user B/><xor G/><or J/><user D/><end E/><end X/>"
    lines = "S>F F>A F>B A>J B>G G>J[yes] G>X[not yes] J>D D>E"
    play = Play(model(body, lines))
    play.do("A")
    assert play.tasks == ["B"]
    play.do("B", yes=False)
    assert play.take_log() == "S F A+ B+ A B G X J D+"


def test_an_inclusive_join_waits_for_a_token_that_can_leave_by_a_boundary_event() -> None:
    body = """<start S/><and F/><user A/><user B/><or J/><user D/><end E/><end X/>
      <boundary T attachedToRef="B"><timer><timeDuration>PT1H</timeDuration></timer></boundary>"""
    play = Play(model(body, "S>F F>A F>B A>J B>X T>J J>D D>E"))
    play.do("A")
    assert play.tasks == ["B"]
    play.ring("T")
    assert play.take_log() == "S F A+ B+ A B- T J D+"


def test_an_inclusive_join_in_a_loop_does_not_wait_for_what_only_passes_through_itself() -> None:
    body = "<start S/><or J/><user A/><xor G/><end E/>"
    play = Play(model(body, "S>J J>A A>G G>J[again] G>E[not again]"))
    play.do("A", again=True)
    play.do("A", again=False)
    assert play.take_log() == "S J A+ A G J A+ A G E"


def test_an_inclusive_join_that_the_split_leads_to_directly_still_waits_for_the_long_way() -> None:
    body = '<start S/><or F default="F_A"/><user A/><user B/><or I/><user C/><or J/><user D/><end E/>'
    play = Play(model(body, "S>F F>A F>B[x > 1] F>J[x > 3] A>I B>I I>C C>J J>D D>E"), x=8)
    assert play.tasks == ["B"]
    play.do("B")
    assert play.tasks == ["C"]
    play.do("C")
    assert play.tasks == ["D"]


def test_a_parallel_join_in_a_loop_needs_all_branches_in_every_round() -> None:
    body = "<start S/><xor M/><and F/><user A/><user B/><and J/><user C/><xor G/><end E/>"
    play = Play(model(body, "S>M M>F F>A F>B A>J B>J J>C C>G G>M[again] G>E[not again]"))
    for again in (True, False):
        play.do("A")
        assert play.tasks == ["B"]
        play.do("B")
        play.do("C", again=again)
    assert play.ended == "completed"


def test_tokens_that_wait_for_each_other_are_an_incident_with_a_name() -> None:
    play = Play(
        model(
            "<start S/><xor G/><and J/><user A/><end E/>",
            "S>G G>J[x] G>A J>E A>J".replace("G>A", "G>A[not x]"),
        ),
        x=True,
    )
    assert play.incidents["J"].reason == "join_deadlock"
    play.give(IncidentSkipped(play.incidents["J"].incident))
    assert play.ended == "completed"


def test_conditional_flows_out_of_a_task_split_it() -> None:
    body = '<start S/><user A default="A_D"/><user B/><user C/><user D/><end E/>'
    lines = "S>A A>B[b] A>C[c] A>D B>E C>E D>E"
    both, neither = Play(model(body, lines)), Play(model(body, lines))
    both.do("A", b=True, c=True)
    assert both.tasks == ["B", "C"]
    neither.do("A", b=False, c=False)
    assert neither.tasks == ["D"]


def test_a_set_task_computes_in_order_and_passes_on() -> None:
    body = """<start S/><task T><ext><liushui:set name="fee" value="amount * 2"/>
      <liushui:set name="total" value="amount + fee"/></ext></task><user A/><end E/>"""
    play = Play(model(body, "S>T T>A A>E"), amount=10)
    assert play.state.variables == {"amount": 10, "fee": 20, "total": 30}
    assert play.take_log() == "S T+ T A+"


def test_an_expression_that_fails_is_an_incident_and_is_retried_from_where_it_stopped() -> None:
    body = '<start S/><user A><ext><liushui:set name="y" value="x + lost"/></ext></user><end E/>'
    play = Play(model(body, "S>A A>E"))
    play.do("A", x=1)
    assert play.incidents["A"].reason == "x + lost: unknown variable lost"
    assert play.tasks == ["A"]
    play.give(IncidentRetried(play.incidents["A"].incident))
    assert play.take_log() == "S A+ A~ A^ A~"


def test_a_business_rule_names_the_rows_that_fired() -> None:
    body = '<start S/><rule R liushui:decision="limit" liushui:result="limit"/><user A/><end E/>'
    world = World({"limit": lambda v: ({"most": v["income"] * 3}, ("row-2",))})
    play = Play(model(body, "S>R R>A A>E"), env=world, income=100)
    assert play.state.variables == {"income": 100, "limit": {"most": 300}}
    assert [e.rows for e in play.last if getattr(e, "lifecycle", "") == "completed"] == [(), ("row-2",)]


def test_a_loop_that_never_waits_is_stopped() -> None:
    play = Play(model("<start S/><xor M/><task T/><xor G/><end E/>", "S>M M>T T>G G>M[true] G>E[false]"))
    assert {i.reason for i in play.incidents.values()} == {"too_many_steps"}


def test_the_state_does_not_grow_with_the_rounds_of_a_loop() -> None:
    body = "<start S/><user A/><user B/><xor G/><end E/>"
    play = Play(model(body, "S>A A>B B>G G>A[again] G>E[not again]"), again=True)
    sizes: list[int] = []
    for _ in range(101):
        play.do("A")
        play.do("B")
        sizes.append(len(play.json))
    assert sizes[100] <= 2 * sizes[0]
    assert sizes[100] < 400
