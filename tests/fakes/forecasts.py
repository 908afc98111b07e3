"""The table of forecasts in memory."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pyarrow.parquet as pq
from typing_extensions import override

from runtime.errors import BrokenRun
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.publishing import (
    UNPUBLISHED_PREFIX,
    ForecastFiles,
    LoadedForecast,
    PublishCommand,
    PublishOutcome,
    PublishResult,
    ShorterHorizon,
)
from runtime.services.ports import ForecastLoader, RunPublications
from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.runs import InMemoryRuns


class InMemoryLoader(ForecastLoader):
    """Rows by run, and the pointer of the fake runs."""

    def __init__(self, runs: InMemoryRuns) -> None:
        self._runs = runs
        self.rows: dict[UUID, list[dict[str, object]]] = {}
        self.excluded_rows: dict[UUID, list[dict[str, object]]] = {}

    @override
    def load(self, run_id: UUID, files: ForecastFiles, publish_at: datetime | None) -> LoadedForecast:
        self._runs.get(run_id)
        rows = [row for path in files.forecasts for row in pq.ParquetFile(path).read().to_pylist()]
        if len(rows) != files.rows:
            raise BrokenRun(f"the forecast files hold {len(rows)} rows, forecast.json says {files.rows}")
        if any(row["run_id"] != str(run_id) for row in rows):
            raise BrokenRun(f"forecast rows belong to another run than {run_id}")
        is_reused = run_id in self.rows
        if not is_reused:
            self.rows[run_id] = rows
            self.excluded_rows[run_id] = [row for path in files.excluded_series for row in pq.ParquetFile(path).read().to_pylist()]
        reason = self._runs.publish(run_id, publish_at) if publish_at is not None else None
        series = {(row["site_id"], row["sku_id"]) for row in rows}
        return LoadedForecast(run_id, len(self.rows[run_id]), len(series), len(self.excluded_rows[run_id]), is_reused, reason)

    @override
    def retire(self, keep: int, replaced_since: datetime) -> list[UUID]:
        newest = sorted(self.rows, key=lambda run_id: self._runs.get(run_id).created_at, reverse=True)
        old = [run_id for run_id in newest[keep:] if not self._runs.is_needed(run_id, replaced_since)]
        for run_id in old:
            del self.rows[run_id], self.excluded_rows[run_id]
        return old


class InMemoryPublications(RunPublications):
    """The pointer of the fake runs, and the events that moved it."""

    def __init__(self, runs: InMemoryRuns, loaded_runs: Container[UUID], audit_log: InMemoryAuditLog) -> None:
        self._runs, self._loaded_runs, self._audit_log = runs, loaded_runs, audit_log
        self._horizons: dict[UUID, ShorterHorizon] = {}

    @override
    def publish(self, run_id: UUID, command: PublishCommand) -> PublishResult:
        run = self._runs.find(run_id)
        if run is None:
            return PublishResult(PublishOutcome.NOT_FOUND)
        for other in self._audit_log.events:
            if other.id == command.id:
                if (other.subject, other.reason) != (str(run_id), command.reason):
                    return PublishResult(PublishOutcome.KEY_TAKEN)
                return PublishResult(PublishOutcome.REPEATED, self._horizons.get(command.id))
        if run_id not in self._loaded_runs:
            return PublishResult(PublishOutcome.NOT_LOADED)
        if run_id == self._runs.pointer:
            if command.is_repeatable:
                self._record(run_id, command, {"outcome": PublishOutcome.UNCHANGED.value})
            return PublishResult(PublishOutcome.UNCHANGED)
        replaced_run = self._runs.get(self._runs.pointer) if self._runs.pointer else None
        detail: dict[str, object] = {"replaced_run_id": str(replaced_run.id) if replaced_run else None}
        if replaced_run and run.horizon_days < replaced_run.horizon_days:
            self._horizons[command.id] = ShorterHorizon(run.horizon_days, replaced_run.horizon_days)
            detail |= {"horizon_days": run.horizon_days, "replaced_horizon_days": replaced_run.horizon_days}
        self._record(run_id, command, detail)
        warnings = tuple(warning for warning in run.warnings if not warning.startswith(UNPUBLISHED_PREFIX))
        self._runs.by_id[run_id] = replace(run, warnings=warnings)
        self._runs.point_readers_at(run_id, command.at, command.actor.client_id)
        return PublishResult(PublishOutcome.PUBLISHED, self._horizons.get(command.id))

    def _record(self, run_id: UUID, command: PublishCommand, detail: dict[str, object]) -> None:
        actor = command.actor
        whole_detail = detail | actor.to_detail()
        self._audit_log.record(
            AuditEvent(command.id, command.at, actor.client_id, AuditAction.PUBLISH_RUN, str(run_id), command.reason, whole_detail)
        )
