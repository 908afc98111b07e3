"""What the API reads, in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from typing_extensions import override

from runtime.errors import ReportNotFound
from runtime.models.api.requests import ForecastSort
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.services.cursor_key import CursorKey
from runtime.services.forecasts.row_ids import ForecastKey, encode
from runtime.services.read_ports import (
    AccuracyReads,
    ExcludedSlice,
    ForecastReads,
    ForecastSlice,
    JsonRows,
    KpiFilters,
    KpiReads,
    LatestReport,
    ObjectReads,
    TrendQuery,
)
from tests.fakes.clock import FixedClock


def page_of(rows: Sequence[tuple[tuple[str, ...], dict[str, Any]]], after: Sequence[str] | None, limit: int) -> JsonRows:
    """Return the page after a sort key, of rows in the order of their sort keys."""
    following = [row for row in rows if after is None or row[0] > tuple(after)]
    page = following[:limit]
    return JsonRows(json.dumps([row for _, row in page], default=str), page[-1][0] if page else None, len(following) > limit)


def _in_order(matches: list[tuple[tuple[str, ...], dict[str, Any]]], query: ForecastSlice) -> JsonRows:
    """Return the page of rows in the order of the query; its cursors state the position in it."""
    if query.sort is ForecastSort.SKU:
        return page_of(matches, query.after, query.limit)
    name = query.sort.value.removeprefix("-")
    sorted_rows = sorted(matches, key=lambda pair: pair[1][name], reverse=query.sort.is_descending)
    return page_of([((f"{position:09}", *key), row) for position, (key, row) in enumerate(sorted_rows)], query.after, query.limit)


class InMemoryForecastReads(ForecastReads):
    """Rows as tests.fakes.examples.forecast_rows makes them."""

    def __init__(self, rows: Sequence[dict[str, Any]] = (), excluded_series: Sequence[dict[str, Any]] = ()) -> None:
        self.all_rows = list(rows)
        self.excluded_series = list(excluded_series)

    @override
    def rows(self, query: ForecastSlice) -> JsonRows:
        matches = []
        for row in self.all_rows:
            day: date = row["forecast_date"]
            if str(row["run_id"]) != str(query.run_id) or not query.first_day <= day <= query.last_day:
                continue
            if (query.sku_ids and row["sku_id"] not in query.sku_ids) or query.site_id not in (None, row["site_id"]):
                continue
            key = ForecastKey(UUID(str(row["run_id"])), row["site_id"], row["sku_id"], day)
            quantiles = {name: value for name, value in row.get("quantiles", {}).items() if name in query.quantiles}
            matches.append(((row["sku_id"], row["site_id"], str(day)), {"id": encode(key), **row, "quantiles": quantiles}))
        return _in_order(sorted(matches, key=lambda pair: pair[0]), query)

    @override
    def skus_without_forecast(self, run_id: UUID, sku_ids: Sequence[str]) -> dict[str, str]:
        forecast_skus = {row["sku_id"] for row in self.all_rows if str(row["run_id"]) == str(run_id)}
        reasons = {row["sku_id"]: f"{row['code']}: {row['reason']}" for row in self.excluded_series}
        return {sku_id: reasons.get(sku_id, "") for sku_id in sorted(sku_ids) if sku_id not in forecast_skus}

    @override
    def has_row(self, run_id: UUID, site_id: str, sku_id: str, day: date) -> bool:
        key, series = (str(run_id), site_id, sku_id, str(day)), (site_id, sku_id)
        names = ("run_id", "site_id", "sku_id", "forecast_date")
        is_forecast = any(tuple(str(row[name]) for name in names) == key for row in self.all_rows)
        return is_forecast or any((row["site_id"], row["sku_id"]) == series for row in self.excluded_series)

    @override
    def has_forecasts(self, run_id: UUID) -> bool:
        return any(str(row["run_id"]) == str(run_id) for row in self.all_rows)

    @override
    def site_ids(self, run_id: UUID) -> list[str]:
        return sorted({str(row["site_id"]) for row in self.all_rows if str(row["run_id"]) == str(run_id)})

    @override
    def excluded_rows(self, query: ExcludedSlice) -> JsonRows:
        matches = [
            ((row["sku_id"], row["site_id"]), row)
            for row in self.excluded_series
            if self.has_forecasts(query.run_id) and query.site_id in (None, row["site_id"]) and query.sku_id in (None, row["sku_id"])
        ]
        return page_of(sorted(matches, key=lambda pair: pair[0]), query.after, query.limit)


class InMemoryAccuracyReads(AccuracyReads):
    """One report per run."""

    def __init__(self) -> None:
        self.by_run: dict[UUID, RunAccuracy] = {}

    @override
    def latest(self, run_id: UUID) -> RunAccuracy | None:
        return self.by_run.get(run_id)

    @override
    def find_newest_run(self, basis: Basis) -> UUID | None:
        reports = [each for each in self.by_run.values() if each.basis is basis]
        return max(reports, key=lambda each: each.as_of_date).run_id if reports else None


class InMemoryKpiReads(KpiReads):
    """Rows of KPI values."""

    def __init__(self, rows: Sequence[dict[str, Any]] = ()) -> None:
        self.all_rows = list(rows)
        self.trend_rows: list[dict[str, Any]] = []

    @override
    def latest(self, filters: KpiFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [
            ((row["name"], str(row["dimensions"])), row)
            for row in self.all_rows
            if (not filters.names or row["name"] in filters.names)
            and filters.dimensions.items() <= row["dimensions"].items()
            and (filters.run_id is None or row["run_id"] == str(filters.run_id))
        ]
        return page_of(sorted(matches, key=lambda pair: pair[0]), after, limit)

    @override
    def trends(self, query: TrendQuery, after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [
            ((row["name"], row["period"], str(row["dimensions"])), row)
            for row in self.trend_rows
            if (not query.names or row["name"] in query.names) and query.dimensions.items() <= row["dimensions"].items()
        ]
        return page_of(sorted(matches, key=lambda pair: pair[0]), after, limit)


class InMemoryObjectReads(ObjectReads):
    """Rows of objects, newest first, and the first day of their demand."""

    def __init__(self, rows: Sequence[dict[str, Any]] = (), first_day: date | None = date(2024, 11, 22)) -> None:
        self.all_rows = list(rows)
        self.first_day = first_day

    @override
    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [row for row in self.all_rows if filters.items() <= row.items()]
        return page_of([((f"{position:06}",), row) for position, row in enumerate(matches)], after, limit)

    @override
    def find_first_day(self, datasets: Sequence[str]) -> date | None:
        return self.first_day


class InMemoryLatestReport(LatestReport):
    """The run that is set, if any."""

    def __init__(self, run_id: UUID | None = None) -> None:
        self.run_id = run_id
        self.all_rows: list[dict[str, Any]] = []

    @override
    def latest_run_id(self) -> UUID:
        if self.run_id is None:
            raise ReportNotFound("No data-quality report exists yet.")
        return self.run_id

    @override
    def rows(self, verdict: str | None, after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [row for row in self.all_rows if verdict in (None, row["verdict"])]
        return page_of([((f"{position:06}",), row) for position, row in enumerate(matches)], after, limit)


def fixed_cursor_key(key: bytes = b"a key") -> CursorKey:
    """Return a key of cursors that never changes."""
    return CursorKey(lambda: key, FixedClock())
