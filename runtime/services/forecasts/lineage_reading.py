"""Read the lineage of runs: the objects that each run read."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.row_ids import decode
from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.runs.manifests import Manifests


@dataclass(frozen=True)
class LineageReading:
    """Read the manifests of runs in pages."""

    runs: RunRepository
    manifests: Manifests
    cursors: Cursors

    def read_page(self, forecast_id: str, limit: int, cursor: str | None) -> tuple[ForecastRun, Page]:
        """Return the run of an id and one page of the objects that it read. Raises RunNotFound, ManifestNotFound, BadCursor."""
        run = self.runs.get(decode(forecast_id).run_id)
        filters = {"lineage": run.id}
        return run, self.cursors.read_page(filters, limit, cursor, lambda after: self.manifests.read_page(run.id, after, limit))
