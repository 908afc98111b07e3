"""Forecast runs: their executions, input and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

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
    """Status of a run."""

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
class ForecastRun:
    """One forecast generation, immutable once published.

    The objects that the run reads are in its manifest in the lake; here are their number and the digest of the list, None for a run of a
    version that did not record them. `backtest` is the back-test in `forecast.json`.
    Fields about the model are None until the forecast exists.
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


@dataclass(frozen=True)
class PublishedRun:
    """A run that readers see, or saw before."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    published_at: datetime
