"""The figures of logistics reports as single KPI values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from kpi_engine.logistics.metrics import METRICS
from kpi_engine.shared.metric import GET_KPIS, NO_OBSERVATIONS, Metric, Unit
from runtime.models.domain.kpis import KpiMetric
from runtime.services.documents.json_rows import JsonObject
from runtime.services.logistics.scopes import Level, Scope

GRADE_POINTS = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "F": 0.0}
NO_LIMIT = "no_limit"
"""Reason of a parameter that is null because it limits nothing."""
ROWS_KEY = "[]."
OF_PARTS = frozenset({
    "unit_fill", "case_fill", "line_fill", "order_fill", "value_fill", "fill_lines", "fill_orders",
    "otif", "on_time", "in_full", "perfect_order", "otif_lines", "otif_orders",
    "truck_weight", "truck_cube", "truck_pallet", "truck_ldm", "truck_binding", "truck_mean_binding", "trips_below_low", "trips",
    "trucks_used", "trucks_lower_bound", "trucks_planned", "avoidable_trucks",
    "dwell_median", "dwell_p90", "dwell_over_free", "detention_minutes",
    "cost_per_unit", "cost_per_kg", "cost_per_km", "cost_total",
    "efficiency_score", "efficiency_grade",
})  # fmt: skip
"""The metrics of a lane and of a week; the whole and the sites have every metric."""
COUNTS = {
    "fill_rate": "fill_rate.n_lines",
    "otif": "otif.n_lines",
    "truck_utilization": "truck_utilization.trips",
    "dwell": "dwell.visits",
}
"""Where the report has the number of rows of its parts."""
ROW_NAMES = {
    "capacity": ("resource", "site_id"),
    "efficiency_score.components": ("name",),
    "efficiency_score.next_grade_levers": ("component",),
}
"""What names the rows of the lists of a report."""


@dataclass(frozen=True)
class ReportOfScope:
    """A report as JSON, and the part of the operation that it is about."""

    scope: Scope
    document: JsonObject


def list_values(reports: Sequence[ReportOfScope], run_id: UUID, as_of_date: date) -> Iterator[KpiMetric]:
    """Yield the values of every metric that GET /kpis serves, of every scope that has it."""
    for report in reports:
        is_whole = report.scope.level in (Level.TOTAL, Level.SITE)
        for metric in METRICS:
            if metric.served == GET_KPIS and (is_whole or metric.name in OF_PARTS):
                for dimensions, value, reason in _find_values(metric, report):
                    yield _build_value(metric, report, run_id, as_of_date, dimensions, value, reason)


def _find_values(metric: Metric, report: ReportOfScope) -> Iterator[tuple[dict[str, str], object, str | None]]:
    document = report.document
    if ROWS_KEY not in metric.path:
        yield {}, metric.value_in(document) if _has_path(metric, document) else None, _explain(metric, document)
        return
    list_path, _, key = metric.path.partition(ROWS_KEY)
    for row in cast("Sequence[JsonObject] | None", _look_up(document, list_path)) or ():
        names = {_singular(name): str(row[name]) for name in ROW_NAMES[list_path] if row.get(name) is not None}
        yield names, _look_up(row, key), (row.get("undefined") or {}).get(key) or metric.reason


def _has_path(metric: Metric, document: JsonObject) -> bool:
    try:
        metric.value_in(document)
    except KeyError:  # a cost column that is not there
        return False
    return True


def _singular(name: str) -> str:
    return "component" if name == "name" else name


def _look_up(document: JsonObject | None, path: str) -> object:
    value: object = document
    for key in path.split("."):
        value = cast("JsonObject", value).get(key) if value is not None else None
    return value


def _explain(metric: Metric, document: JsonObject) -> str:
    """Return the reason of the figure, or of the nearest part above it that has one."""
    reasons, path = document["undefined"], metric.path
    while path:
        if path in reasons:
            return str(reasons[path])
        path = path.rpartition(".")[0]
    return NO_LIMIT if "tolerance" in metric.name else metric.reason or NO_OBSERVATIONS


def _build_value(
    metric: Metric,
    report: ReportOfScope,
    run_id: UUID,
    as_of_date: date,
    dimensions: Mapping[str, str],
    value: object,
    reason: str | None,
) -> KpiMetric:
    scope = report.scope
    number = GRADE_POINTS[value] if isinstance(value, str) else value
    metadata: dict[str, object] = {"definitions_version": report.document["definitions_version"], "as_of_date": as_of_date.isoformat()}
    if metric.unit is Unit.GRADE and value is not None:
        metadata["grade"] = value
    if metric.unit is Unit.MONEY and value is not None:
        metadata["currency"] = _look_up(report.document, "cost_per_unit.currency")
    if scope.level is Level.WEEK:
        metadata["complete"] = scope.is_complete
    if number is None:
        metadata["undefined_reason"] = reason
    assert number is None or isinstance(number, int | float)
    return KpiMetric(
        name=metric.name,
        value=None if number is None else float(number),
        unit=metric.unit.value,
        period_start=scope.start,
        period_end=scope.end,
        dimensions={"level": scope.level.value, **scope.names, **dimensions},
        run_id=run_id,
        n_obs=cast("int | None", _look_up(report.document, COUNTS.get(metric.path.partition(".")[0], "none"))),
        period_grain="week" if scope.level is Level.WEEK else "window",
        metadata=metadata,
    )
