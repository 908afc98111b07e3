"""Forecast runs: their executions, input and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict
from uuid import UUID, uuid5

from contracts.run_states import STATES_AFTER_PUBLISHING, RunState

RUN_NAMESPACE = UUID("0d2f0b6e-3f0e-5f4e-8f6a-5a0f6c1d7b20")


def run_id_of(execution_name: str) -> UUID:
    """Return the id of the run and job of an execution; a retry or redrive continues the same run."""
    return uuid5(RUN_NAMESPACE, execution_name)


class Gate(StrEnum):
    """Effect of a quality gate on a run beyond its limit: refuse it, add a warning, or skip the check."""

    ENFORCE = "enforce"
    WARN = "warn"
    SKIP = "skip"


class RunStatus(StrEnum):
    """Status of a run: SUCCEEDED says that its forecast is complete, whether or not the run could be measured."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Execution:
    """One execution of the state machine. `started_at` is aware (UTC) and survives a redrive."""

    name: str
    arn: str
    started_at: datetime

    @property
    def run_id(self) -> UUID:
        """The run this execution works on."""
        return run_id_of(self.name)


@dataclass(frozen=True)
class ExecutionState:
    """What Step Functions records of an execution. `error` and `cause` say why it ended early, where something said so.

    redrive_count: how often it was started again after it had ended early.
    """

    execution: Execution
    status: str
    error: str | None = None
    cause: str | None = None
    redrive_count: int = 0

    @property
    def is_running(self) -> bool:
        """Whether the execution has not ended."""
        return self.status == "RUNNING"


class RunFailure(TypedDict):
    """What ended a run early: the state, the name of its error and the reason. `state` is null where no state was entered."""

    state: str | None
    code: str
    detail: str


@dataclass(frozen=True)
class ForecastRun:
    """One forecast generation, immutable once published.

    The objects that the run reads are in its manifest in the lake; here are their number and the digest of the list, None for a run of a
    version that did not record them. `backtest` is the back-test in `forecast.json`.
    Fields about the model are None until the forecast exists. A run is published and measured (anomalies, KPIs) independently of each
    other: a run that could not be measured has SUCCEEDED, no `measured_at`, and the reason in `failure`.
    """

    id: UUID
    as_of_date: date
    horizon_days: int
    status: RunStatus
    code_version: str
    created_at: datetime
    execution_arn: str | None = None
    input_objects: int | None = None
    input_digest: str | None = None
    warnings: tuple[str, ...] = ()
    backend: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    seed: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    series_forecast: int | None = None
    series_excluded: int | None = None
    backtest: Mapping[str, object] | None = None
    finished_at: datetime | None = None
    published_at: datetime | None = None
    measured_at: datetime | None = None
    failure: RunFailure | None = None

    def is_complete_at(self, state: str | None) -> bool:
        """Whether the forecast is loaded and, where it was to be, published when an execution ends in this state."""
        return self.published_at is not None or state in STATES_AFTER_PUBLISHING

    def end_at(self, state: str | None) -> RunEnd:
        """Return how the run ends when its execution fails, is stopped or times out in this state (None: unknown)."""
        if self.is_complete_at(state):
            return RunEnd(RunStatus.SUCCEEDED, is_measured=state == RunState.FINISH_RUN)
        return RunEnd(RunStatus.FAILED, is_measured=False)


@dataclass(frozen=True)
class RunEnd:
    """The facts about a run that ended: whether its forecast is complete (SUCCEEDED), and whether anomalies and KPIs were computed."""

    status: RunStatus
    is_measured: bool


@dataclass(frozen=True)
class PublishedRun:
    """A run that readers see, or saw before."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    published_at: datetime
