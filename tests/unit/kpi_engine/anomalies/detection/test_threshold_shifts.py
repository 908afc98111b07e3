"""Feedback moves the threshold of one direction of one series or cause, by counted votes, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest

from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from kpi_engine.anomalies.detection.detector import DEFAULT_LIMITS, detect
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.threshold_shifts import NO_SHIFTS, ThresholdShifts
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.terms import AnomalyVerdict
from kpi_engine.anomalies.thresholds import Judgement, Threshold, Votes, count_votes, scope_key
from tests.unit.kpi_engine.anomalies.detection.panels import a_panel, a_week

AT = datetime(2026, 11, 21, tzinfo=UTC)
SERIES = {"site_id": "LDS1", "sku_id": "SKU-0"}
SITE = {"site_id": "LDS1"}
REAL, NOT_REAL, EXPECTED = AnomalyVerdict.REAL, AnomalyVerdict.NOT_REAL, AnomalyVerdict.EXPECTED


def judge(event: str, verdict: AnomalyVerdict, minute: int = 0, run: str = "run-1", direction: str = "up") -> Judgement:
    return Judgement(event, SERIES, direction, verdict, run, AT + timedelta(minutes=minute))


def make_shifts(dismissals: int = 0, confirmations: int = 0, direction: str = "up", scope: dict[str, str] = SERIES) -> ThresholdShifts:
    return ThresholdShifts({scope_key(direction, scope): Votes(dismissals, confirmations)})


def find_groups(panel: DetectionPanel, shifts: ThresholdShifts, limits: AlarmLimits = DEFAULT_LIMITS) -> list[AnomalyGroup]:
    return shifts.select(build_groups(panel, detect(panel, limits, shifts)), limits.least_z)


def a_rise(z: float, last: float = 100.0) -> Sequence[float]:
    """A week whose fourth day is z above the expectation: log(1 + units / 100), P90 = 110."""
    spread = (np.log(2.1) - np.log(2)) / 1.2815515655446004
    return a_week(d3=100 * (np.exp(np.log(2) + z * spread) - 1), d6=last)


def test_two_dismissed_events_raise_the_threshold_and_say_so() -> None:
    votes = count_votes([judge("a", NOT_REAL), judge("b", NOT_REAL)])
    assert Threshold(3.0, votes[scope_key("up", SERIES)]).as_dict() == {
        "base": 3.0, "value": 3.4, "dismissals": 2, "confirmations": 0,
        "text": "threshold raised from 3.0 to 3.4 after two dismissals",
    }  # fmt: skip


def test_of_one_event_the_newest_verdict_counts_once_for_each_run() -> None:
    judgements = [judge("a", NOT_REAL, 1), judge("a", NOT_REAL, 2), judge("a", NOT_REAL, 3, run="run-2")]
    assert count_votes(judgements) == {scope_key("up", SERIES): Votes(dismissals=2)}
    assert count_votes([*judgements, judge("a", REAL, 4, run="run-3")]) == {scope_key("up", SERIES): Votes(confirmations=1)}


def test_an_event_that_was_planned_says_nothing_about_the_detector() -> None:
    assert count_votes([judge("a", NOT_REAL, 1), judge("a", EXPECTED, 2)]) == {}


def test_the_order_in_which_feedback_is_read_does_not_matter() -> None:
    judgements = [judge("a", NOT_REAL, 1), judge("a", REAL, 2), judge("b", NOT_REAL, 3), judge("b", NOT_REAL, 4, run="run-2")]
    assert len({str(count_votes(order)) for order in permutations(judgements)}) == 1


def test_one_confirmation_lowers_nothing_and_several_do() -> None:
    texts = [Threshold(3.0, Votes(0, number)).text for number in (1, 2, 9)]
    assert texts == [
        "threshold 3.0 after one confirmation",
        "threshold lowered from 3.0 to 2.8 after two confirmations",
        "threshold lowered from 3.0 to 2.6, the limit, after nine confirmations",
    ]


@pytest.mark.parametrize("dismissals", [10, 11, 1000])
def test_no_number_of_dismissals_raises_a_threshold_by_more_than_two(dismissals: int) -> None:
    assert Votes(dismissals).shift == 2.0
    [group] = find_groups(a_panel(a_rise(5.1), a_week()), make_shifts(dismissals))
    assert group.threshold is not None
    assert "the limit" in group.threshold.text


def test_a_raised_threshold_silences_a_weak_rise_of_this_series_alone() -> None:
    panel = a_panel(a_rise(3.2), a_rise(3.2), sites=("LDS1", "BRS1"))
    assert {group.values_of("sku_id") for group in find_groups(panel, NO_SHIFTS)} == {("SKU-0",), ("SKU-1",)}
    assert [group.values_of("sku_id") for group in find_groups(panel, make_shifts(2))] == [("SKU-1",)]


def test_a_raised_threshold_of_rises_leaves_falls_as_they_are() -> None:
    panel = a_panel(a_week(d3=80), a_week())
    groups, other_groups = find_groups(panel, NO_SHIFTS), find_groups(panel, make_shifts(9))
    assert [(group.id, group.score) for group in other_groups] == [(group.id, group.score) for group in groups]
    assert find_groups(panel, make_shifts(9, direction="down")) == []


def test_a_lowered_threshold_reports_a_weaker_rise_with_the_least_score_and_its_reason() -> None:
    panel = a_panel(a_rise(2.8), a_week())
    assert find_groups(panel, NO_SHIFTS) == []
    [group] = find_groups(panel, make_shifts(confirmations=3))
    assert (group.score, group.threshold and group.threshold.value) == (30.0, 2.7)


def test_a_threshold_that_was_moved_changes_no_score_of_what_is_reported() -> None:
    panel = a_panel(a_rise(7.0), a_week())
    [group], [other] = find_groups(panel, NO_SHIFTS), find_groups(panel, make_shifts(9))
    assert group.score == other.score


def test_a_dismissed_site_is_quiet_for_weak_changes_and_not_for_strong_ones_of_its_series() -> None:
    weeks = [a_rise(2.0) for _ in range(4)]
    quiet = find_groups(a_panel(*weeks), make_shifts(9, scope=SITE))
    assert SITE in [group.scope for group in find_groups(a_panel(*weeks), NO_SHIFTS)]
    assert SITE not in [group.scope for group in quiet]
    strong = find_groups(a_panel(a_rise(8.0), *weeks), make_shifts(9, scope=SITE))
    assert max(group.score for group in strong) > 80


def test_gaps_of_a_series_are_dismissed_apart_from_its_rises() -> None:
    panel = a_panel(a_week(d3=float("nan")), a_week())
    weak = replace(panel, days=replace(panel.days, lower=panel.days.lower - 80))
    assert [group.threshold for group in find_groups(weak, make_shifts(9, direction="up"))] == [None]
    assert find_groups(weak, make_shifts(9, direction="gap")) == []


def test_unknown_distances_stay_unknown_and_none_changes_its_side() -> None:
    z = np.array([[np.nan, 0.1, -0.1, 3.5, -3.5]])
    relative = make_shifts(9).relative_z([SERIES], z)
    np.testing.assert_allclose(relative, [[np.nan, 0.0, -0.1, 1.7, -3.5]])


def test_without_votes_the_detection_is_bit_for_bit_that_of_before() -> None:
    panel = a_panel(a_rise(3.2), a_week(d2=float("nan")), a_week(d5=40))
    plain, with_feedback = detect(panel), detect(panel, DEFAULT_LIMITS, make_shifts(5, scope={"site_id": "elsewhere"}))
    assert plain.scores.tobytes() == with_feedback.scores.tobytes()
    assert plain.kinds.tobytes() == with_feedback.kinds.tobytes()
