"""What the API reads, from lists in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from typing_extensions import override

from runtime.errors import ReportNotFound
from runtime.models.domain.kpis import AccuracyReport
from runtime.services.forecasts.row_ids import ForecastKey, encode
from runtime.services.read_ports import (
    AccuracyReads,
    ExcludedSeries,
    ForecastReads,
    ForecastSlice,
    JsonRows,
    KpiReads,
    LatestReport,
    ObjectReads,
)


def page_of(rows: Sequence[tuple[tuple[str, ...], dict[str, Any]]], after: Sequence[str] | None, limit: int) -> JsonRows:
    """The page after a place, of rows with their places in order."""
    following = [row for row in rows if after is None or row[0] > tuple(after)]
    wanted = following[:limit]
    return JsonRows(json.dumps([row for _, row in wanted], default=str), wanted[-1][0] if wanted else None, len(following) > limit)


class InMemoryForecastReads(ForecastReads):
    """ForecastReads over rows as tests.fakes.examples.forecast_rows makes them."""

    def __init__(self, rows: Sequence[dict[str, Any]] = (), excluded: Sequence[ExcludedSeries] = ()) -> None:
        self.stored = list(rows)
        self.left_out = list(excluded)

    @override
    def rows(self, asked: ForecastSlice) -> JsonRows:
        found = []
        for row in self.stored:
            day: date = row["forecast_date"]
            if str(row["run_id"]) != str(asked.run_id) or not asked.first_day <= day <= asked.last_day:
                continue
            if (asked.sku_ids and row["sku_id"] not in asked.sku_ids) or asked.site_id not in (None, row["site_id"]):
                continue
            key = ForecastKey(UUID(str(row["run_id"])), row["site_id"], row["sku_id"], day)
            found.append(((row["sku_id"], row["site_id"], str(day)), {"id": encode(key), **row}))
        return page_of(sorted(found, key=lambda pair: pair[0]), asked.after, asked.limit)

    @override
    def skus_without_forecast(self, run_id: UUID, sku_ids: Sequence[str]) -> dict[str, str]:
        known = {row["sku_id"] for row in self.stored if str(row["run_id"]) == str(run_id)}
        reasons = {row["sku_id"]: f"{row['code']}: {row['reason']}" for row in self.left_out}
        return {sku_id: reasons.get(sku_id, "") for sku_id in sorted(sku_ids) if sku_id not in known}

    @override
    def excluded(self, run_id: UUID, site_id: str | None = None, sku_id: str | None = None) -> list[ExcludedSeries]:
        return [row for row in self.left_out if site_id in (None, row["site_id"]) and sku_id in (None, row["sku_id"])]


class InMemoryAccuracyReads(AccuracyReads):
    """AccuracyReads: one report per run."""

    def __init__(self) -> None:
        self.stored: dict[UUID, AccuracyReport] = {}

    @override
    def latest(self, run_id: UUID) -> AccuracyReport | None:
        return self.stored.get(run_id)


class InMemoryKpiReads(KpiReads):
    """KpiReads over finished rows."""

    def __init__(self, rows: Sequence[dict[str, Any]] = ()) -> None:
        self.stored = list(rows)

    @override
    def latest(self, names: Sequence[str], dimensions: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        found = [
            ((row["name"], str(row["dimensions"])), row)
            for row in self.stored
            if (not names or row["name"] in names) and dimensions.items() <= row["dimensions"].items()
        ]
        return page_of(sorted(found, key=lambda pair: pair[0]), after, limit)


class InMemoryObjectReads(ObjectReads):
    """ObjectReads over finished rows, newest first."""

    def __init__(self, rows: Sequence[dict[str, Any]] = ()) -> None:
        self.stored = list(rows)

    @override
    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        found = [row for row in self.stored if filters.items() <= row.items()]
        return page_of([((f"{place:06}",), row) for place, row in enumerate(found)], after, limit)


class InMemoryLatestReport(LatestReport):
    """LatestReport: the run that is set, if any."""

    def __init__(self, run_id: UUID | None = None) -> None:
        self.run_id = run_id

    @override
    def latest_run_id(self) -> UUID:
        if self.run_id is None:
            raise ReportNotFound("No data-quality report exists yet.")
        return self.run_id
