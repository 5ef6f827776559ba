"""A person completes a task: load the state, complete, run to the next wait, save. At least four times as fast as
SpiffWorkflow with a shared specification, on the same process, in the same minute; both on the engine's CPU only."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from liushui.workflow import State, TaskCompleted, TaskOpened, advance, start
from tests.workflows import MORNING, World, file, model, process

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BODY = """<start S/><user Apply/><xor G default="G_Verify"/><user Verify/>{rate}<user Underwrite/>
  <boundary T attachedToRef="Underwrite" cancelActivity="false"><timer><timeDuration>{hours}</timeDuration></timer></boundary>
  <task Remind/><xor H default="H_Sign"/><user Sign/>{total}<user Disburse/><end E/><end F/><end X/>"""
LINES = """S>Apply Apply>G G>Verify G>X[amount > 1000000] Verify>Rate Rate>Underwrite Underwrite>H T>Remind Remind>F
  H>Sign H>Verify[again == 1] Sign>Total Total>Disburse Disburse>E"""
DATA = {
    "customer": "C1001",
    "name": "王小明",
    "amount": 20000,
    "term": 12,
    "purpose": "machinery",
    "again": 0,
}
ANSWER = {"fine": 1, "comment": "papers seen"}
TASKS = ("Apply", "Verify", "Underwrite", "Sign", "Disburse")


def median_us(work: Callable[[], Any], times: int) -> float:
    took: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def ours() -> float:
    sets = '<task {}><ext><liushui:set name="{}" value="{}"/></ext></task>'
    body = BODY.format(
        rate=sets.format("Rate", "rate", "amount * 2"), total=sets.format("Total", "total", "amount + rate"), hours="PT4H"
    )  # fmt: skip
    definition, world = model(body, LINES), World()
    step, took = start(definition, variables=DATA, now=MORNING, env=world), []
    for _ in TASKS:
        json = step.state.to_json()
        (token,) = [e.token for e in step.effects if isinstance(e, TaskOpened)]

        def complete(json: str = json, token: int = token) -> Any:
            done = advance(
                definition, State.from_json(json), TaskCompleted(token, ANSWER), now=MORNING, env=world
            )
            return done, done.state.to_json()

        took.append(median_us(complete, 60))
        step = complete()[0]
    assert step.state.ended == "completed"
    return statistics.mean(took)


def theirs() -> float:
    script = '<scriptTask id="{}"><script>{} = {}</script></scriptTask>'
    body = BODY.format(
        rate=script.format("Rate", "rate", "amount * 2"), total=script.format("Total", "total", "amount + rate"),
        hours='"PT4H"',
    )  # fmt: skip
    parser = BpmnParser()
    parser.add_bpmn_str(file(process(body, LINES)))
    spec = parser.get_spec("p")

    class Shared:
        """Leaves the specification out of what is saved."""

        def __init__(self, target: type, registry: Any, typename: str | None = None) -> None:
            registry.register(target, lambda _: {}, lambda _: spec, typename)

    serializer = BpmnWorkflowSerializer(
        registry=BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnProcessSpec: Shared})
    )
    flow, took = BpmnWorkflow(spec), []
    flow.get_next_task(state=TaskState.READY).data.update(DATA)
    flow.do_engine_steps()
    for _ in TASKS:
        json = serializer.serialize_json(flow)

        def complete(json: str = json) -> Any:
            loaded = serializer.deserialize_json(json)
            task = loaded.get_next_task(state=TaskState.READY, manual=True)
            task.data.update(ANSWER)
            task.run()
            loaded.do_engine_steps()
            loaded.refresh_waiting_tasks()
            return loaded, serializer.serialize_json(loaded)

        took.append(median_us(complete, 20))
        flow = complete()[0]
    assert flow.is_completed()
    return statistics.mean(took)


def test_a_user_task_costs_at_most_a_quarter_of_the_peer() -> None:
    mine, peer = ours(), theirs()
    print(f"load, complete, save: {mine:.0f} us, SpiffWorkflow {peer:.0f} us, {peer / mine:.0f} times")
    assert peer >= 4 * mine
