"""Metrics: each computes the figure that its path leads to in the report."""

from __future__ import annotations

import pytest

from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.metrics import METRICS, Amount, Count
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.terms import Severity
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.examples.anomalies import COSTS, LAST_DAY, build_panel
from tests.unit.kpi_engine.anomalies.detection.panels import LAST, NAN, a_panel, a_week

EMPTY = AnomalyDetectionEngine().assess([], None)
GOLDEN = AnomalyDetectionEngine(costs=COSTS).assess(detect_groups(build_panel()), Window.ending(LAST_DAY, 7))
MIXED = AnomalyDetectionEngine().assess(
    detect_groups(a_panel(a_week(d0=140), a_week(d2=NAN), a_week(d4=0), a_week(d6=70))), Window.ending(LAST, 7)
)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
@pytest.mark.parametrize("report", [GOLDEN, MIXED], ids=["golden", "mixed"])
def test_a_metric_computes_the_figure_at_its_path(metric: Count | Amount, report: AnomalyReport) -> None:
    document = report.as_dict()
    if document["business_impact"]["money"] is None and metric.path.startswith("business_impact.money"):
        assert metric(report) is None
    else:
        assert metric(report) == metric.value_in(document)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_report_without_groups_has_counts_of_0_and_no_amount(metric: Count | Amount) -> None:
    assert metric(EMPTY) == (0 if metric.unit == "count" else None)


def test_every_severity_and_every_kind_is_counted_once() -> None:
    paths = [metric.path for metric in METRICS]
    assert sorted(path for path in paths if path.startswith("by_severity.")) == sorted(f"by_severity.{name}" for name in Severity)
    assert sorted(path for path in paths if path.startswith("by_type.")) == sorted(f"by_type.{name}" for name in (*AnomalyKind, "UNKNOWN"))


def test_the_counts_by_severity_and_those_by_kind_sum_to_the_total() -> None:
    figures = {metric.path: metric(MIXED) for metric in METRICS}
    for prefix in ("by_severity.", "by_type."):
        assert sum(value or 0 for path, value in figures.items() if path.startswith(prefix)) == figures["total"] == 4


def test_the_bands_of_severity_are_stated_in_the_formulas() -> None:
    formulas = {metric.name: metric.formula.split(";")[0] for metric in METRICS if metric.path.startswith("by_severity.")}
    assert formulas == {
        "anomalies_critical": "number of groups with score >= 90",
        "anomalies_high": "number of groups with 70 <= score < 90",
        "anomalies_medium": "number of groups with 50 <= score < 70",
        "anomalies_low": "number of groups with 30 <= score < 50",
    }
