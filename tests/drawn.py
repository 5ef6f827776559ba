"""Random processes: block-structured ones drawn from pieces, and graphs thrown together.

Letters of the ids: A user task, N user task in a loop, B and D passed without waiting, W and Y wait for a signal of their
own name (Y: may come again), T timer, C service task with a compensation, E end, P sub-process, K call. Each choice of a
path is made from a variable that the task just before it sets.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from liushui.workflow import Definition
from tests.workflows import file, flows_in, process


@dataclass
class Draw:
    """A model being drawn. Every piece is built between two flows' ends: it returns (first, last) element ids."""

    rng: random.Random
    body: list[str] = field(default_factory=list[str])
    flows: list[str] = field(default_factory=list[str])
    count: int = 0
    signals: list[str] = field(default_factory=list[str])
    called: list[str] = field(default_factory=list[str])
    plain: bool = False
    crowded: bool = False
    wide: bool = False

    def new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def add(self, text: str) -> None:
        self.body.append(text)

    def join(self, a: str, b: str, condition: str = "") -> None:
        self.flows.append(f"{a}>{b}" + (f"[{condition}]" if condition else ""))

    def task(self) -> tuple[str, str]:
        id = self.new("A")
        self.add(f"<user {id}/>")
        return id, id

    def piece(self, depth: int) -> tuple[str, str]:
        kinds = ["task", "task", "auto", "many", "repeat"]
        if depth:
            kinds += ["chain", "choice", "nest", "watched", "events", "call"]
            kinds += ["interrupted", "timed", "undone", "heard"] if self.wide else []
            kinds += [] if self.crowded else ["fails", "escalates"]
            kinds += [] if self.plain else ["both", "some", "again", "stops"]
        return getattr(self, "_" + self.rng.choice(kinds))(depth)

    def _task(self, depth: int) -> tuple[str, str]:
        return self.task()

    def _auto(self, depth: int) -> tuple[str, str]:
        id = self.new("B")
        self.add(f"<task {id}/>")
        return id, id

    def _chain(self, depth: int) -> tuple[str, str]:
        pieces = [self.piece(depth - 1) for _ in range(self.rng.randint(2, 3))]
        for (_, a), (b, _) in itertools.pairwise(pieces):
            self.join(a, b)
        return pieces[0][0], pieces[-1][1]

    def _split(self, kind: str, depth: int) -> tuple[str, str]:
        """A task that decides, a gateway, branches, a gateway."""
        first, _ = self.task()
        split, merge = self.new("G"), self.new("J")
        default = self.new("D")
        bounds = sorted(self.rng.sample(range(1, 9), self.rng.randint(1, 2)))
        self.add(f'<{kind} {split} default="{split}_{default}"/><{kind} {merge}/><task {default}/>')
        self.join(first, split)
        self.join(split, default)
        self.join(default, merge)
        for bound in bounds:
            a, z = self.plainly(depth - 1) if kind == "or" else self.piece(depth - 1)
            self.join(split, a, f"v_{first} > {bound}")
            self.join(z, merge)
        return first, merge

    def _choice(self, depth: int) -> tuple[str, str]:
        return self._split("xor", depth)

    def _some(self, depth: int) -> tuple[str, str]:
        return self._split("or", depth)

    def _both(self, depth: int) -> tuple[str, str]:
        split, join = self.new("F"), self.new("J")
        self.add(f"<and {split}/><and {join}/>")
        before, self.crowded = self.crowded, True
        for _ in range(self.rng.randint(2, 3)):
            a, z = self.piece(depth - 1)
            self.join(split, a)
            self.join(z, join)
        self.crowded = before
        return split, join

    def plainly(self, depth: int) -> tuple[str, str]:
        """A piece without joins and loops."""
        before, self.plain, self.crowded = (self.plain, self.crowded), True, True
        piece = self.piece(depth)
        self.plain, self.crowded = before
        return piece

    def _again(self, depth: int) -> tuple[str, str]:
        """Back to the start while the task says so. No joins inside: SpiffWorkflow opens a join that is reached for
        the second time by the branches of the first (a story in test_workflow_flow has the standard's way)."""
        merge, split = self.new("M"), self.new("G")
        a, z = self.plainly(depth - 1)
        decide, _ = self.task()
        out = self.new("D")
        self.add(f'<xor {merge}/><xor {split} default="{split}_{out}"/><task {out}/>')
        self.join(merge, a)
        self.join(z, decide)
        self.join(decide, split)
        self.join(split, merge, f"v_{decide} > 5")
        self.join(split, out)
        return merge, out

    def _inside(self, depth: int, more: Callable[[str], str] | None = None, tag: str = "") -> str:
        """A sub-process; what is drawn meanwhile goes into it. more: draws between the piece and the end."""
        id, start, end = self.new("P"), self.new("S"), self.new("E")
        body, flows = self.body, self.flows
        self.body, self.flows = [], []
        a, z = self.piece(depth - 1)
        self.join(start, a)
        self.join(more(z) if more else z, end)
        self.add(f"<start {start}/><end {end}/>")
        inner, lines = "".join(self.body), " ".join(self.flows)
        self.body, self.flows = body, flows
        if tag == "process":
            self.called.append(process(inner, lines, key=id))
        else:
            self.add(f"<sub {id} {tag}>{inner}{flows_in(lines)}</sub>")
        return id

    def _call(self, depth: int) -> tuple[str, str]:
        key, id = self._inside(depth, tag="process"), self.new("K")
        self.add(f'<call {id} calledElement="{key}"/>')
        return id, id

    def _fails(self, depth: int) -> tuple[str, str]:
        """A sub-process that may end in an error, caught at its border by code or by all."""
        boundary, other, merge = self.new("B"), self.new("A"), self.new("M")

        def fail(z: str) -> str:
            (decide, _), split, bad, good = self.task(), self.new("G"), self.new("E"), self.new("B")
            self.add(
                f'<xor {split} default="{split}_{good}"/><task {good}/><end {bad}><err errorRef="wrong"/></end>'
            )
            self.join(z, decide)
            self.join(decide, split)
            self.join(split, bad, f"v_{decide} > 4")
            self.join(split, good)
            return good

        host = self._inside(depth, fail)
        which = self.rng.choice(['<err errorRef="wrong"/>', "<err/>"])
        self.add(
            f'<boundary {boundary} attachedToRef="{host}">{which}</boundary><user {other}/><xor {merge}/>'
        )
        for a, b in ((boundary, other), (other, merge), (host, merge)):
            self.join(a, b)
        return host, merge

    def _escalates(self, depth: int) -> tuple[str, str]:
        """A sub-process that tells somebody and goes on."""
        boundary, other, end = self.new("B"), self.new("A"), self.new("E")

        def tell(z: str) -> str:
            throw, after = self.new("B"), self.new("A")
            self.add(f'<throw {throw}><esc escalationRef="late"/></throw><user {after}/>')
            self.join(z, throw)
            self.join(throw, after)
            return after

        host = self._inside(depth, tell)
        self.add(
            f'<boundary {boundary} attachedToRef="{host}" cancelActivity="false"><esc escalationRef="late"/></boundary>'
            f"<user {other}/><end {end}/>"
        )
        self.join(boundary, other)
        self.join(other, end)
        return host, host

    def _stops(self, depth: int) -> tuple[str, str]:
        """A sub-process one of whose branches terminates it."""

        def stop(z: str) -> str:
            split, (decide, _), gate, kill, quiet, after = (
                self.new("F"), self.task(), self.new("G"), self.new("E"), self.new("E"), self.new("A"),
            )  # fmt: skip
            self.add(
                f'<and {split}/><xor {gate} default="{gate}_{quiet}"/><end {kill}><stop/></end><end {quiet}/><user {after}/>'
            )
            for a, b in ((z, split), (split, decide), (split, after), (decide, gate), (gate, quiet)):
                self.join(a, b)
            self.join(gate, kill, f"v_{decide} > 4")
            return after

        host = self._inside(depth, stop)
        return host, host

    def beside(self, interrupting: bool = False) -> None:
        """An event sub-process for a signal. SpiffWorkflow 3.2 interrupts by none, and hears none inside sub-processes."""
        start = self.new("W" if interrupting else "Y")
        self.signals.append(start)
        id, task, end = self.new("P"), self.new("A"), self.new("E")
        self.add(
            f'<sub {id} triggeredByEvent="true"><start {start} isInterrupting="{str(interrupting).lower()}">'
            f'<sig signalRef="sig_{start}"/></start><user {task}/><end {end}/>'
            f"{flows_in(f'{start}>{task} {task}>{end}')}</sub>"
        )

    # what only we can (wide)

    def _interrupted(self, depth: int) -> tuple[str, str]:
        """A sub-process with an event sub-process."""

        def beside(z: str) -> str:
            self.beside(self.rng.random() < 0.6)
            return z

        host = self._inside(depth, beside)
        return host, host

    def _heard(self, depth: int) -> tuple[str, str]:
        """Many sub-processes side by side or one after the other, around any piece."""
        sequential = self.rng.choice(["true", "false"])
        many = f'<many isSequential="{sequential}"><loopCardinality>{self.rng.randint(0, 3)}</loopCardinality></many>'

        def loop(z: str) -> str:
            self.add(many)
            return z

        host = self._inside(depth, loop)
        return host, host

    def _timed(self, depth: int) -> tuple[str, str]:
        """A sub-process or task with a timer at its border."""
        host = self._inside(depth) if self.rng.random() < 0.6 else self.task()[0]
        timer, merge, other, end = self.new("T"), self.new("M"), self.new("A"), self.new("E")
        if self.rng.random() < 0.5:
            timing, interrupting = "<timeCycle>R2/PT10M</timeCycle>", "false"
        else:
            timing, interrupting = "<timeDuration>PT1H</timeDuration>", "true"
        self.add(
            f'<boundary {timer} attachedToRef="{host}" cancelActivity="{interrupting}"><timer>{timing}</timer></boundary>'
            f"<xor {merge}/><user {other}/>" + (f"<end {end}/>" if interrupting == "false" else "")
        )
        self.join(timer, other)
        self.join(other, merge if interrupting == "true" else end)
        self.join(host, merge)
        return host, merge

    def _undone(self, depth: int) -> tuple[str, str]:
        """Something with a handler, a piece, and perhaps all of it undone."""
        done, edge, undo = self.new("B"), self.new("Z"), self.new("A")
        a, z = self.piece(depth - 1)
        (decide, _), split, throw, merge = self.task(), self.new("G"), self.new("B"), self.new("M")
        self.add(
            f'<task {done}/><boundary {edge} attachedToRef="{done}"><comp/></boundary>'
            f'<user {undo} isForCompensation="true"/><association id="as{done}" sourceRef="{edge}" targetRef="{undo}"/>'
            f'<xor {split} default="{split}_{merge}"/><throw {throw}><comp/></throw><xor {merge}/>'
        )
        for one, other in ((done, a), (z, decide), (decide, split), (split, merge), (throw, merge)):
            self.join(one, other)
        self.join(split, throw, f"v_{decide} > 4")
        return done, merge

    def _repeat(self, depth: int) -> tuple[str, str]:
        id = self.new("N")
        self.add(f"<user {id}><loop><loopCondition>v_{id} &gt; 5</loopCondition></loop></user>")
        return id, id

    def _nest(self, depth: int) -> tuple[str, str]:
        id = self._inside(depth)
        return id, id

    def _many(self, depth: int) -> tuple[str, str]:
        sequential = self.rng.choice(["true", "false"])
        times = self.rng.randint(1, 3)
        id = self.new("N")
        self.add(
            f'<user {id}><many isSequential="{sequential}"><loopCardinality>{times}</loopCardinality></many></user>'
        )
        return id, id

    def _watched(self, depth: int) -> tuple[str, str]:
        """A sub-process or task with a boundary event for a signal."""
        host = self._inside(depth) if self.rng.random() < 0.6 else self.task()[0]
        interrupting = self.rng.random() < 0.6
        boundary, merge, other = self.new("W" if interrupting else "Y"), self.new("M"), self.new("A")
        self.signals.append(boundary)
        self.add(
            f'<boundary {boundary} attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">'
            f'<sig signalRef="sig_{boundary}"/></boundary><xor {merge}/><user {other}/>'
        )
        self.join(boundary, other)
        if interrupting:
            self.join(other, merge)
        else:
            end = self.new("E")
            self.add(f"<end {end}/>")
            self.join(other, end)
        self.join(host, merge)
        return host, merge

    def _events(self, depth: int) -> tuple[str, str]:
        gateway, merge = self.new("V"), self.new("M")
        self.add(f"<either {gateway}/><xor {merge}/>")
        for _ in range(2):
            catch = self.new("W")
            self.signals.append(catch)
            self.add(f'<catch {catch}><sig signalRef="sig_{catch}"/></catch>')
            self.join(gateway, catch)
            a, z = self.piece(depth - 1)
            self.join(catch, a)
            self.join(z, merge)
        return gateway, merge


def xml_of(draw: Draw, a: str, z: str) -> bytes:
    draw.add("<start S/><end Z/>")
    draw.join("S", a)
    draw.join(z, "Z")
    roots = "".join(f'<signal id="sig_{s}" name="{s}"/>' for s in draw.signals)
    roots += '<error id="wrong" errorCode="wrong"/><escalation id="late" escalationCode="late"/>'
    return file(process("".join(draw.body), " ".join(draw.flows)), *draw.called, roots=roots)


def bound(definitions: list[Definition], key: str = "p") -> Definition:
    """The process with its calls bound, and theirs."""
    found = next(d for d in definitions if d.key == key)
    return found.with_called(
        {e.id: bound(definitions, e.called) for e in found.elements.values() if e.called is not None}
    )


def structured(seed: int, wide: bool = False) -> tuple[bytes, list[str]]:
    """wide: also with what SpiffWorkflow does not run."""
    draw = Draw(random.Random(seed), wide=wide)
    pieces = [draw.piece(3) for _ in range(2)]
    draw.join(pieces[0][1], pieces[1][0])
    if draw.rng.random() < 0.3:
        draw.beside()
    return xml_of(draw, pieces[0][0], pieces[1][1]), draw.signals


def unstructured(seed: int, back: bool = False) -> bytes:
    """A graph whose gateways are thrown in at random; most are unsound. back: ways may lead back."""
    rng = random.Random(seed)
    draw = Draw(rng)
    size = rng.randint(4, 9)
    names = [draw.new("A") for _ in range(size)]
    splits = [rng.choice(["and", "xor", "or", ""]) for _ in names]
    joins = [rng.choice(["and", "xor", "or"]) for _ in names]
    ways: dict[int, list[int]] = {}
    for at in range(size - 1):
        most = 1 if not splits[at] else rng.randint(1, 3)
        lowest = 0 if back and rng.random() < 0.3 else at + 1
        ways[at] = sorted({rng.randint(lowest, size - 1) for _ in range(most)})
    for at, name in enumerate(names):
        draw.add(f"<user {name}/><{joins[at]} J{name}/>")
        draw.join(f"J{name}", name)
    for at, targets in ways.items():
        gate, first = f"G{names[at]}", f"J{names[targets[0]]}"
        if len(targets) == 1:
            draw.join(names[at], first)
            continue
        default = "" if splits[at] == "and" else f'default="{gate}_{first}"'
        draw.add(f"<{splits[at]} {gate} {default}/>")
        draw.join(names[at], gate)
        draw.join(gate, first)
        for target in targets[1:]:
            condition = "" if splits[at] == "and" else f"v_{names[at]} > {rng.randint(1, 8)}"
            draw.join(gate, f"J{names[target]}", condition)
    draw.add("<start S/><end Z/>")
    draw.join("S", f"J{names[0]}")
    draw.join(names[-1], "Z")
    return file(process("".join(draw.body), " ".join(draw.flows)))
