"""Jobs: asynchronous work that a client started and can poll."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import NotRequired, TypedDict
from uuid import UUID

from contracts.run_states import RunState


class JobType(StrEnum):
    """Kind of a job."""

    FORECAST_RUN = "FORECAST_RUN"
    EXPORT = "EXPORT"


class JobStatus(StrEnum):
    """Status of a job. SUCCEEDED, FAILED, TIMED_OUT and CANCELLED are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"


FINAL_STATUSES = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.CANCELLED})


class Progress(TypedDict, total=False):
    """Position in the steps of a job, empty before the first. `message` is the name of the current state of the state machine."""

    step: int
    steps: int
    percent: int
    message: str


class JobError(TypedDict):
    """Reason for which a job failed."""

    code: str
    detail: str


class JobResult(TypedDict):
    """The resource that a job created: the run with whether it is published and measured, or the export with its size."""

    resource: str
    href: str
    run_id: NotRequired[str]
    published: NotRequired[bool]
    measured: NotRequired[bool]
    rows: NotRequired[int]
    bytes: NotRequired[int]


def progress_at(state: str) -> Progress:
    """Return the progress of a job whose execution is in a state of the state machine; `percent` counts the states before it.

    A state that is no RunState belongs to the branch of Amazon Forecast, and counts as Forecast.
    """
    names = [run_state.value for run_state in RunState]
    position = names.index(state if state in names else RunState.FORECAST)
    return {"step": position + 1, "steps": len(names), "percent": 100 * position // len(names), "message": str(state)}


def complete_progress(progress: Progress) -> Progress:
    """Return the progress of a job that succeeded: every step is done."""
    steps = progress.get("steps", len(RunState))
    return {**progress, "step": steps, "steps": steps, "percent": 100}


def client_name(client_id: str) -> str:
    """Return what `requested_by` says of a client of the API."""
    return f"api:{client_id}"[:255]


def request_hash(request: Mapping[str, object]) -> str:
    """Return 32 hexadecimal digits that are equal for equal requests, whatever the order of their keys."""
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(canonical.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class JobLimits:
    """What limits the start of a job: the number of jobs of its client within a window, and, unless forced, that no other is in flight.

    ended_ids: jobs that are not over in the table, but whose execution is.
    """

    per_window: int
    window: timedelta
    is_forced: bool = False
    ended_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class JobFilters:
    """Which jobs a list has: of one requester (None: of all), with one status, of one type (None: any)."""

    requested_by: str | None = None
    status: JobStatus | None = None
    type: JobType | None = None


@dataclass(frozen=True)
class Job:
    """One piece of asynchronous work."""

    id: UUID
    type: JobType
    status: JobStatus
    created_at: datetime
    updated_at: datetime
    request: Mapping[str, object] = field(default_factory=dict)
    request_hash: str | None = None
    idempotency_key: str | None = None
    progress: Progress = field(default_factory=Progress)
    error: JobError | None = None
    result: JobResult | None = None
    execution_arn: str | None = None
    finished_at: datetime | None = None

    @property
    def requested_by(self) -> str | None:
        """Who asked for the work, for example `api:<client id>` or `schedule`; None for an execution that was started without saying."""
        value = self.request.get("requested_by")
        return None if value is None else str(value)

    @property
    def has_ended(self) -> bool:
        """Whether the status is final."""
        return self.status in FINAL_STATUSES
