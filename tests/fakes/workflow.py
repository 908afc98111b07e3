"""The state machine in memory."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import override

from runtime.errors import Conflict, NotFound
from runtime.models.domain.runs import Execution, ExecutionState
from runtime.services.ports import Workflow
from tests.fakes.examples import STARTED_AT


class InMemoryWorkflow(Workflow):
    """The inputs of executions by name; executions run until their name is added to `finished_names`."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, object]] = {}
        self.finished_names: set[str] = set()
        self.end_status = "FAILED"
        self.end_error: str | None = "RunFailed"
        self.stops: list[tuple[str, str, str]] = []
        self.redrive_count = 0

    @override
    def start(self, name: str, run_input: Mapping[str, object]) -> str:
        if name in self.finished_names or self.inputs.get(name, dict(run_input)) != dict(run_input):
            raise Conflict(f"An execution named {name!r} already exists with a different input, or has ended; use another name.")
        self.inputs[name] = dict(run_input)
        return self.arn_of(name)

    @override
    def arn_of(self, name: str) -> str:
        return f"arn:aws:states:eu-west-1:123456789012:execution:Runs:{name}"

    @override
    def stop(self, arn: str, error: str, cause: str) -> None:
        name = arn.rpartition(":")[2]
        if name not in self.inputs:
            raise NotFound(f"{arn} does not exist")
        self.finished_names.add(name)
        self.stops.append((name, error, cause))

    @override
    def is_running(self, arn: str) -> bool:
        name = arn.rpartition(":")[2]
        if name not in self.inputs:
            raise NotFound(f"{arn} does not exist")
        return name not in self.finished_names

    @override
    def describe(self, arn: str) -> ExecutionState:
        status = "RUNNING" if self.is_running(arn) else self.end_status
        return ExecutionState(Execution(arn.rpartition(":")[2], arn, STARTED_AT), status, self.end_error, redrive_count=self.redrive_count)
