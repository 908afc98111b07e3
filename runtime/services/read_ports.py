"""What the API's reading services need of the database, in the words of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from runtime.models.domain.kpis import AccuracyReport


@dataclass(frozen=True)
class ForecastSlice:
    """Rows of one run: these days, these SKUs (empty: all), this site (None: all), after this place (sku, site, date)."""

    run_id: UUID
    first_day: date
    last_day: date
    sku_ids: tuple[str, ...]
    site_id: str | None
    after: tuple[str, str, str] | None
    limit: int


@dataclass(frozen=True)
class JsonRows:
    """Rows as PostgreSQL wrote them: a JSON array as text, the sort key of the last row, and whether more follow."""

    json: str
    last: tuple[str, ...] | None
    has_more: bool


class ForecastReads(Protocol):
    """The forecasts that readers see."""

    def rows(self, asked: ForecastSlice) -> JsonRows:
        """The rows, ordered by SKU, site and date."""

    def skus_without_forecast(self, run_id: UUID, sku_ids: Sequence[str]) -> dict[str, str]:
        """Of these SKUs those without a single row, each with the reason the run gives (or "")."""

    def excluded(self, run_id: UUID, site_id: str | None = None, sku_id: str | None = None) -> list[dict[str, Any]]:
        """The series that the run left out."""


class AccuracyReads(Protocol):
    """What is known of a run's accuracy."""

    def latest(self, run_id: UUID) -> AccuracyReport | None:
        """The newest report on actuals, else the back-test, else None."""


class KpiReads(Protocol):
    """KPI values."""

    def latest(self, names: Sequence[str], dimensions: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """The newest value per metric and dimensions, ordered by name and dimension hash."""


class ObjectReads(Protocol):
    """What became of landed objects."""

    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        """Objects, newest first; filters by status, dataset, key."""


class LatestReport(Protocol):
    """Which run has the newest quality report."""

    def latest_run_id(self) -> UUID:
        """The run. Raises ReportNotFound when there is none yet."""
