"""The state machine in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from runtime.errors import Conflict, NotFound
from runtime.services.ports import Workflow


class InMemoryWorkflow(Workflow):
    """Workflow: remembers what was started under which name."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}
        self.ended: set[str] = set()

    @override
    def start(self, name: str, run_input: Mapping[str, Any]) -> str:
        if name in self.ended or self.started.get(name, dict(run_input)) != dict(run_input):
            raise Conflict(f"An execution named {name!r} already exists with a different input, or has ended; use another name.")
        self.started[name] = dict(run_input)
        return f"arn:aws:states:eu-west-1:123456789012:execution:Runs:{name}"

    @override
    def is_running(self, arn: str) -> bool:
        name = arn.rpartition(":")[2]
        if name not in self.started:
            raise NotFound(f"{arn} does not exist")
        return name not in self.ended
