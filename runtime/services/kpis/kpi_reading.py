"""Read KPI values."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.models.domain.runs import ForecastRun
from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.read_ports import KpiFilters, KpiReads


@dataclass(frozen=True)
class KpiReading:
    """Read the newest KPI values."""

    kpis: KpiReads
    runs: RunRepository
    cursors: Cursors

    def read_page(self, filters: KpiFilters, limit: int, cursor: str | None) -> tuple[Page, ForecastRun | None]:
        """Return one page of the newest values, and the run that the filters name.

        Raises BadCursor, RunNotFound for a run that does not exist.
        """
        run = self.runs.get(filters.run_id) if filters.run_id is not None else None
        cursor_filters = {"m": sorted(filters.names), "d": dict(filters.dimensions), "r": filters.run_id}
        page = self.cursors.read_page(cursor_filters, limit, cursor, lambda after: self.kpis.latest(filters, after, limit))
        return page, run
