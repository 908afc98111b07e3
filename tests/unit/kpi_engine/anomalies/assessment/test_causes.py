"""Candidates for a cause: each rests on evidence in the group."""

from __future__ import annotations

from datetime import date, timedelta

from kpi_engine.anomalies.assessment.causes import find_causes
from kpi_engine.anomalies.assessment.events import KnownEvent
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

NAN = float("nan")


def causes(group: AnomalyGroup, *events: KnownEvent) -> dict[str, str]:
    (anomaly,) = AnomalyDetectionEngine(known_events=events).assess([group], Window.ending(FIRST, 1)).anomalies
    return {candidate.cause: candidate.evidence for candidate in find_causes(anomaly)}


def test_a_group_without_evidence_has_no_candidate() -> None:
    assert causes(a_group_of([[60]], [[100]])) == {}


def test_known_events_come_first_in_the_order_of_their_days() -> None:
    later = KnownEvent("Black Friday", "promotion", FIRST, FIRST + timedelta(days=1))
    earlier = KnownEvent("Stocktaking", "planned closure", FIRST - timedelta(days=2), FIRST)
    assert causes(a_group_of([[NAN]], [[100]]), later, earlier) == {
        "planned closure: Stocktaking": "known event on 13–15 Nov, overlapping the anomaly",
        "promotion: Black Friday": "known event on 15–16 Nov, overlapping the anomaly",
        "late or missing data": "expected values without an actual: 1",
    }


def test_a_value_with_60_percent_of_the_change_is_a_candidate() -> None:
    assert causes(a_group_of([[40], [60]], [[100], [100]])) == {"something at sku_id SKU-0": "SKU-0 contributed 60.0 % of the change"}
    assert causes(a_group_of([[41], [60]], [[100], [100]])) == {}


def test_series_that_are_zero_together_point_to_an_interface() -> None:
    group = a_group_of([[0], [0]], [[100], [100]], lower=[[90], [90]])
    assert causes(group) == {"a closure or an order interface that is down": "all 2 series are zero together"}


def test_a_load_above_capacity_and_other_measures_are_candidates() -> None:
    group = a_group_of([[130, 90]], [[100, 100]], capacity=[[120, 120]], also_affected=("returns", "otif"))
    assert causes(group) == {
        "demand above capacity": "values above the capacity of their day: 1",
        "a cause shared with other measures": "also affected: returns, otif",
    }


def test_an_event_elsewhere_or_at_another_time_is_no_candidate() -> None:
    elsewhere = KnownEvent("Strike", "strike", FIRST, FIRST, {"site_id": "XYZ"})
    last_year = KnownEvent("Strike", "strike", date(2025, 11, 15), date(2025, 11, 15))
    assert causes(a_group_of([[60]], [[100]]), elsewhere, last_year) == {}
