"""Alarms as the benchmark of detectors counts them, against loops over days."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.anomalies.counts import alarms_per_year, count_alarms, false_discovery_rate, false_share, recall_by_kind, threshold_of
from benchmarks.anomalies.events import Event, EventKind, inject
from benchmarks.anomalies.panels import smooth


def flags(days: int, *flagged_days: int) -> np.ndarray:
    row = np.zeros((1, days), dtype=bool)
    row[0, list(flagged_days)] = True
    return row


@pytest.mark.parametrize(
    ("flagged_days", "alarms"),
    [((), 0), ((3,), 1), ((3, 4, 5), 1), ((3, 11), 1), ((3, 12), 2), (tuple(range(28)), 1), (tuple(range(29)), 2), (tuple(range(85)), 4)],
)
def test_flagged_days_a_week_apart_are_one_alarm_that_counts_again_after_28_days(flagged_days: tuple[int, ...], alarms: int) -> None:
    assert count_alarms(flags(90, *flagged_days)) == alarms


def naive_alarms(row: list[bool]) -> int:
    openings: list[int] = []
    for day, is_flagged in enumerate(row):
        if not is_flagged:
            continue
        is_quiet_before = not any(row[max(0, day - 8) : day])
        if is_quiet_before or day - openings[-1] >= 28:
            openings.append(day)
    return len(openings)


def test_alarms_are_those_of_a_loop_over_series_and_days() -> None:
    rng = np.random.default_rng(4)
    is_flagged = rng.random((60, 180)) < rng.choice([0.02, 0.1, 0.5], (60, 1))
    assert count_alarms(is_flagged) == sum(naive_alarms(row) for row in is_flagged.tolist())


def test_the_threshold_is_the_least_with_so_few_alarms() -> None:
    strength = np.random.default_rng(5).normal(0, 1, (40, 365))
    limit = threshold_of(strength, 2.0)
    assert alarms_per_year(strength, limit) <= 2.0 < alarms_per_year(strength, limit - 0.02)


def test_an_event_counts_when_a_day_of_it_is_flagged_in_its_direction() -> None:
    events = [Event(0, EventKind.SPIKE, 12, 13, 1), Event(1, EventKind.DROP, 12, 13, -1), Event(1, EventKind.GAP, 15, 16, 0)]
    strength = np.zeros((2, 10))
    strength[0, 3], strength[1, 2] = 4.0, 9.0
    assert recall_by_kind(strength, events, 3.0, first_column=10) == {EventKind.SPIKE: 1.0, EventKind.DROP: 0.0}


def test_the_false_discovery_rate_is_a_mean_over_days_of_which_one_without_a_flag_has_none() -> None:
    strength = np.zeros((3, 100))
    strength[:, 5] = [4.0, 5.0, -4.0]  # one of three is an event
    strength[1, 90] = 4.0
    events = [Event(0, EventKind.SPIKE, 15, 15, 1)]
    assert false_discovery_rate(strength, events, 3.0, first_column=10) == pytest.approx((2 / 3 + 1) / 100)


def test_flagged_days_far_from_every_event_are_chance() -> None:
    strength = np.zeros((1, 60))
    strength[0, [3, 4, 30, 50]] = [4.0, -4.0, 5.0, 2.0]
    assert false_share(strength, [Event(0, EventKind.DROP, 13, 15, -1)], 3.0, first_column=10) == 0
    assert false_share(strength, [Event(0, EventKind.DROP, 11, 11, -1)], 3.0, first_column=10) == pytest.approx(1 / 3)
    assert np.isnan(false_share(strength, [], 9.0, first_column=10))


def test_each_series_has_one_event_and_its_other_days_stay_as_they_were() -> None:
    panel = smooth(28, 400, seed=3)
    event_panel, events = inject(panel, judged_days=100, seed=4)
    is_event = np.zeros(panel.values.shape, dtype=bool)
    for event in events:
        is_event[event.series, event.first : event.last + 1] = True
    assert sorted(event.series for event in events) == list(range(28))
    np.testing.assert_array_equal(event_panel.values[~is_event], panel.values[~is_event])
    assert {event.kind for event in events} == set(EventKind)
    for event in events:
        days = slice(event.first, event.last + 1)
        change = np.nansum(event_panel.values[event.series, days] - panel.values[event.series, days])
        assert np.sign(change) == event.direction
