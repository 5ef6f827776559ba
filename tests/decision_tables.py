"""Decision tables for tests, in the JSON that the visual editor writes."""

from __future__ import annotations

from typing import Any


def table(
    rules: list[list[str]],
    inputs: list[str],
    outputs: list[str],
    *,
    hit: str = "first",
    **content: Any,
) -> dict[str, Any]:
    """Each rule is its id, its cells and its outcomes, in order."""
    columns = [f"i{at}" for at in range(len(inputs))], [f"o{at}" for at in range(len(outputs))]
    keys = ["_id", *columns[0], *columns[1]]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "Request", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "type": "decisionTableNode",
            "name": "Table",
            "position": {"x": 300, "y": 0},
            "content": {
                "hitPolicy": hit,
                "inputs": [
                    {"id": id, "name": field, "field": field}
                    for id, field in zip(columns[0], inputs, strict=True)
                ],
                "outputs": [
                    {"id": id, "name": field, "field": field}
                    for id, field in zip(columns[1], outputs, strict=True)
                ],
                "rules": [dict(zip(keys, rule, strict=True)) for rule in rules],
                "passThrough": False,
                "inputField": None,
                "outputPath": None,
                "executionMode": "single",
                **content,
            },
        },
        {"id": "out", "type": "outputNode", "name": "Response", "position": {"x": 600, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
