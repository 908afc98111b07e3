"""The table of forecasts in memory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pyarrow.parquet as pq
from typing_extensions import override

from runtime.errors import BrokenRun
from runtime.models.domain.publishing import ForecastFiles, LoadedForecast
from runtime.services.ports import ForecastLoader
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
    def retire(self, keep: int) -> list[UUID]:
        newest = sorted(self.rows, key=lambda run_id: self._runs.get(run_id).created_at, reverse=True)
        old = [run_id for run_id in newest[keep:] if run_id != self._runs.pointer]
        for run_id in old:
            del self.rows[run_id], self.excluded_rows[run_id]
        return old
