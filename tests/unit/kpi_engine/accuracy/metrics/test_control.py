"""Tracking signals: their window, their limits, and which series are out of control."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.control import (
    SERIES_JUDGED,
    SERIES_OUT_OF_CONTROL,
    TRACKING_SIGNAL,
    VOLUME_OUT_OF_CONTROL,
    RecentErrors,
    SeriesControl,
    judge_bias,
)
from tests.unit.kpi_engine.accuracy.points import MONDAY, points_of

ERRORS = st.lists(st.integers(-40, 40), min_size=1, max_size=30)


def recent_errors(errors: list[float], first_day: int = MONDAY, days: list[int] | None = None) -> RecentErrors:
    """The recent errors of one series, a point a day whose demand is 100."""
    day = range(first_day, first_day + len(errors)) if days is None else days
    return RecentErrors.of_points(points_of([100.0] * len(errors), [100.0 + error for error in errors], day=list(day))).total()


def control_of(*series: tuple[list[float], float]) -> SeriesControl:
    """Series by their errors and their volume."""
    recent = RecentErrors.concatenate([recent_errors(errors) for errors, _ in series])
    return SeriesControl(recent, np.array([each for _, each in series]), np.zeros(len(series), dtype=np.bool_))


@given(ERRORS)
def test_the_signal_is_the_sum_of_errors_over_their_mean_size(errors: list[float]) -> None:
    size = sum(map(abs, errors)) / len(errors)
    expected = sum(errors) / size if size else np.nan
    assert TRACKING_SIGNAL(control_of((errors, 1.0)))[0] == pytest.approx(expected, nan_ok=True)


@given(ERRORS)
def test_mirrored_errors_mirror_the_signal_and_keep_the_verdict(errors: list[float]) -> None:
    one, other = control_of((errors, 1.0)), control_of(([-error for error in errors], 1.0))
    assert TRACKING_SIGNAL(one)[0] == pytest.approx(-TRACKING_SIGNAL(other)[0], nan_ok=True)
    assert judge_bias(one) == judge_bias(other)


@pytest.mark.parametrize(("n", "verdict"), [(5, "insufficient_data"), (6, "in_control"), (7, "out_of_control")])
def test_a_series_is_judged_from_six_points_on_by_what_chance_exceeds(n: int, verdict: str) -> None:
    assert judge_bias(control_of(([3.0] * n, 1.0))) == verdict
    assert recent_errors([3.0] * n).limit()[0] == pytest.approx(max(4.0, 2.5 * math.sqrt(n)))


def test_the_signal_of_several_series_is_none_because_it_grows_with_their_number() -> None:
    many = control_of(*[([5.0, -5.0] * 10, 100.0)] * 500, ([-5.0] * 20, 100.0))
    assert np.isnan(TRACKING_SIGNAL(many)[0])
    assert TRACKING_SIGNAL.explain is not None
    assert TRACKING_SIGNAL.explain(many) == "several_series"
    assert (SERIES_JUDGED(many)[0], SERIES_OUT_OF_CONTROL(many)[0]) == (501, 1)
    assert VOLUME_OUT_OF_CONTROL(many)[0] == pytest.approx(100 / 501)


def test_errors_of_opposite_series_do_not_hide_each_other() -> None:
    control = control_of(([5.0] * 20, 300.0), ([-5.0] * 20, 100.0), ([5.0, -5.0] * 10, 600.0))
    assert SERIES_OUT_OF_CONTROL(control)[0] == 2
    assert VOLUME_OUT_OF_CONTROL(control)[0] == pytest.approx(40.0)
    assert judge_bias(control) == "out_of_control"


def test_series_with_too_few_points_are_not_judged_and_have_no_volume() -> None:
    control = control_of(([5.0] * 5, 900.0), ([0.0] * 20, 100.0))
    assert (SERIES_JUDGED(control)[0], SERIES_OUT_OF_CONTROL(control)[0], VOLUME_OUT_OF_CONTROL(control)[0]) == (1, 0, 0)
    assert judge_bias(control_of(([5.0] * 5, 900.0))) == "insufficient_data"


def test_series_of_rare_demand_are_not_judged_because_their_median_is_always_too_low() -> None:
    both = control_of(([-5.0] * 20, 300.0), ([5.0, -5.0] * 10, 100.0))
    control = SeriesControl(both.recent, both.volume, np.array([True, False]))
    assert (SERIES_JUDGED(control)[0], SERIES_OUT_OF_CONTROL(control)[0], VOLUME_OUT_OF_CONTROL(control)[0]) == (1, 0, 0)


def test_one_series_of_twenty_without_a_bias_is_out_of_control_by_chance() -> None:
    errors = np.random.default_rng(7).normal(size=(2_000, 28))
    recent = RecentErrors(
        *(
            np.asarray(sums, dtype=np.float64)
            for sums in (np.full(2_000, 28), np.full(2_000, 2800), errors.sum(axis=1), np.abs(errors).sum(axis=1))
        )
    )
    assert 0.01 < recent.is_beyond().mean() < 0.06


@pytest.mark.parametrize("weekday", range(7))
def test_the_window_starts_on_the_monday_twelve_weeks_before_the_last_week(weekday: int) -> None:
    days = 7 * 14 + weekday + 1
    errors = [0.0] * days
    first_of_window = 7 * 2
    for day, expected in ((first_of_window - 1, 0.0), (first_of_window, 8.0)):
        errors_with_one = errors.copy()
        errors_with_one[day] = 8.0
        assert recent_errors(errors_with_one).error.tolist() == [expected]


def test_days_without_points_move_no_window() -> None:
    assert recent_errors([1.0] * 3, days=[MONDAY, MONDAY + 10, MONDAY + 150]).n.tolist() == [1.0]


def test_weeks_before_1970_are_weeks_too() -> None:
    assert recent_errors([1.0] * (7 * 20), first_day=-4 - 7 * 19).n.tolist() == [7.0 * 12 + 6]
