"""Jobs: long work that a caller started and can ask about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from uuid import UUID

from contracts.run_states import RunState


class JobType(StrEnum):
    """What a job does."""

    FORECAST_RUN = "FORECAST_RUN"


class JobStatus(StrEnum):
    """Where a job stands. SUCCEEDED, FAILED, TIMED_OUT and CANCELLED are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"


FINAL = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.CANCELLED})


def progress_at(state: str) -> dict[str, Any]:
    """Return the progress of a job whose execution is in a state of the state machine; `percent` counts the states before it.

    A state that is no RunState belongs to the branch of Amazon Forecast, and counts as Forecast.
    """
    names = [run_state.value for run_state in RunState]
    position = names.index(state if state in names else RunState.FORECAST)
    return {"step": position + 1, "steps": len(names), "percent": 100 * position // len(names), "message": str(state)}


def request_hash(request: Mapping[str, Any]) -> str:
    """32 hexadecimal digits that are equal for equal requests, whatever the order of their keys."""
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(canonical.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Job:
    """One piece of long work. `error` is a problem object ({"code", "detail"}), `result` says where the outcome is."""

    id: UUID
    type: JobType
    status: JobStatus
    created_at: datetime
    updated_at: datetime
    request: Mapping[str, Any] = field(default_factory=dict)
    request_hash: str | None = None
    idempotency_key: str | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    execution_arn: str | None = None
    finished_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether its status is final."""
        return self.status in FINAL
