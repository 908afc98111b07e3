"""Forecast runs in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from typing_extensions import override

from runtime.errors import RunNotFound
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.publishing import ManualPublication, RunExtent, unpublished_reason
from runtime.models.domain.runs import ForecastRun, PublishedRun, RunEnd, RunFailure, RunStatus
from runtime.services.ports import RunRepository
from tests.fakes.jobs import InMemoryJobs


@dataclass
class StoredPublication:
    """A time during which readers saw a run."""

    run_id: UUID
    published_at: datetime
    actor: str | None = None
    replaced_at: datetime | None = None


class InMemoryRuns(RunRepository):
    """Runs by id, and the pointer to the published one."""

    def __init__(self, *runs: ForecastRun, jobs: InMemoryJobs | None = None) -> None:
        self.by_id: dict[UUID, ForecastRun] = {run.id: run for run in runs}
        self._jobs = jobs or InMemoryJobs()
        self.pointer: UUID | None = None
        self.input_entries: dict[UUID, list[dict[str, object]]] = {}
        self.publications: list[StoredPublication] = []

    @override
    def start(self, run: ForecastRun) -> ForecastRun:
        stored_run = self.by_id.setdefault(run.id, run)
        if stored_run.published_at is None:
            job = self._jobs.find(run.id)
            ended_at = job.finished_at if job else None
            self.by_id[run.id] = replace(
                stored_run, status=RunStatus.FAILED if ended_at else run.status, finished_at=ended_at, failure=None
            )
        return self.by_id[run.id]

    @override
    def get(self, run_id: UUID) -> ForecastRun:
        if run_id not in self.by_id:
            raise RunNotFound(f"Forecast run {run_id} not found.")
        return self.by_id[run_id]

    @override
    def find_previous_start(self, run_id: UUID) -> datetime | None:
        start = self.by_id[run_id].created_at
        return max((run.created_at for run in self.by_id.values() if run.created_at < start), default=None)

    @override
    def find(self, run_id: UUID) -> ForecastRun | None:
        return self.by_id.get(run_id)

    @override
    def record_forecast(self, run_id: UUID, forecast: ForecastDocument) -> None:
        self.by_id[run_id] = replace(
            self.by_id[run_id],
            backend=forecast.backend,
            model_name=forecast.model_name,
            model_version=forecast.model_version,
            seed=forecast.seed,
            params=forecast.params,
            series_forecast=forecast.series_forecast,
            series_excluded=forecast.series_excluded,
            backtest=forecast.backtest.model_dump(mode="json") if forecast.backtest else None,
        )
        self.warn(run_id, forecast.warnings)

    @override
    def warn(self, run_id: UUID, warnings: Sequence[str]) -> None:
        run = self.by_id[run_id]
        new = tuple(warning for warning in warnings if warning not in run.warnings)
        self.by_id[run_id] = replace(run, warnings=run.warnings + new)

    @override
    def finish(self, run_id: UUID, end: RunEnd, at: datetime, failure: RunFailure | None = None) -> None:
        run = self.by_id[run_id]
        measured_at = run.measured_at or at if end.is_measured else run.measured_at
        self.by_id[run_id] = replace(run, status=end.status, finished_at=at, measured_at=measured_at, failure=failure)

    def publish(self, run_id: UUID, at: datetime) -> str | None:
        """Point readers at the run, unless that takes them back; then return the reason."""
        if self.by_id[run_id].published_at is not None:
            return None
        manual_publication = None
        if self.publications and self.publications[-1].actor is not None:
            last = next((publication.run_id for publication in reversed(self.publications) if publication.actor is None), None)
            manual_publication = ManualPublication(self.publications[-1].published_at, self._extent(last) if last else None)
        reason = unpublished_reason(self._extent(run_id), self._extent(self.pointer) if self.pointer else None, manual_publication)
        if reason is None:
            self.point_readers_at(run_id, at)
        return reason

    def point_readers_at(self, run_id: UUID, at: datetime, actor: str | None = None) -> None:
        """Point readers at the run, whatever they see now."""
        if self.pointer != run_id and (actor or self.by_id[run_id].published_at is None):
            self.by_id[run_id] = replace(self.by_id[run_id], published_at=at)
            self.pointer = run_id
            if self.publications:
                self.publications[-1].replaced_at = self.publications[-1].replaced_at or at
            self.publications.append(StoredPublication(run_id, at, actor))

    def is_needed(self, run_id: UUID, replaced_since: datetime) -> bool:
        """Return whether readers see the run, or saw it at that time or later."""
        times = [publication.replaced_at for publication in self.publications if publication.run_id == run_id]
        return run_id == self.pointer or any(at is None or at >= replaced_since for at in times)

    def _extent(self, run_id: UUID) -> RunExtent:
        run = self.by_id[run_id]
        return RunExtent(run.id, run.as_of_date, run.horizon_days, run.created_at)

    @override
    def find_published(self) -> PublishedRun | None:
        if self.pointer is None:
            return None
        run = self.by_id[self.pointer]
        assert run.published_at is not None
        return PublishedRun(run.id, run.as_of_date, run.horizon_days, run.published_at)

    @override
    def list_durations(self, since: datetime, until: datetime) -> list[float]:
        runs = [
            run for run in self.by_id.values() if run.status is RunStatus.SUCCEEDED and not run.failure and since <= run.created_at < until
        ]
        return [(run.finished_at - run.created_at).total_seconds() for run in runs if run.finished_at]

    @override
    def list_published_before(self, as_of_date: date) -> list[PublishedRun]:
        runs = [
            PublishedRun(run.id, run.as_of_date, run.horizon_days, run.published_at)
            for run in self.by_id.values()
            if run.published_at is not None and run.as_of_date < as_of_date
        ]
        return sorted(runs, key=lambda run: (run.as_of_date, run.published_at), reverse=True)

    @override
    def list_statuses(self, since: datetime) -> dict[UUID, RunStatus]:
        return {run.id: run.status for run in self.by_id.values() if run.created_at >= since}

    @override
    def list_input_entries(self, run_id: UUID) -> list[dict[str, object]]:
        return self.input_entries.get(run_id, [])
