"""Read the lineage of runs: the objects that each run read."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.services.forecasts.row_ids import ForecastKey, decode
from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.runs.manifests import Manifests


@dataclass(frozen=True)
class LineageReading:
    """Read the manifests of runs in pages."""

    runs: RunRepository
    manifests: Manifests
    cursors: Cursors

    def read_page(self, forecast_id: str, limit: int, cursor: str | None) -> tuple[ForecastKey, Page]:
        """Return the key of an id and one page of the objects that its run read. Raises RunNotFound, ManifestNotFound, BadCursor."""
        key = decode(forecast_id)
        self.runs.get(key.run_id)
        filters = {"lineage": key.run_id}
        return key, self.cursors.read_page(filters, limit, cursor, lambda after: self.manifests.read_page(key.run_id, after, limit))
