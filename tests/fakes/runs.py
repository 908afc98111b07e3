"""Forecast runs in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from typing_extensions import override

from runtime.errors import RunNotFound
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.runs import ForecastRun, PublishedRun, RunStatus
from runtime.services.ports import RunRepository


class InMemoryRuns(RunRepository):
    """RunRepository: runs by id, and the pointer."""

    def __init__(self, *runs: ForecastRun) -> None:
        self.stored: dict[UUID, ForecastRun] = {run.id: run for run in runs}
        self.pointer: UUID | None = None

    @override
    def start(self, run: ForecastRun) -> ForecastRun:
        known = self.stored.get(run.id)
        if known is None:
            self.stored[run.id] = run
        elif known.published_at is None:
            self.stored[run.id] = replace(known, status=run.status, finished_at=None)
        return self.stored[run.id]

    @override
    def get(self, run_id: UUID) -> ForecastRun:
        if run_id not in self.stored:
            raise RunNotFound(f"Forecast run {run_id} not found.")
        return self.stored[run_id]

    @override
    def find(self, run_id: UUID) -> ForecastRun | None:
        return self.stored.get(run_id)

    @override
    def record_forecast(self, run_id: UUID, forecast: ForecastDocument) -> None:
        self.stored[run_id] = replace(
            self.stored[run_id],
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
        run = self.stored[run_id]
        new = tuple(warning for warning in warnings if warning not in run.warnings)
        self.stored[run_id] = replace(run, warnings=run.warnings + new)

    @override
    def finish(self, run_id: UUID, status: RunStatus, at: datetime) -> None:
        self.stored[run_id] = replace(self.stored[run_id], status=status, finished_at=at)

    def flip(self, run_id: UUID, at: datetime) -> None:
        if self.stored[run_id].published_at is None:
            self.stored[run_id] = replace(self.stored[run_id], published_at=at)
            self.pointer = run_id

    @override
    def published(self) -> PublishedRun | None:
        if self.pointer is None:
            return None
        run = self.stored[self.pointer]
        assert run.published_at is not None
        return PublishedRun(run.id, run.as_of_date, run.horizon_days, run.published_at)

    @override
    def durations(self, since: datetime, until: datetime) -> list[float]:
        ended = [run for run in self.stored.values() if run.status is RunStatus.SUCCEEDED and since <= run.created_at < until]
        return [(run.finished_at - run.created_at).total_seconds() for run in ended if run.finished_at]

    @override
    def published_before(self, as_of_date: date) -> list[ForecastRun]:
        found = [run for run in self.stored.values() if run.published_at is not None and run.as_of_date < as_of_date]
        return sorted(found, key=lambda run: (run.as_of_date, run.published_at), reverse=True)
