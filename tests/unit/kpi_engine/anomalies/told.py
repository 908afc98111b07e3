"""What a source may tell: groups and series in the shapes of the retired service, and engines that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.lookout.in_memory import GroupsAtHand
from kpi_engine.anomalies.lookout.source import Response
from kpi_engine.anomaly_detection import AnomalyDetectionEngine

DETECTOR = "arn:aws:lookoutmetrics:eu-west-1:000000000000:AnomalyDetector:demand"
SATURDAY = date(2026, 11, 21)
EURO = Costs("EUR", 3.5, 1.5, 0.5, 0.8, 25.0)

Told = tuple[dict[str, Any], dict[str, Any]]


def stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def series(sku: str = "SKU-1", site: str = "LDS1", **values: Sequence[Any]) -> dict[str, Any]:
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
    return {"TimeSeriesId": f"{site}|{sku}", "DimensionList": dimensions} | {names[name]: list(of) for name, of in values.items()}


def told(
    *members: dict[str, Any], first: date = SATURDAY, name: str = "g1", score: Any = 75.0, measure: str = "demand", **more: Any
) -> Told:
    """One group of days from first on, as long as its members."""
    n = max((len(member["MetricValueList"]) for member in members), default=1)
    stamps = [stamp(first + timedelta(days=day)) for day in range(n)]
    group = {
        "AnomalyGroupId": name,
        "StartTime": stamps[0],
        "EndTime": stamps[-1],
        "AnomalyGroupScore": score,
        "PrimaryMetricName": measure,
        "MetricLevelImpactList": [{"MetricName": measure, "NumTimeSeries": len(members)}],
    }
    return group | more, {"TimestampList": stamps, "TimeSeriesList": list(members)}


class Unfiltered(GroupsAtHand):
    """A source that tells everything, whatever threshold it is asked for."""

    def list_anomaly_group_summaries(self, **request: Any) -> Response:
        return super().list_anomaly_group_summaries(**request | {"SensitivityThreshold": float("-inf")})


def source(*groups: Told, page_size: int = 100) -> Unfiltered:
    return Unfiltered(
        {DETECTOR: [group for group, _ in groups]},
        {group.get("AnomalyGroupId", ""): {group.get("PrimaryMetricName") or "": page} for group, page in groups},
        page_size,
    )


def process(*groups: Told, previous: Sequence[Mapping[str, Any]] = (), until: Any = SATURDAY, **engine: Any) -> dict[str, Any]:
    """The engine's answer for the groups, with costs in euros unless others are given."""
    engine = {"costs": EURO} | engine
    return AnomalyDetectionEngine(source(*groups), **engine).process_anomaly_results(DETECTOR, until=until, previous_alerts=previous)


def the_group(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The only group of an answer."""
    listed: list[dict[str, Any]] = answer["volume_spikes"] + answer["volume_drops"] + answer["other"]
    assert len(listed) == 1
    return listed[0]


def drop(**more: Any) -> Told:
    """40 units fewer than the 100 expected."""
    return told(series(actual=[60], expected=[100], lower=[90], upper=[110]), **more)
