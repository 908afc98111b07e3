"""Read KPI values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from runtime.models.domain.kpis import Basis
from runtime.models.domain.runs import ForecastRun
from runtime.services.paging import Cursors, Page
from runtime.services.ports import Clock, RunRepository
from runtime.services.read_ports import AccuracyReads, KpiFilters, KpiReads, TrendQuery


@dataclass(frozen=True)
class TrendFilters:
    """Which trends to read: metrics (empty: all), dimensions, the length of a period (day, week, month), and how many weeks back."""

    names: tuple[str, ...]
    dimensions: Mapping[str, str]
    grain: str
    weeks: int


@dataclass(frozen=True)
class KpiReading:
    """Read the newest KPI values, and those over time."""

    kpis: KpiReads
    accuracies: AccuracyReads
    runs: RunRepository
    cursors: Cursors
    clock: Clock

    def read_page(self, filters: KpiFilters, limit: int, cursor: str | None) -> tuple[Page, ForecastRun | None]:
        """Return one page of the newest values, and the run that the filters name.

        Raises BadCursor, RunNotFound for a run that does not exist.
        """
        run = self.runs.get(filters.run_id) if filters.run_id is not None else None
        cursor_filters = {"m": sorted(filters.names), "d": dict(filters.dimensions), "r": filters.run_id}
        page = self.cursors.read_page(cursor_filters, limit, cursor, lambda after: self.kpis.latest(filters, after, limit))
        return page, run

    def read_trends(self, filters: TrendFilters, limit: int, cursor: str | None) -> Page:
        """Return one page of values over time, by metric, dimensions and period. Raises BadCursor."""
        query = TrendQuery(filters.names, filters.dimensions, filters.grain, self._first_day(filters))
        cursor_filters = {"t": filters.grain, "w": filters.weeks, "m": sorted(filters.names), "d": dict(filters.dimensions)}
        return self.cursors.read_page(cursor_filters, limit, cursor, lambda after: self.kpis.trends(query, after, limit))

    def find_accurate_run(self, basis: Basis | None) -> UUID | None:
        """Return the run whose accuracy report is the newest: on this basis, by default on actual demand, else of a back-test."""
        bases = (basis,) if basis is not None else (Basis.ACTUALS, Basis.BACKTEST)
        return next((run_id for run_id in map(self.accuracies.find_newest_run, bases) if run_id is not None), None)

    def _first_day(self, filters: TrendFilters) -> date:
        """Return the first day of the first period, so that no period is cut."""
        day = self.clock.now().date() - timedelta(weeks=filters.weeks)
        return day.replace(day=1) if filters.grain == "month" else day - timedelta(days=day.weekday())
