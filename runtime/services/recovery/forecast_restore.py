"""Restore forecasts from the Parquet files of their runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from contracts.paths import backup_key, forecast_key
from runtime.errors import BrokenRun, NotFound, RunNotFound
from runtime.models.domain.backups import BackupTable, parse_copy
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.publishing import CURSOR_LIFETIME
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, ForecastLoader, RunRepository
from runtime.services.runs.forecast_files import download_forecast
from runtime.services.runs.run_documents import read_document


@dataclass(frozen=True)
class ForecastRestore:
    """Load forecasts as the run did, without publishing it."""

    lake: Lake
    runs: RunRepository
    loader: ForecastLoader
    clock: Clock
    runs_kept: int

    def select_kept(self, run_ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the runs whose forecasts the database keeps: the newest of the stored runs, and those that readers need."""
        stored_runs = [run for run_id in run_ids if (run := self.runs.find(run_id))]
        newest = sorted(stored_runs, key=lambda run: (-run.created_at.timestamp(), run.id))[: self.runs_kept]
        return {run.id for run in newest} | self._find_needed()

    def restore(self, run_id: UUID) -> tuple[int, str | None]:
        """Return how many forecast rows are new, and what could not be restored."""
        try:
            forecast, _ = read_document(self.lake, forecast_key(run_id), ForecastDocument, run_id)
            with TemporaryDirectory(prefix="signify-") as folder:
                files = download_forecast(self.lake, run_id, forecast.rows, Path(folder))
                loaded_forecast = self.loader.load(run_id, files, None)
        except (BrokenRun, RunNotFound) as error:
            return 0, f"The forecast of run {run_id} is not restored: {error}"
        return 0 if loaded_forecast.is_reused else loaded_forecast.rows, None

    def _find_needed(self) -> set[UUID]:
        """Return the published run, and the runs that it replaced so recently that their cursors are valid."""
        try:
            publications = parse_copy(self.lake.read_json(backup_key(BackupTable.PUBLICATIONS))).rows
        except NotFound:
            return set()
        since = self.clock.now() - CURSOR_LIFETIME
        replaced_at = {str(row["run_id"]): row["replaced_at"] for row in publications}
        return {UUID(run_id) for run_id, at in replaced_at.items() if at is None or datetime.fromisoformat(str(at)) >= since}
