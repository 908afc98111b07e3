"""Read KPI values."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.read_ports import KpiFilters, KpiReads


@dataclass(frozen=True)
class KpiReading:
    """Read the newest KPI values."""

    kpis: KpiReads
    runs: RunRepository
    cursors: Cursors

    def read_page(self, filters: KpiFilters, limit: int, cursor: str | None) -> Page:
        """Return one page of the newest values. Raises BadCursor, RunNotFound for a run that does not exist."""
        if filters.run_id is not None:
            self.runs.get(filters.run_id)
        cursor_filters = {"m": sorted(filters.names), "d": dict(filters.dimensions), "r": filters.run_id}
        return self.cursors.read_page(cursor_filters, limit, cursor, lambda after: self.kpis.latest(filters, after, limit))
