# pyright: basic
# (the peer has no types)
"""The peer of the engine: SpiffWorkflow (LGPL, installed with the development extra only), with a shared spec.

Its serializer writes the whole spec into every instance; a bank would not. So the peer here keeps the spec outside,
which makes it twice as fast as it comes.
"""

from __future__ import annotations

import json
from typing import Any, Protocol
from uuid import UUID


class Peer(Protocol):
    """start: a new instance as JSON. step: load, complete the first open task with data, run on, save."""

    def start(self, data: dict[str, Any]) -> str: ...

    def step(self, saved: str, data: dict[str, Any]) -> str: ...


def spiff(bpmn: bytes, process: str) -> Peer | None:
    """The peer with this model; None where SpiffWorkflow is not installed."""
    try:
        from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
        from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
        from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
        from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
        from SpiffWorkflow.util.task import TaskState
    except ImportError:
        return None
    parser: Any = BpmnParser()
    parser.add_bpmn_str(bpmn)
    spec: Any = parser.get_spec(process)

    class WithoutSpec(BpmnWorkflowConverter):
        """Keeps what changes; the spec is the same for all instances and stays in memory."""

        def to_dict(self, workflow: Any) -> dict[str, Any]:
            tasks = self.mapping_to_dict(workflow.tasks)
            last = workflow.last_task
            return {"tasks": tasks, "root": str(workflow.task_tree.id), "last": last and str(last.id),
                    "data": self.registry.convert(self.registry.clean(workflow.data))}  # fmt: skip

        def from_dict(self, dct: dict[str, Any]) -> Any:
            workflow: Any = BpmnWorkflow(spec, {}, deserializing=True)
            workflow.tasks = self.mapping_from_dict(dct["tasks"], UUID, workflow=workflow)
            workflow.task_tree = workflow.tasks[UUID(dct["root"])]
            workflow.last_task = workflow.tasks.get(UUID(dct["last"])) if dct["last"] else None
            workflow.data = self.registry.restore(dct["data"])
            return workflow

    serializer: Any = BpmnWorkflowSerializer(
        BpmnWorkflowSerializer.configure(DEFAULT_CONFIG | {BpmnWorkflow: WithoutSpec})
    )

    class WithSharedSpec:
        def start(self, data: dict[str, Any]) -> str:
            workflow: Any = BpmnWorkflow(spec)
            workflow.task_tree.data.update(data)
            workflow.do_engine_steps()
            return self._save(workflow)

        def step(self, saved: str, data: dict[str, Any]) -> str:
            workflow: Any = serializer.from_dict(json.loads(saved))
            task = next(iter(workflow.get_tasks(state=TaskState.READY, manual=True)))
            task.data.update(data)
            task.run()
            workflow.do_engine_steps()
            return self._save(workflow)

        def _save(self, workflow: Any) -> str:
            serializer.registry._encoder_mode = False
            return json.dumps(serializer.to_dict(workflow))

    return WithSharedSpec()
