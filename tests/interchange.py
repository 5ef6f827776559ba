"""Models of our own with the kinds of elements that the models of BPMN's interchange working group (MIWG) have: a short
description of each, written out as a file with its diagram. The description is what tests hold the file against."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

SPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TAGS = {
    "start": "startEvent", "end": "endEvent", "throw": "intermediateThrowEvent", "catch": "intermediateCatchEvent",
    "boundary": "boundaryEvent", "beside": "boundaryEvent", "task": "task", "user": "userTask", "service": "serviceTask",
    "send": "sendTask", "receive": "receiveTask", "manual": "manualTask", "rule": "businessRuleTask",
    "script": "scriptTask", "call": "callActivity", "sub": "subProcess", "event_sub": "subProcess", "adhoc": "adHocSubProcess",
    "transaction": "transaction", "xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway",
    "either": "eventBasedGateway", "complex": "complexGateway", "undo": "task",
}  # fmt: skip
TRIGGERS = {
    "message": '<{p}messageEventDefinition{id} messageRef="M_paper"/>', "signal": '<{p}signalEventDefinition{id} signalRef="S_alarm"/>',
    "timer": "<{p}timerEventDefinition{id}><{p}timeDuration>P1D</{p}timeDuration></{p}timerEventDefinition>",
    "conditional": "<{p}conditionalEventDefinition{id}><{p}condition>rate &gt; 3</{p}condition></{p}conditionalEventDefinition>",
    "link": '<{p}linkEventDefinition{id} name="next page"/>', "error": '<{p}errorEventDefinition{id} errorRef="X_short"/>',
    "escalation": '<{p}escalationEventDefinition{id} escalationRef="V_late"/>', "compensation": "<{p}compensateEventDefinition{id}/>",
    "terminate": "<{p}terminateEventDefinition{id}/>", "cancel": "<{p}cancelEventDefinition{id}/>",
}  # fmt: skip
ROOTS = (
    '<{p}message id="M_paper" name="papers"/><{p}signal id="S_alarm" name="alarm"/><{p}error id="X_short" errorCode="short"/>'
    '<{p}escalation id="V_late" escalationCode="late"/><{p}dataStore id="DS_books" name="books"/><{p}category id="Cat">'
    '<{p}categoryValue id="CV" value="Zürich"/></{p}category>'
)
LOOPS = {
    "loop": "<{p}standardLoopCharacteristics><{p}loopCondition>again</{p}loopCondition></{p}standardLoopCharacteristics>",
    "many": "<{p}multiInstanceLoopCharacteristics><{p}loopCardinality>3</{p}loopCardinality></{p}multiInstanceLoopCharacteristics>",
    "in_turn": '<{p}multiInstanceLoopCharacteristics isSequential="true"><{p}loopCardinality>3</{p}loopCardinality></{p}multiInstanceLoopCharacteristics>',
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A flow node. kind: as in ``TAGS``; host: of a boundary event; inside: the sub-process around it."""

    id: str
    kind: str
    trigger: str | None
    host: str | None
    loop: str | None
    inside: str | None


@dataclass(frozen=True)
class Model:
    """nodes: ``kind[.trigger][+loop]:Id[@host]``; flows: ``A>B``, ``A>B?x`` with a condition; a name before a bracket
    holds what is inside a sub-process. pools: participants beside the process; messages: message flows. notes: what is
    written beside elements. refused: what cannot run, by element, and why."""

    key: str
    nodes: str
    flows: str
    pools: tuple[str, ...] = ()
    lanes: dict[str, str] = field(default_factory=dict[str, str])
    messages: str = ""
    notes: dict[str, str] = field(default_factory=dict[str, str])
    data: dict[str, str] = field(default_factory=dict[str, str])
    undoes: dict[str, str] = field(default_factory=dict[str, str])
    defaults: dict[str, str] = field(default_factory=dict[str, str])
    groups: int = 0
    refused: dict[str, str] = field(default_factory=dict[str, str])
    prefix: str = "bpmn:"
    encoding: str = "UTF-8"

    def drawn(self) -> list[Drawn]:
        found: list[Drawn] = []
        around: list[str] = []
        for word in self.nodes.split():
            if word == "]":
                around.pop()
                continue
            kind, _, id = word.removesuffix("[").partition(":")
            id, _, host = id.partition("@")
            kind, _, loop = kind.partition("+")
            kind, _, trigger = kind.partition(".")
            inside = around[-1] if around else None
            found.append(Drawn(id, kind, trigger or None, host or None, loop or None, inside))
            if word.endswith("["):
                around.append(id)
        return found

    def sequence(self) -> list[tuple[str, str, str]]:
        """Source, target, condition."""
        pairs = [word.partition(">") for word in self.flows.split()]
        return [(a, b.partition("?")[0], b.partition("?")[2]) for a, _, b in pairs]

    def message_flows(self) -> list[tuple[str, str]]:
        return [(a, b) for a, _, b in (word.partition(">") for word in self.messages.split())]

    def bounds(self) -> dict[str, tuple[int, int, int, int]]:
        """Where each shape stands: pools, lanes, nodes, data, notes, groups."""
        ids = [f"Pool_{self.key}", *(f"Pool_{p}" for p in self.pools)] if self.pools else []
        ids += [f"Lane_{name}" for name in self.lanes] + [node.id for node in self.drawn()]
        ids += [*self.data, *(f"Note_{id}" for id in self.notes), *(f"Group_{n}" for n in range(self.groups))]
        return {id: (40 + 150 * at, 60 + 10 * at, 100, 80) for at, id in enumerate(ids)}

    def file(self, *, executable: bool) -> bytes:
        p, space = self.prefix, "xmlns" + (":" + self.prefix[:-1] if self.prefix else "")
        text = (
            f'<?xml version="1.0" encoding="{self.encoding}"?>\n<{p}definitions {space}="{SPACE}" '
            'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
            'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:liushui="urn:liushui:bpmn:1" xmlns:tool="http://example.org/tool" '
            f'id="D_{self.key}" targetNamespace="urn:own:{self.key}" exporter="Entwurf für Zürich">'
            + ROOTS.replace("{p}", p) + self._collaboration(p)
            + f'<{p}process id="{self.key}" name="{self.key}" isExecutable="{str(executable).lower()}">'
            f"<{p}documentation>Prüfung</{p}documentation><{p}extensionElements><tool:colour value=\"red\"/></{p}extensionElements>"
            + self._lanes(p) + self._scope(p, None) + self._beside(p) + f"</{p}process>" + self._diagram()
            + f"</{p}definitions>"
        )  # fmt: skip
        return text.encode(self.encoding)

    def _collaboration(self, p: str) -> str:
        if not self.pools:
            return ""
        text = f'<{p}collaboration id="C_{self.key}"><{p}participant id="Pool_{self.key}" name="Bank" processRef="{self.key}"/>'
        text += "".join(f'<{p}participant id="Pool_{name}" name="{name}"/>' for name in self.pools)
        text += "".join(
            f'<{p}messageFlow id="MF{at}" sourceRef="{a}" targetRef="{b}"/>'
            for at, (a, b) in enumerate(self.message_flows())
        )
        return text + f"</{p}collaboration>"

    def _lanes(self, p: str) -> str:
        lanes = "".join(
            f'<{p}lane id="Lane_{name}" name="{name}">'
            + "".join(f"<{p}flowNodeRef>{id}</{p}flowNodeRef>" for id in ids.split())
            + f"</{p}lane>"
            for name, ids in self.lanes.items()
        )
        return f'<{p}laneSet id="Lanes">{lanes}</{p}laneSet>' if lanes else ""

    def _scope(self, p: str, inside: str | None) -> str:
        here = [node for node in self.drawn() if node.inside == inside]
        text = "".join(self._node(p, node) for node in here)
        ids = {node.id for node in here}
        for a, b, condition in self.sequence():
            if a in ids:
                inner = f"<{p}conditionExpression>{condition}</{p}conditionExpression>" if condition else ""
                text += (
                    f'<{p}sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{inner}</{p}sequenceFlow>'
                )
        return text + "".join(
            f'<{p}association id="A_{a}_{b}" sourceRef="{a}" targetRef="{b}" associationDirection="One"/>'
            for a, b in self.undoes.items() if a in ids
        )  # fmt: skip

    def _node(self, p: str, node: Drawn) -> str:
        more = f' default="{node.id}_{self.defaults[node.id]}"' if node.id in self.defaults else ""
        if node.host:
            more += f' attachedToRef="{node.host}" cancelActivity="{"false" if node.kind == "beside" else "true"}"'
        if node.kind == "event_sub":
            more += ' triggeredByEvent="true"'
        if node.kind == "undo":
            more += ' isForCompensation="true"'
        if node.kind in ("send", "receive"):
            more += ' messageRef="M_paper"'
        if node.kind == "call":
            more += ' calledElement="other"'
        if node.kind == "rule":
            more += ' liushui:decision="grade"'
        inner = "" if node.trigger is None else TRIGGERS[node.trigger]
        inner = inner.replace("{id}", f' id="{node.id}_on"') + LOOPS.get(node.loop or "", "")
        if TAGS[node.kind] in ("subProcess", "transaction", "adHocSubProcess"):
            inner += self._scope(p, node.id)
        name = quoteattr(f"{node.id} für alle")
        return f'<{p}{TAGS[node.kind]} id="{node.id}" name={name}{more}>{inner.replace("{p}", p)}</{p}{TAGS[node.kind]}>'

    def _beside(self, p: str) -> str:
        text = ""
        for id, kind in self.data.items():
            if kind == "store":
                text += f'<{p}dataStoreReference id="{id}" dataStoreRef="DS_books"/>'
            else:
                text += f'<{p}dataObject id="{id}_object" isCollection="{str(kind == "many").lower()}"/>'
                text += f'<{p}dataObjectReference id="{id}" dataObjectRef="{id}_object"/>'
        for id, note in self.notes.items():
            text += f'<{p}textAnnotation id="Note_{id}"><{p}text>{note}</{p}text></{p}textAnnotation>'
            text += f'<{p}association id="N_{id}" sourceRef="{id}" targetRef="Note_{id}"/>'
        return text + "".join(f'<{p}group id="Group_{n}" categoryValueRef="CV"/>' for n in range(self.groups))

    def _diagram(self) -> str:
        shapes = "".join(
            f'<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/></bpmndi:BPMNShape>'
            for id, (x, y, w, h) in self.bounds().items()
        )
        edges = "".join(
            f'<bpmndi:BPMNEdge id="{a}_{b}_di" bpmnElement="{a}_{b}"><di:waypoint x="{at}" y="1"/><di:waypoint x="{at}" y="9"/></bpmndi:BPMNEdge>'
            for at, (a, b, _) in enumerate(self.sequence())
        )
        plane = f"C_{self.key}" if self.pools else self.key
        return f'<bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="{plane}">{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'


MODELS = {
    # A: the least, an exclusive split, a sub-process with boundary events, two pools.
    "A.1": Model("a1", "start:S task:One task:Two task:Three end:E", "S>One One>Two Two>Three Three>E"),
    "A.2": Model(
        "a2", "start:S task:One xor:G task:Two task:Three task:Four xor:J end:E",
        "S>One One>G G>Two?x G>Three?y G>Four Two>J Three>J Four>J J>E", defaults={"G": "Four"}, prefix="",
    ),
    "A.3": Model(
        "a3", "start:S task:One sub:Inner[ ] beside.message:B1@Inner boundary.escalation:B2@Inner task:Two task:Three end:E1 end:E2 end:E3",
        "S>One One>Inner Inner>E1 B1>Two Two>E2 B2>Three Three>E3", prefix="semantic:", encoding="ISO-8859-1",
        refused={"Inner": "a start event"},
    ),
    "A.4": Model(
        "a4", "start:S task:One sub:Inner[ start:IS task:Two end:IE ] task:Three end.message:E",
        "S>One One>Inner IS>Two Two>IE Inner>Three Three>E", pools=("Customer", "Registry"),
        lanes={"Front": "S One", "Back": "Inner Three E"}, messages="Pool_Customer>S One>Pool_Registry E>Pool_Customer",
    ),
    # B: everything of the descriptive and of the analytic class.
    "B.1": Model(
        "b1", "start.message:S user:One service:Two and:F call:Three sub:Inner[ start:IS task:Four end:IE ] and:J xor:G end.terminate:E1 end.message:E2",
        "S>One One>Two Two>F F>Three F>Inner IS>Four Four>IE Three>J Inner>J J>G G>E1?x G>E2", defaults={"G": "E2"},
        pools=("Customer",), lanes={"Desk": "S One Two F Three Inner J G", "Office": "E1 E2"}, messages="Pool_Customer>S E2>Pool_Customer",
        data={"Paper": "one", "Papers": "many", "Books": "store"}, notes={"One": "both pages"}, groups=1,
        encoding="ISO-8859-1", prefix="semantic:",
    ),
    "B.2": Model(
        "b2", "start.timer:S start.conditional:SC send:Ask receive:Heard user+in_turn:Each user+many:All manual:File rule:Grade user+loop:Again "
        "boundary.error:BE@Grade beside.timer:BT@Again beside.conditional:BC@File beside.signal:BS@Each throw.signal:Call catch.signal:Hear "
        "throw.link:Away catch.link:Here throw.escalation:Up catch.conditional:When or:Some or:Join either:Wait catch.message:Got catch.timer:Late "
        "service:Pay undo:Back boundary.compensation:BB@Pay throw.compensation:Undo complex:Knot script:Sum "
        "event_sub:Over[ start.error:OS task:Clean end:OE ] end.error:EE end.escalation:EV end.signal:ES end.compensation:EB end:E",
        "S>Ask SC>Ask Ask>Heard Heard>Each Each>All All>File File>Grade Grade>Again Again>Call Call>Hear Hear>Some Some>Away?x Here>Join Some>Up "
        "Up>When When>Join Join>Wait Wait>Got Wait>Late Got>Pay Late>Sum Sum>E Pay>Undo Undo>Knot Knot>EE?z Knot>E BE>EV BT>ES BC>E BS>EB OS>Clean Clean>OE",
        undoes={"BB": "Back"}, defaults={"Some": "Up"}, notes={"Wait": "whatever comes first"}, data={"Form": "one"}, groups=2,
        refused={"SC": "conditionalEventDefinition", "BC": "conditionalEventDefinition", "When": "conditionalEventDefinition",
                 "Away": "linkEventDefinition", "Here": "linkEventDefinition", "Knot": "complex gateway", "Sum": "script task"},
    ),
    # C: whole procedures, as a bank has them.
    "C.1": Model(  # an invoice is approved
        "c1", "start:S user:Assign user:Approve xor:Ok user:Clarify xor:Right service:Pay end:Paid end:Not",
        "S>Assign Assign>Approve Approve>Ok Ok>Pay?approved Ok>Clarify Clarify>Right Right>Approve?clear Right>Not Pay>Paid",
        defaults={"Ok": "Clarify", "Right": "Not"}, pools=("Accountant",), lanes={"Approver": "Approve Ok", "Team": "S Assign Clarify Right Pay Paid Not"},
        messages="Pay>Pool_Accountant", data={"Invoice": "one"}, notes={"Approve": "for Zürich"},
    ),
    "C.2": Model(  # several parties, who wait for each other
        "c2", "start:S send:Order either:Wait catch.message:Goods catch.timer:Week user:Check send:Remind end:E1 end.message:E2",
        "S>Order Order>Wait Wait>Goods Wait>Week Goods>Check Check>E1 Week>Remind Remind>E2",
        pools=("Supplier", "Carrier", "Customer"), messages="Order>Pool_Supplier Pool_Carrier>Goods Remind>Pool_Supplier E2>Pool_Customer", prefix="",
    ),
    "C.3": Model(  # an error on the way, and the time that runs out beside
        "c3", "start:S sub:Work[ start:WS user:Do service:Book boundary.error:WB@Book end:WE end.error:WX ] boundary.error:BX@Work "
        "beside.timer:BT@Work user:Look end:E1 end:E2 send:Nudge end:E3",
        "S>Work WS>Do Do>Book Book>WE WB>WX Work>E1 BX>Look Look>E2 BT>Nudge Nudge>E3", lanes={"Office": "S Work Look E1 E2", "Chief": "Nudge E3"},
    ),
    "C.4": Model(  # signals between departments, data stores, forks in a fork
        "c4", "start:S user:Sign xor:Ok user:Again and:F user:Learn throw.signal:New and:J and:F2 catch.message:It catch.message:Pay and:J2 end:E",
        "S>Sign Sign>Ok Ok>F?fine Ok>Again Again>Sign F>Learn F>New Learn>J New>J J>F2 F2>It F2>Pay It>J2 Pay>J2 J2>E",
        defaults={"Ok": "Again"}, pools=("IT", "Payroll"), lanes={"People": "S Sign Ok Again F Learn J", "Department": "New F2 It Pay J2 E"},
        messages="Pool_IT>It Pool_Payroll>Pay", data={"Details": "store", "Logins": "store"},
    ),
    "C.5": Model(  # an event sub-process beside the work, and an escalation out of it
        "c5", "start.message:S user:Work sub:Check[ start:CS user:Ask throw.escalation:Up end:CE ] beside.escalation:BV@Check user:Tell end:TE end:E "
        "event_sub:Stop[ start.message:SS service:Undo end:SE ]",
        "S>Work Work>Check CS>Ask Ask>Up Up>CE Check>E BV>Tell Tell>TE SS>Undo Undo>SE", encoding="ISO-8859-1",
    ),
    "C.6": Model(  # a journey is booked, and what was booked is undone
        "c6", "start:S and:F service:Flight service:Hotel undo:NoFlight undo:NoHotel boundary.compensation:BF@Flight boundary.compensation:BH@Hotel "
        "and:J user:Confirm xor:Ok throw.compensation:Undo end:E1 end:E2",
        "S>F F>Flight F>Hotel Flight>J Hotel>J J>Confirm Confirm>Ok Ok>E1?fine Ok>Undo Undo>E2", undoes={"BF": "NoFlight", "BH": "NoHotel"},
        defaults={"Ok": "Undo"},
    ),
    "C.7": Model(  # a transaction and work without an order
        "c7", "start:S transaction:Deal[ start:DS user:Pay end:DE ] boundary.cancel:BC@Deal adhoc:Free[ task:Read task:Write ] end:E1 end:E2",
        "S>Deal DS>Pay Pay>DE Deal>Free Free>E1 BC>E2", refused={"Deal": "transaction", "Free": "ad-hoc sub-process", "BC": "cancelEventDefinition"},
    ),
    "C.8": Model(  # a decision beside the model, people of a list
        "c8", "start.message:S service:Get boundary.error:B@Get rule:Judge xor:How user+many:Each throw.message:Yes end:E1 end.message:E2 end.error:E3",
        "S>Get Get>Judge Judge>How How>Yes?fine How>Each Yes>E1 Each>E2 B>E3", defaults={"How": "Each"}, pools=("Employee",),
        messages="Pool_Employee>S Yes>Pool_Employee E2>Pool_Employee", data={"Status": "one", "Calendar": "store"}, prefix="semantic:",
    ),
}  # fmt: skip
