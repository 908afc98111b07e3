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


class Step(StrEnum):
    """The states of a run that take time, in their order and by their names in the state machine."""

    RESOLVE_INPUT = "ResolveInput"
    CLEANSE = "Cleanse"
    QUALITY_GATE = "QualityGate"
    BUILD_FEATURES = "BuildFeatures"
    FORECAST = "Forecast"
    PUBLISH_RUN = "PublishRun"
    DETECT_ANOMALIES = "DetectAnomalies"
    COMPUTE_KPIS = "ComputeKpis"
    FINISH_RUN = "FinishRun"

    @property
    def progress(self) -> dict[str, Any]:
        """How far a job is that is now in this step; `percent` counts the steps before it."""
        steps = list(Step)
        place = steps.index(self)
        return {"step": place + 1, "steps": len(steps), "percent": 100 * place // len(steps), "message": self.value}


def progress_at(state: str) -> dict[str, Any]:
    """How far a job is that goes on in this state of the state machine; a state that is no step is part of the forecast."""
    known = {step.value: step for step in Step}
    return {**known.get(state, Step.FORECAST).progress, "message": state}


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
