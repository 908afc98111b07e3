"""The list of runs in memory."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from typing_extensions import override

from runtime.models.domain.publishing import UNPUBLISHED_PREFIX
from runtime.models.domain.runs import ForecastRun
from runtime.services.read_ports import JsonRows, RunFilters, RunReads
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.reads import page_of
from tests.fakes.runs import InMemoryRuns

FIELDS = ("status", "as_of_date", "horizon_days", "published_at", "measured_at", "model_name", "model_version", "code_version",
    "series_forecast", "series_excluded", "created_at", "finished_at")  # fmt: skip


class InMemoryRunReads(RunReads):
    """The fake runs, as the API shows them."""

    def __init__(self, runs: InMemoryRuns, jobs: InMemoryJobs, loaded_runs: Container[UUID]) -> None:
        self._runs, self._jobs, self._loaded_runs = runs, jobs, loaded_runs

    @override
    def rows(self, filters: RunFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        newest_first = sorted(self._runs.by_id.values(), key=lambda run: (run.created_at, run.id), reverse=True)
        matches = [
            run
            for run in newest_first
            if filters.status in (None, run.status) and filters.published in (None, run.published_at is not None)
        ]
        return page_of([((f"{position:06}",), self._row(run)) for position, run in enumerate(matches)], after, limit)

    @override
    def find(self, run_id: UUID) -> str | None:
        run = self._runs.find(run_id)
        if run is None:
            return None
        publications = [
            {"published_at": item.published_at.isoformat(), "replaced_at": item.replaced_at and item.replaced_at.isoformat()}
            | {"actor": item.actor}
            for item in reversed(self._runs.publications)
            if item.run_id == run_id
        ]
        more = {"params": run.params, "backtest": run.backtest, "warnings": run.warnings, "publications": publications}
        return json.dumps(self._row(run) | more, default=str)

    def _row(self, run: ForecastRun) -> dict[str, Any]:
        times = [item.replaced_at for item in self._runs.publications if item.run_id == run.id and item.replaced_at]
        is_published = run.id == self._runs.pointer
        backtest = run.backtest or {}
        row = {name: getattr(run, name) for name in FIELDS}
        return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()} | {
            "run_id": str(run.id),
            "published": is_published,
            "measured": run.measured_at is not None,
            "replaced_at": None if is_published or not times else max(times).isoformat(),
            "unpublished_reason": None if run.published_at else self._reason(run),
            "has_forecasts": run.id in self._loaded_runs,
            "backtest_wape": backtest.get("wape"),
            "baseline_wape": backtest.get("baseline_wape"),
        }

    def _reason(self, run: ForecastRun) -> str | None:
        warning = next((warning for warning in run.warnings if warning.startswith(UNPUBLISHED_PREFIX)), None)
        job = self._jobs.find(run.id)
        return warning or (job.error["detail"] if job and job.error else None)
