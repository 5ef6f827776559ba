"""Each input, applied to the token, wait or incident that it speaks of."""

from __future__ import annotations

from liushui.workflow.activities import begin_round, call_service, complete, finish, inner_done
from liushui.workflow.catching import fire, open_event_sub_process, throw_error, throw_escalation
from liushui.workflow.definition import ACTIVITIES, GATEWAYS, PEOPLE, Element, Kind
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.flows import leave, open_stuck
from liushui.workflow.inputs import (
    Cancelled,
    EscalationRaised,
    IncidentRetried,
    IncidentSkipped,
    Input,
    MessageArrived,
    ServiceBroke,
    ServiceCompleted,
    ServiceFailed,
    SignalArrived,
    Stale,
    TaskCompleted,
    TimerFired,
    Uncaught,
)
from liushui.workflow.run import Run
from liushui.workflow.state import BEGIN, HOST, JOIN, MERGE, MOVE, WAIT, Token, Wait
from liushui.workflow.waits import arm_retry

SERVICES = frozenset({Kind.SERVICE, Kind.SEND})


def answer(run: Run, input: Input) -> None:
    """Raises ``Stale`` and ``Uncaught``."""
    if isinstance(input, TaskCompleted):
        token, element = _waiting(run, input.token, PEOPLE)
        complete(run, token, element, input.variables)
    elif isinstance(input, ServiceCompleted | ServiceFailed | ServiceBroke):
        _service(run, input)
    elif isinstance(input, TimerFired):
        _timer(run, input)
    elif isinstance(input, MessageArrived):
        fire(run, _subscription(run, input), input.variables)
    elif isinstance(input, SignalArrived):
        _signal(run, input)
    elif isinstance(input, IncidentRetried):
        incident = run.clear_incident(input.incident)
        _resume(run, run.tokens[incident.token], incident.resume)
    elif isinstance(input, IncidentSkipped):
        _skip(run, input)
    elif isinstance(input, EscalationRaised):
        token = run.token(input.token)
        if run.element(token).kind not in ACTIVITIES:
            raise Stale(f"token {input.token}")
        throw_escalation(run, token, input.code)
    else:
        _cancel(run, input)


def _waiting(run: Run, id: int, kinds: frozenset[Kind]) -> tuple[Token, Element]:
    token = run.token(id)
    element = run.element(token)
    if token.phase != WAIT or element.kind not in kinds:
        raise Stale(f"token {id}")
    return token, element


def _service(run: Run, input: ServiceCompleted | ServiceFailed | ServiceBroke) -> None:
    token, element = _waiting(run, input.token, SERVICES)
    for wait in [w for w in run.waits.values() if w.token == token.id and w.kind == "retry"]:
        run.unwait(wait)
    if isinstance(input, ServiceCompleted):
        complete(run, token, element, input.variables)
    elif isinstance(input, ServiceFailed):
        run.write(run.home(token), input.variables)
        run.failing = token.id
        if not throw_error(run, token, input.code):
            raise Uncaught(input.code, element.id)
    elif token.attempt <= element.retries:
        try:
            arm_retry(run, token, element.backoff or "PT10S")
        except ExpressionFailed as failed:
            run.incident(token, "call", failed)
            return
        run.happened(token, "suspended")
    else:
        run.incident(token, "call", input.reason)


def _timer(run: Run, input: TimerFired) -> None:
    wait = run.waits.get(input.timer)
    if wait is None or wait.kind not in ("timer", "retry"):
        raise Stale(f"timer {input.timer}")
    if wait.kind == "timer":
        fire(run, wait, {})
        return
    token = run.tokens[wait.token or 0]
    run.unwait(wait)
    run.happened(token, "resumed")
    call_service(run, token, run.element(token))


def _subscription(run: Run, input: MessageArrived) -> Wait:
    for wait in run.waits.values():
        if wait.kind == "message" and wait.name == input.name and input.subscription in (None, wait.id):
            return wait
    raise Stale(f"message {input.name}")


def _signal(run: Run, input: SignalArrived) -> None:
    waits = [w for w in run.waits.values() if w.kind == "signal" and w.name == input.name]
    if not waits:
        raise Stale(f"signal {input.name}")
    for wait in waits:
        if run.waits.get(wait.id) is wait:
            fire(run, wait, input.variables)


def _resume(run: Run, token: Token, resume: str) -> None:
    """Let a token's life go on where it stopped."""
    element = run.element(token)
    if element.kind in ACTIVITIES:
        run.happened(token, "resumed")
    if resume == "enter":
        token.phase = MOVE
        run.queue.append(token)
    elif resume == "begin":
        token.phase = BEGIN
        begin_round(run, token, element)
    elif resume == "call":
        token.attempt = 0
        call_service(run, token, element)
    elif resume == "complete":
        token.phase = WAIT
        complete(run, token, element, None)
    elif resume == "finish":
        finish(run, token, element)
    elif resume == "inner":
        token.phase = HOST
        inner_done(run, run.inside(token)[0])
    elif resume == "start":
        token.phase = WAIT
        open_event_sub_process(run, token, element)
    elif resume == "join":
        token.phase = JOIN if element.kind is Kind.PARALLEL else MERGE
    else:
        leave(run, token, element)


def _skip(run: Run, input: IncidentSkipped) -> None:
    incident = run.clear_incident(input.incident)
    token = run.tokens[incident.token]
    element = run.element(token)
    run.write(run.home(token), input.variables)
    if incident.resume == "join":
        open_stuck(run, token, element)
    elif incident.resume in ("leave", "finish") or element.kind in GATEWAYS:
        _resume(run, token, incident.resume)
    else:
        for frame in run.inside(token):
            run.close(frame)
        run.happened(token, "completed")
        finish(run, token, element)


def _cancel(run: Run, input: Cancelled) -> None:
    run.end("cancelled", input.reason)
