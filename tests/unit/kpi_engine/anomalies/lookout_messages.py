"""Groups and series in the messages of Amazon Lookout for Metrics, and engines that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Unpack

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.lookout.in_memory import InMemoryAnomalySource
from kpi_engine.anomalies.lookout.source import SummariesRequest
from kpi_engine.anomalies.lookout.wire import SummariesPage
from kpi_engine.anomaly_detection import AnomalyDetectionEngine

DETECTOR = "arn:aws:lookoutmetrics:eu-west-1:000000000000:AnomalyDetector:demand"
SATURDAY = date(2026, 11, 21)
EURO = Costs("EUR", 3.5, 1.5, 0.5, 0.8, 25.0)

Message = tuple[dict[str, Any], dict[str, Any]]
"""An AnomalyGroup and the page of its primary measure's series; Any, because tests put in what no service should send."""


def format_day(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def a_series(sku: str = "SKU-1", site: str = "LDS1", **values: Sequence[Any]) -> dict[str, Any]:
    """One time series; values under short names: actual, expected, lower, upper, capacity, orders."""
    names = {
        "actual": "MetricValueList",
        "expected": "ExpectedValueList",
        "lower": "LowerValueList",
        "upper": "UpperValueList",
        "capacity": "CapacityValueList",
        "orders": "OrderCountList",
    }
    dimensions = [{"DimensionName": "site_id", "DimensionValue": site}, {"DimensionName": "sku_id", "DimensionValue": sku}]
    return {"TimeSeriesId": f"{site}|{sku}", "DimensionList": dimensions} | {names[name]: list(row) for name, row in values.items()}


def a_group(
    *members: dict[str, Any], first: date = SATURDAY, name: str = "g1", score: Any = 75.0, measure: str = "demand", **fields: Any
) -> Message:
    """One group of days from first on, as long as its members; further fields as they are in the message."""
    n_days = max((len(member["MetricValueList"]) for member in members), default=1)
    timestamps = [format_day(first + timedelta(days=day)) for day in range(n_days)]
    group = {
        "AnomalyGroupId": name,
        "StartTime": timestamps[0],
        "EndTime": timestamps[-1],
        "AnomalyGroupScore": score,
        "PrimaryMetricName": measure,
        "MetricLevelImpactList": [{"MetricName": measure, "NumTimeSeries": len(members)}],
    }
    return group | fields, {"TimestampList": timestamps, "TimeSeriesList": list(members)}


def a_drop(**fields: Any) -> Message:
    """40 units fewer than the 100 expected."""
    return a_group(a_series(actual=[60], expected=[100], lower=[90], upper=[110]), **fields)


class UnfilteredSource(InMemoryAnomalySource):
    """A source that lists everything, whatever threshold is requested."""

    def list_anomaly_group_summaries(self, **request: Unpack[SummariesRequest]) -> SummariesPage:
        request["SensitivityThreshold"] = float("-inf")
        return super().list_anomaly_group_summaries(**request)


def a_source(*groups: Message, page_size: int = 100) -> UnfilteredSource:
    pages: Any = {group.get("AnomalyGroupId", ""): {group.get("PrimaryMetricName") or "": page} for group, page in groups}
    details: Any = [group for group, _ in groups]
    return UnfilteredSource({DETECTOR: details}, pages, page_size)


def process(*groups: Message, previous: Sequence[Mapping[str, Any]] = (), until: Any = SATURDAY, **engine: Any) -> dict[str, Any]:
    """The engine's report on the groups, with costs in euros unless others are passed."""
    engine = {"costs": EURO} | engine
    return AnomalyDetectionEngine(a_source(*groups), **engine).process_anomaly_results(DETECTOR, until=until, previous_alerts=previous)


def the_group(report: Mapping[str, Any]) -> dict[str, Any]:
    """The only group of a report."""
    (group,) = report["volume_spikes"] + report["volume_drops"] + report["other"]
    assert isinstance(group, dict)
    return group
