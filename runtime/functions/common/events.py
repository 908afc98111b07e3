"""Events that the functions of a run receive."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from runtime.errors import InvalidInput
from runtime.models.domain.fields import STORABLE
from runtime.models.domain.objects import WithdrawalOrder
from runtime.models.domain.rebuilding import RebuildStep
from runtime.models.domain.runs import Execution, Gate, RunStatus

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024, pattern=STORABLE)]


class Event(BaseModel):
    """A frozen event; other keys that the state machine passes along are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ExecutionRef(Event):
    """The execution, from the state machine's context."""

    name: str
    arn: str
    start_time: datetime
    redrive_count: int = 0

    def to_execution(self) -> Execution:
        """Return the execution as a value of the domain."""
        return Execution(self.name, self.arn, self.start_time)


class ScheduledEvent(Event):
    """For forecast_trigger, from the schedule."""

    scheduled_time: AwareDatetime


class StepEvent(Event):
    """To every function that does one state of a run: the run, once there is one, the state itself, and the Glue job's that follows."""

    run_id: UUID | None = None
    state: str | None = None
    next_state: str | None = None


class ResolveInput(Event):
    """For run_resolver. `input` is validated later."""

    input: object
    execution: ExecutionRef


class RunEvent(Event):
    """For the steps that need only the run."""

    run_id: UUID


class AnomalyEvent(RunEvent):
    """For anomaly_detector. `notify`: whether the run notifies people; an event of an earlier definition does not say, and runs did."""

    notify: bool = True


class InsightEvent(RunEvent):
    """For insight_builder. `reproduce`: derive once more and change nothing."""

    reproduce: bool = False


class GatedRunEvent(RunEvent):
    """For the steps with a gate."""

    gate: Gate = Gate.ENFORCE


class PublishEvent(GatedRunEvent):
    """For run_publisher."""

    publish: bool = True


class FailedState(Event):
    """The state that failed, the number of redrives before it, the summary for people, and the status of the run as recorded."""

    state: str
    redrives: int
    summary: str
    status: RunStatus = RunStatus.FAILED


class OutcomeEvent(Event):
    """For run_recorder. `END` fails the execution unless it was redriven since. dpu_seconds: consumption of its Glue jobs.

    failed_state: the state of FAILED; an execution that was started under an earlier definition sends none.
    """

    outcome: Literal["SUCCEEDED", "FAILED", "END"]
    execution: ExecutionRef
    error: dict[str, object] | None = None
    failed_state: str | None = None
    failure: FailedState | None = None
    dpu_seconds: float = 0


class WithdrawalMode(StrEnum):
    """Effect of an order on an object: later runs do not read it, its rows are deleted as well, or later runs read it again."""

    WITHDRAW = "withdraw"
    ERASE = "erase"
    RESTORE = "restore"


class WithdrawalEvent(Event):
    """For object_withdrawer, from the CLI. `object` is the id of an object, or a key for all its versions."""

    object: Text
    mode: WithdrawalMode
    reason: Text
    actor: Text

    def to_order(self) -> WithdrawalOrder:
        """Return the order as a value of the domain."""
        return WithdrawalOrder(self.object, self.actor, self.reason)


class Position(Event):
    """Where a rebuild continues."""

    step: RebuildStep
    after: str


class RebuildEvent(Event):
    """For database_rebuilder, from `signify rebuild` and `signify backup`: the caller, and the position that the last call returned."""

    actor: str = Field(min_length=1, max_length=255)
    merge: bool = False
    backup: bool = False
    position: Position | None = None


class ChangedExecution(Event):
    """The status of an execution, as Step Functions sends it: instants in milliseconds since 1970."""

    model_config = ConfigDict(alias_generator=to_camel)

    execution_arn: str
    name: str
    status: Literal["RUNNING", "FAILED", "TIMED_OUT", "ABORTED"]
    start_date: datetime
    error: str | None = None
    cause: str | None = None

    def to_execution(self) -> Execution:
        """Return the execution as a value of the domain."""
        return Execution(self.name, self.execution_arn, self.start_date)

    def to_error(self) -> dict[str, str]:
        """Return {Error, Cause} of a failure; an execution that was stopped or timed out may have none of its own."""
        return {"Error": self.error or f"Execution.{self.status}", "Cause": self.cause or _DEFAULT_CAUSES[self.status]}


_DEFAULT_CAUSES = {
    "RUNNING": "",
    "FAILED": "the execution failed before a state could record the reason",
    "TIMED_OUT": "the execution exceeded the time limit of the state machine",
    "ABORTED": "the execution was stopped",
}


class ExecutionChange(Event):
    """For execution_listener, from EventBridge: "Step Functions Execution Status Change"."""

    detail: ChangedExecution


class OrderObject(Event):
    """The object of an order."""

    key: str


class OrderDetail(Event):
    """What EventBridge says of an object that was created."""

    object: OrderObject


class OrderEvent(Event):
    """For exporter, from EventBridge: the order of an export."""

    detail: OrderDetail


class ListenerTask(Event):
    """For execution_listener, from its schedule."""

    task: Literal["close_abandoned_jobs"]


E = TypeVar("E", bound=Event)


def parse(event_type: type[E], event: object) -> E:
    """Validate an event. Raises InvalidInput naming every error."""
    try:
        return event_type.model_validate(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidInput(f"the event is not a {event_type.__name__}: {faults}") from None
