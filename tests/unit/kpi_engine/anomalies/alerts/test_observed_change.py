"""What was expected of a group and what happened, as sums or means."""

from __future__ import annotations

import pytest

from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import name_kind, write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

NAN = float("nan")


def assess(group: AnomalyGroup) -> AssessedAnomaly:
    (anomaly,) = AnomalyDetectionEngine().assess([group], Window.ending(FIRST, 1)).anomalies
    return anomaly


def test_a_volume_is_summed_over_the_days_with_both_values() -> None:
    group = a_group_of([[60, NAN, 30], [50, 70, NAN]], [[100, 100, NAN], [80, 90, 80]], lower=[[90] * 3] * 2, upper=[[110] * 3] * 2)
    change = ObservedChange.of(assess(group))
    assert (change.expected, change.actual, change.lower, change.upper) == (270.0, 180.0, 80.0 + 90 + 90, 330.0)
    assert change.change_percent == pytest.approx(-100 * 90 / 270)


def test_a_service_level_is_a_mean() -> None:
    change = ObservedChange.of(assess(a_group_of([[80, 70]], [[95, 93]], measure="otif")))
    assert (change.expected, change.actual) == (94.0, 75.0)
    assert change.change_percent == pytest.approx(-100 * 38 / 188)


def test_without_an_interval_there_are_no_bounds() -> None:
    change = ObservedChange.of(assess(a_group_of([[60]], [[100]])))
    assert (change.lower, change.upper) == (None, None)


def test_without_a_known_day_there_is_no_change() -> None:
    assert ObservedChange.of(assess(a_group_of([[NAN]], [[100]]))) == ObservedChange()


def test_a_change_from_nothing_has_no_percentage() -> None:
    anomaly = assess(a_group_of([[60]], [[0]]))
    assert ObservedChange.of(anomaly).change_percent is None
    assert write_title(anomaly, ObservedChange.of(anomaly)) == "Volume spike from 0 to 60 a day at SKU-0, 15 Nov"


def test_the_title_of_a_gap_has_no_percentage() -> None:
    anomaly = assess(a_group_of([[NAN], [NAN]], [[100], [50]]))
    assert write_title(anomaly, ObservedChange.of(anomaly)) == "Data gap at 2 SKUs, 15 Nov"


@pytest.mark.parametrize(
    ("kind", "direction", "name"),
    [
        (None, 0, "Anomaly"),
        (AnomalyKind.ZERO_DEMAND, -1, "Zero demand"),
        (AnomalyKind.LEVEL_SHIFT, 1, "Level shift up"),
        (AnomalyKind.TREND_BREAK, -1, "Trend break down"),
        (AnomalyKind.LEVEL_SHIFT, 0, "Level shift"),
    ],
)
def test_a_shift_is_named_with_its_direction(kind: AnomalyKind | None, direction: int, name: str) -> None:
    assert name_kind(kind, direction) == name
