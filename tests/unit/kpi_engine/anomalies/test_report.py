"""The report: attributes for services, a dict with fixed keys for JSON, and the same from groups as from messages."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta

import numpy as np
import pytest

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.detection.panels import LAST, NAN, a_panel, a_week
from tests.unit.kpi_engine.anomalies.lookout_messages import DETECTOR, EURO, Message, a_source

WEEK = Window.ending(LAST, 7)


def assess(*weeks: list[float], window: Window | None = WEEK) -> AnomalyReport:
    return AnomalyDetectionEngine(costs=EURO).assess(detect_groups(a_panel(*weeks)), window)


def test_the_dict_has_these_keys_in_this_order() -> None:
    assert list(assess(a_week(d3=60)).as_dict()) == [
        "window", "total", "by_severity", "by_type", "volume_spikes", "volume_drops", "other", "business_impact", "alerts", "excluded",
        "undefined", "definitions_version",
    ]  # fmt: skip


def test_an_anomaly_of_the_dict_has_these_keys_in_this_order() -> None:
    (anomaly,) = assess(a_week(d3=60)).as_dict()["volume_drops"]
    assert list(anomaly) == [
        "group_id", "type", "type_reason", "direction", "severity", "score", "measure", "also_affected", "start_date", "end_date",
        "dimensions", "scope", "contributors", "series", "delta_units", "delta_points", "units_unseen", "money", "money_reason",
        "assumptions", "known_events", "threshold", "material", "not_material_reason",
    ]  # fmt: skip


def test_the_dict_is_json_without_any_conversion() -> None:
    report = assess(a_week(d3=60), a_week(d4=NAN), a_week(d1=140)).as_dict()
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_attributes_and_dict_agree() -> None:
    report = assess(a_week(d3=60), a_week(d4=NAN), a_week(d1=140))
    as_dict = report.as_dict()
    assert report.total == as_dict["total"] == 3
    assert {str(severity): n for severity, n in report.by_severity.items()} == as_dict["by_severity"]
    assert {str(kind or "UNKNOWN"): n for kind, n in report.by_kind.items()} == as_dict["by_type"]
    for name, anomalies in (("volume_spikes", report.volume_spikes), ("volume_drops", report.volume_drops), ("other", report.other)):
        assert [anomaly.group.id for anomaly in anomalies] == [row["group_id"] for row in as_dict[name]]
    assert report.business_impact.delta_units == as_dict["business_impact"]["delta_units"] == 0
    assert [alert.id for alert in report.alerts] == [alert["id"] for alert in as_dict["alerts"]]


def test_anomalies_are_in_the_order_of_severity_whatever_their_kind() -> None:
    report = assess(a_week(d0=88), a_week(d2=300), a_week(d6=60))
    assert [anomaly.group.score for anomaly in report.anomalies] == sorted((a.group.score for a in report.anomalies), reverse=True)
    assert {anomaly.kind for anomaly in report.anomalies} == {AnomalyKind.VOLUME_DROP, AnomalyKind.VOLUME_SPIKE}


def test_a_report_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        assess(a_week()).window = None  # type: ignore[misc]


def test_groups_outside_the_window_are_counted_and_not_assessed() -> None:
    before = Window.ending(LAST - timedelta(days=7), 7)
    report = assess(a_week(d3=60), window=before)
    assert (report.total, report.exclusions.n_outside_window) == (0, 1)
    assert assess(a_week(d3=60), window=None).exclusions.n_outside_window == 1


def write_message(group: AnomalyGroup) -> Message:
    """A group of the detector in the messages of the service."""
    days = group.series.days

    def values(row: np.typing.NDArray[np.float64]) -> list[float | None]:
        return [None if np.isnan(value) else float(value) for value in row]

    members = [
        {
            "DimensionList": [{"DimensionName": name, "DimensionValue": value} for name, value in dimensions.items()],
            "MetricValueList": values(days.actual[row]),
            "ExpectedValueList": values(days.expected[row]),
            "LowerValueList": values(days.lower[row]),
            "UpperValueList": values(days.upper[row]),
            "CapacityValueList": values(group.series.capacity[row]),
        }
        for row, dimensions in enumerate(group.series.dimensions)
    ]
    contributions = [
        {
            "DimensionName": name,
            "DimensionValueContributionList": [{"DimensionValue": value, "ContributionScore": weight} for value, weight in weights.items()],
        }
        for name, weights in group.contributions.items()
    ]
    message = {
        "AnomalyGroupId": group.id,
        "StartTime": group.start.isoformat(),
        "EndTime": group.end.isoformat(),
        "AnomalyGroupScore": group.score,
        "PrimaryMetricName": group.measure,
        "AnomalyType": group.reported_kind,
        "MetricLevelImpactList": [{"MetricName": group.measure, "ContributionMatrix": {"DimensionContributionList": contributions}}],
    }
    return message, {"TimestampList": [moment.isoformat() for moment in group.series.instants], "TimeSeriesList": members}


def random_panel(seed: int) -> DetectionPanel:
    generator = np.random.default_rng(seed)
    n_series = int(generator.integers(1, 30))
    level = generator.choice([5.0, 100.0, 1000.0], size=(n_series, 1)) * np.ones((n_series, 7))
    actual = np.maximum(level + generator.normal(0, 0.2, level.shape) * level, 0)
    for share, factor in ((0.06, 3.0), (0.05, 0.0), (0.05, NAN)):
        actual[generator.random(level.shape) < share] *= factor
    usual = np.repeat(level[:, :1], 49, axis=1)
    past = DailyValues.of(usual * generator.normal(1, 0.1, usual.shape), usual, usual * 0.8, usual * 1.2)
    return DetectionPanel(
        "demand",
        [{"site_id": f"S{row % 3}", "sku_id": f"K{row // 3}"} for row in range(n_series)],
        date(2026, 11, 15),
        DailyValues.of(actual, level, level * 0.8, level * 1.2),
        past,
        generator.random(n_series) < 0.2,
        level * 1.5,
    )


@pytest.mark.parametrize("seed", range(25))
def test_groups_and_the_same_groups_as_messages_give_the_same_report(seed: int) -> None:
    groups = [replace(group, scope=None, scope_series=None) for group in detect_groups(random_panel(seed))]  # a message states no scope
    report = AnomalyDetectionEngine(costs=EURO).assess(groups, WEEK)
    source = a_source(*map(write_message, groups), page_size=3)
    assert AnomalyDetectionEngine(source, costs=EURO).process_anomaly_results(DETECTOR, 7, until=LAST) == report.as_dict()
