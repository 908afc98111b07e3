"""Ports of the services that read for the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from runtime.models.api.requests import ForecastSort, Quantile
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.models.domain.row_checks import BadRow


@dataclass(frozen=True)
class ForecastSlice:
    """Rows of one run: these days, SKUs (empty: all) and site (None: all), in an order, after a sort key of it.

    The sort key is the SKU, site and date; (date, SKU, site) for the order by day; for one by a quantity, that quantity before the three.
    """

    run_id: UUID
    first_day: date
    last_day: date
    sku_ids: tuple[str, ...]
    site_id: str | None
    after: Sequence[str] | None
    limit: int
    sort: ForecastSort = ForecastSort.SKU
    quantiles: tuple[Quantile, ...] = tuple(Quantile)


@dataclass(frozen=True)
class JsonRows:
    """Rows as PostgreSQL wrote them: a JSON array as text, the sort key of the last row, and whether more rows follow."""

    json: str
    last: tuple[str, ...] | None
    has_more: bool


@dataclass(frozen=True)
class ExcludedSlice:
    """Excluded series of one run: of this site and SKU (None: all), after this sort key (SKU, site)."""

    run_id: UUID
    site_id: str | None
    sku_id: str | None
    after: Sequence[str] | None
    limit: int


class ForecastReads(Protocol):
    """The loaded forecasts."""

    def rows(self, query: ForecastSlice) -> JsonRows:
        """Return the rows in the order that the query states."""

    def skus_without_forecast(self, run_id: UUID, sku_ids: Sequence[str]) -> dict[str, str]:
        """Return those of the SKUs that have no row, each with the reason that the run recorded (or "")."""

    def has_row(self, run_id: UUID, site_id: str, sku_id: str, day: date) -> bool:
        """Return whether a run has a forecast of this series for this day, or has excluded the series."""

    def has_forecasts(self, run_id: UUID) -> bool:
        """Return whether the forecasts of the run are loaded."""

    def site_ids(self, run_id: UUID) -> list[str]:
        """Return the sites of a run, sorted. It reads all rows: for requests that found none."""

    def excluded_rows(self, query: ExcludedSlice) -> JsonRows:
        """Return series that the run excluded, ordered by SKU and site."""


@dataclass(frozen=True)
class RunFilters:
    """Filters of the list of runs; None: all. `published`: whether readers see the run or saw it earlier."""

    status: str | None = None
    published: bool | None = None


class RunReads(Protocol):
    """The runs as the API shows them."""

    def rows(self, filters: RunFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return runs, newest first."""

    def find(self, run_id: UUID) -> str | None:
        """Return a run as a JSON object, with its settings, warnings and publications; None when there is none."""


@dataclass(frozen=True)
class ComparisonQuery:
    """Two loaded runs, the days that count, and the greatest number of SKUs and series to list."""

    run_id: UUID
    other_id: UUID
    first_day: date
    last_day: date
    limit: int


class ForecastComparison(Protocol):
    """The forecasts of two runs side by side."""

    def compare(self, query: ComparisonQuery) -> str:
        """Return a JSON object: totals, by_day, by_site, changed_skus, series, added_series, dropped_series. Quantities are units."""


class AccuracyReads(Protocol):
    """The accuracy reports of runs."""

    def latest(self, run_id: UUID) -> RunAccuracy | None:
        """Return the newest report on actual demand, else that of the back-test, else None."""

    def find_newest_run(self, basis: Basis) -> UUID | None:
        """Return the run with the newest report on this basis; of several, the one whose report is about the most days."""


@dataclass(frozen=True)
class KpiFilters:
    """Metrics (empty: all) with these dimensions, of the forecasts of one run (None: of the latest ones)."""

    names: tuple[str, ...] = ()
    dimensions: Mapping[str, str] = field(default_factory=dict)
    run_id: UUID | None = None


@dataclass(frozen=True)
class TrendQuery:
    """Metrics (empty: all) with these dimensions, one value for each period from `first_day` on. grain: day, week or month."""

    names: tuple[str, ...]
    dimensions: Mapping[str, str]
    grain: str
    first_day: date


class KpiReads(Protocol):
    """KPI values."""

    def trends(self, query: TrendQuery, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return the last value of each period per metric and dimensions, ordered by name, dimensions and period.

        Of the values that end on the last day of a period that has any, the one over the longest window counts. The dimension iso_week is
        the period itself.
        """

    def latest(self, filters: KpiFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return the newest value per metric and dimensions, ordered by name and dimension hash."""


class ObjectReads(Protocol):
    """The records of uploaded objects."""

    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return objects, newest first; the filters are status, dataset and key."""

    def find_first_day(self, datasets: Sequence[str]) -> date | None:
        """Return the first day of the accepted objects of these data sets; None when there is none."""


class QuarantineReads(Protocol):
    """The records of quarantined rows."""

    def objects(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return the objects in use with quarantined rows, newest first, with counts by code and status; the filter is dataset."""

    def records_of(self, object_id: UUID, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return the records of an object by line; the filters are status and code."""

    def find_open_rows(self, object_id: UUID, limit: int) -> list[BadRow]:
        """Return the open quarantined rows of an object by line, `limit` at most."""


class AuditReads(Protocol):
    """The audit log."""

    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return events, newest first; the filters are action, actor and subject."""

    def find(self, event_id: UUID) -> AuditEvent | None:
        """Return an event, or None when there is none."""


class LatestReport(Protocol):
    """The newest data-quality report."""

    def latest_run_id(self) -> UUID:
        """Return the run of the newest report. Raises ReportNotFound when there is none yet."""

    def rows(self, verdict: str | None, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return the reports without their parts, newest first; verdict None: all."""
