"""Read the lists that can be exported: those of the API, from the same ports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel

from contracts.paths import catalogue_key, logistics_report_key
from runtime.errors import NotFound
from runtime.models.api import accuracy_responses as accuracy
from runtime.models.api import catalogue_responses as catalogue
from runtime.models.api import logistics_responses as logistics
from runtime.models.api.insight_responses import InsightBody
from runtime.models.api.object_responses import ObjectRow
from runtime.models.api.quarantine_responses import QuarantineObject
from runtime.models.api.requests import ForecastSort
from runtime.models.api.responses import AuditEventRow, ExcludedSeries, ForecastRow, KpiRow, QualityReportRow
from runtime.models.api.run_responses import RunRow
from runtime.models.api.trend_responses import KpiTrendRow
from runtime.models.exports.orders import ExportOrder
from runtime.models.exports.orders import ExportResource as Resource
from runtime.services.exports.columns import list_columns
from runtime.services.exports.export_table import ExportTable, Row
from runtime.services.forecasts.lag_rows import list_lags
from runtime.services.insights.ports import InsightFilters, InsightReads
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock
from runtime.services.read_ports import (
    AccuracyReads,
    AuditReads,
    ExcludedSlice,
    ForecastReads,
    ForecastSlice,
    JsonRows,
    KpiFilters,
    KpiReads,
    LatestReport,
    ObjectReads,
    QuarantineReads,
    RunFilters,
    RunReads,
    TrendQuery,
)

PAGE_ROWS = 2000
TREND_WEEKS = 53
Read = Callable[["Sequence[str] | None", int], JsonRows]


@dataclass(frozen=True)
class ListSpec:
    """What a list is called in words, the model of its rows, and the columns whose sum means something: medians have none."""

    question: str
    row: type[BaseModel]
    totals: tuple[str, ...] = ()


LISTS: Mapping[Resource, ListSpec] = {
    Resource.FORECASTS: ListSpec("What will be needed, day by day?", ForecastRow, ("mean_value",)),
    Resource.EXCLUDED: ListSpec("Which series have no forecast, and why?", ExcludedSeries),
    Resource.SKUS: ListSpec("What is known of each SKU?", catalogue.SkuRow, ("recent_units", "forecast_units", "series_forecast")),
    Resource.SITES: ListSpec("What is known of each site?", catalogue.SiteRow, ("recent_units", "forecast_units", "skus")),
    Resource.LANES: ListSpec("Which lanes are there?", catalogue.LaneRow, ("shipments",)),
    Resource.ACCURACY_BY_SKU: ListSpec("How good is the forecast of each SKU?", accuracy.SkuAccuracy, ("abs_error",)),
    Resource.ACCURACY_BY_SITE: ListSpec("How good is the forecast of each site?", accuracy.SiteAccuracy, ("abs_error",)),
    Resource.ACCURACY_BY_WEEK: ListSpec("Does the forecast become better, week by week?", accuracy.WeekAccuracy, ("n",)),
    Resource.ACCURACY_BY_HORIZON: ListSpec("How far ahead is the forecast good?", accuracy.HorizonAccuracy, ("n",)),
    Resource.ACCURACY_BY_LAG: ListSpec("How good was the forecast of some weeks before?", accuracy.LagAccuracy, ("n",)),
    Resource.KPIS: ListSpec("What are the newest KPI values?", KpiRow),
    Resource.KPI_TRENDS: ListSpec("How did the KPIs move, week by week?", KpiTrendRow),
    Resource.EFFICIENCY: ListSpec("How efficient is the operation?", logistics.ScopeBody),
    Resource.CAPACITY: ListSpec("Where does capacity become short?", logistics.ResourceBody),
    Resource.CONSOLIDATION: ListSpec("Which loads could share a truck?", logistics.GroupBody),
    Resource.INSIGHTS: ListSpec("What is there to do?", InsightBody),
    Resource.FORECAST_RUNS: ListSpec("Which runs were there?", RunRow),
    Resource.OBJECTS: ListSpec("What became of each uploaded file?", ObjectRow, ("rows",)),
    Resource.QUARANTINE: ListSpec("Which files have rows in quarantine?", QuarantineObject),
    Resource.QUALITY_REPORTS: ListSpec("How good was the data of each run?", QualityReportRow, ("findings",)),
    Resource.AUDIT_EVENTS: ListSpec("Who changed what by hand?", AuditEventRow),
}
WORKBOOK = (
    Resource.FORECASTS,
    Resource.SKUS,
    Resource.SITES,
    Resource.ACCURACY_BY_SKU,
    Resource.ACCURACY_BY_HORIZON,
    Resource.EXCLUDED,
    Resource.KPIS,
    Resource.CAPACITY,
    Resource.INSIGHTS,
)
"""The lists of the workbook, in the order in which a planner asks."""
DOCUMENTS: Mapping[Resource, tuple[Callable[[UUID, str], str], str, str]] = {
    Resource.SKUS: (catalogue_key, "skus", "skus"),
    Resource.SITES: (catalogue_key, "sites", "sites"),
    Resource.LANES: (catalogue_key, "lanes", "lanes"),
    Resource.EFFICIENCY: (logistics_report_key, "efficiency", "scopes"),
    Resource.CAPACITY: (logistics_report_key, "capacity", "capacity"),
    Resource.CONSOLIDATION: (logistics_report_key, "consolidation", "groups"),
}
"""Lists in documents of the lake: key, name of the document, and name of the list in it."""


@dataclass(frozen=True, kw_only=True)
class ExportSources:
    """The ports of the lists."""

    forecasts: ForecastReads
    accuracies: AccuracyReads
    kpis: KpiReads
    runs: RunReads
    objects: ObjectReads
    quarantine: QuarantineReads
    reports: LatestReport
    audit: AuditReads
    insights: InsightReads
    lake: Lake
    clock: Clock

    def open(self, order: ExportOrder) -> list[ExportTable]:
        """Return the lists of an order; their rows are read when they are iterated."""
        resources = WORKBOOK if order.resource is Resource.WORKBOOK else (order.resource,)
        return [self._open_list(resource, order) for resource in resources]

    def _open_list(self, resource: Resource, order: ExportOrder) -> ExportTable:
        spec = LISTS[resource]

        def read_pages() -> Iterator[Sequence[Row]]:
            return self._read(resource, order)

        return ExportTable(resource.value, spec.question, tuple(list_columns(spec.row)), read_pages, spec.totals)

    def _read(self, resource: Resource, order: ExportOrder) -> Iterator[Sequence[Row]]:
        if resource in DOCUMENTS:
            return self._read_document(resource, order)
        if resource.value.startswith("accuracy_by_"):
            return self._read_accuracy(resource, order)
        return _walk(self._find_list(resource, order))

    def _find_list(self, resource: Resource, order: ExportOrder) -> Read:
        """Return how a list of the database is read from a sort key on."""
        run_id = order.run_id
        match resource:
            case Resource.FORECASTS:
                return self._find_forecasts(order)
            case Resource.EXCLUDED if run_id is not None:
                return lambda after, limit: self.forecasts.excluded_rows(ExcludedSlice(run_id, order.site_id, None, after, limit))
            case Resource.KPIS:
                return lambda after, limit: self.kpis.latest(KpiFilters(), after, limit)
            case Resource.KPI_TRENDS:
                query = TrendQuery((), {}, "week", self.clock.now().date() - timedelta(weeks=TREND_WEEKS))
                return lambda after, limit: self.kpis.trends(query, after, limit)
            case Resource.INSIGHTS:
                return lambda after, limit: self.insights.rows(InsightFilters(site_id=order.site_id), after, limit)
            case Resource.FORECAST_RUNS:
                return lambda after, limit: self.runs.rows(RunFilters(), after, limit)
            case _:
                return self._find_records(resource)

    def _find_records(self, resource: Resource) -> Read:
        readers: Mapping[Resource, Read] = {
            Resource.OBJECTS: lambda after, limit: self.objects.rows({}, after, limit),
            Resource.QUARANTINE: lambda after, limit: self.quarantine.objects({}, after, limit),
            Resource.QUALITY_REPORTS: lambda after, limit: self.reports.rows(None, after, limit),
            Resource.AUDIT_EVENTS: lambda after, limit: self.audit.rows({}, after, limit),
        }
        return readers.get(resource, lambda _after, _limit: JsonRows("[]", None, has_more=False))

    def _find_forecasts(self, order: ExportOrder) -> Read:
        run_id, day = order.run_id, order.as_of_date
        if run_id is None or day is None:
            return lambda _after, _limit: JsonRows("[]", None, has_more=False)
        first, last = day + timedelta(days=1), day + timedelta(days=order.horizon_days)
        return lambda after, limit: self.forecasts.rows(
            ForecastSlice(run_id, first, last, order.sku_ids, order.site_id, after, limit, ForecastSort.SKU)
        )

    def _read_document(self, resource: Resource, order: ExportOrder) -> Iterator[Sequence[Row]]:
        """Yield the rows of a list in the lake; none for a run without the document, which it may not have yet."""
        key_of, name, list_name = DOCUMENTS[resource]
        try:
            rows = self.lake.read_json(key_of(order.run_id, name))[list_name] if order.run_id else []
        except NotFound:
            rows = []
        yield from _cut([row for row in rows if order.site_id in (None, row.get("site_id"), *(row.get("site_ids") or ()))])

    def _read_accuracy(self, resource: Resource, order: ExportOrder) -> Iterator[Sequence[Row]]:
        run_accuracy = self.accuracies.latest(order.run_id) if order.run_id else None
        if run_accuracy is None:
            return
        report = run_accuracy.report
        rows: Mapping[Resource, Sequence[object]] = {
            Resource.ACCURACY_BY_SKU: report.sku_breakdown,
            Resource.ACCURACY_BY_SITE: report.site_breakdown,
            Resource.ACCURACY_BY_WEEK: report.weekly_trends,
            Resource.ACCURACY_BY_HORIZON: report.additional.horizon_profile,
            Resource.ACCURACY_BY_LAG: list_lags(report),
        }
        yield from _cut([row._asdict() for row in rows[resource]])  # type: ignore[attr-defined]


def _walk(read: Read) -> Iterator[Sequence[Row]]:
    after: Sequence[str] | None = None
    while True:
        rows = read(after, PAGE_ROWS)
        page: list[Row] = json.loads(rows.json)
        if page:
            yield page
        if not rows.has_more or rows.last is None:
            return
        after = rows.last


def _cut(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), PAGE_ROWS):
        yield rows[start : start + PAGE_ROWS]
