"""What the state machine sends to the functions of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from runtime.errors import InvalidInput
from runtime.models.domain.runs import Execution, Gate


class Event(BaseModel):
    """A frozen event; other keys that the state machine passes along are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ExecutionRef(Event):
    """The execution, from the state machine's context."""

    name: str
    arn: str
    start_time: datetime
    redrive_count: int = 0

    def execution(self) -> Execution:
        """In the words of the domain."""
        return Execution(self.name, self.arn, self.start_time)


class ScheduledEvent(Event):
    """To forecast_trigger, from the schedule."""

    scheduled_time: AwareDatetime


class StepEvent(Event):
    """To every function that does one state of a run: the run, once there is one, the state itself, and the Glue job's that follows."""

    run_id: UUID | None = None
    state: str | None = None
    next_state: str | None = None


class ResolveInput(Event):
    """To run_resolver. `input` is checked by its own rules."""

    input: Any
    execution: ExecutionRef


class RunEvent(Event):
    """To the steps that need no more than the run."""

    run_id: UUID


class GatedRunEvent(RunEvent):
    """To the steps that have a gate."""

    gate: Gate = Gate.ENFORCE


class PublishEvent(GatedRunEvent):
    """To run_publisher."""

    publish: bool = True


class FailedState(Event):
    """The state whose failure was caught, in which attempt of the execution, and what people were told."""

    state: str
    redrives: int
    summary: str


class OutcomeEvent(Event):
    """To run_recorder. `END` fails the execution after a failure, unless it was redriven since. dpu_seconds: what its Glue jobs used."""

    outcome: Literal["SUCCEEDED", "FAILED", "END"]
    execution: ExecutionRef
    error: dict[str, Any] | None = None
    failure: FailedState | None = None
    dpu_seconds: float = 0


class ChangedExecution(Event):
    """How an execution stands, in Step Functions' words: instants in milliseconds since 1970."""

    model_config = ConfigDict(alias_generator=to_camel)

    execution_arn: str
    name: str
    status: Literal["RUNNING", "FAILED", "TIMED_OUT", "ABORTED"]
    start_date: datetime
    error: str | None = None
    cause: str | None = None

    def execution(self) -> Execution:
        """In the words of the domain."""
        return Execution(self.name, self.execution_arn, self.start_date)

    def told(self) -> dict[str, str]:
        """{Error, Cause} of a failure; an execution that was stopped or timed out need not have any."""
        return {"Error": self.error or f"Execution.{self.status}", "Cause": self.cause or _ENDED[self.status]}


_ENDED = {
    "RUNNING": "",
    "FAILED": "the execution failed before a state could record the reason",
    "TIMED_OUT": "the execution exceeded the time limit of the state machine",
    "ABORTED": "the execution was stopped",
}


class ExecutionChange(Event):
    """To execution_listener, from EventBridge: "Step Functions Execution Status Change"."""

    detail: ChangedExecution


Kind = TypeVar("Kind", bound=Event)


def parse(kind: type[Kind], event: object) -> Kind:
    """Read an event. Raises InvalidInput naming what is wrong with it."""
    try:
        return kind.model_validate(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidInput(f"the event is not a {kind.__name__}: {faults}") from None
