"""The window of the tracking signal and the limits of its verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.bias import TRACKING_SIGNAL, RecentErrors, judge_bias
from kpi_engine.accuracy.metrics.point import PointErrors
from tests.unit.kpi_engine.accuracy.points import MONDAY, points_of

ERRORS = st.lists(st.integers(-40, 40), min_size=1, max_size=30)


def recent_errors(errors: list[float], first_day: int = MONDAY) -> RecentErrors:
    """The recent errors of one point a day whose demand is 100."""
    return RecentErrors.of_days(PointErrors.of_points(points_of([100.0] * len(errors), [100.0 + error for error in errors])), first_day)


@given(ERRORS)
def test_the_signal_is_the_sum_of_errors_over_their_mean_size(errors: list[float]) -> None:
    size = sum(map(abs, errors)) / len(errors)
    expected = sum(errors) / size if size else np.nan
    assert TRACKING_SIGNAL(recent_errors(errors))[0] == pytest.approx(expected, nan_ok=True)


@given(ERRORS)
def test_mirrored_errors_mirror_the_signal_and_keep_the_verdict(errors: list[float]) -> None:
    one, other = recent_errors(errors), recent_errors([-error for error in errors])
    assert TRACKING_SIGNAL(one)[0] == pytest.approx(-TRACKING_SIGNAL(other)[0], nan_ok=True)
    assert judge_bias(one) == judge_bias(other)


@pytest.mark.parametrize(("n", "verdict"), [(5, "insufficient_data"), (6, "out_of_control")])
def test_a_bias_is_judged_from_six_points_on(n: int, verdict: str) -> None:
    assert judge_bias(recent_errors([3.0] * n)) == verdict


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [([5.0] * 4 + [0.0] * 2, "out_of_control"), ([5.0] * 4, "insufficient_data"), ([1.0] * 9 + [-1.0] * 5, "in_control")],
)
def test_the_limit_itself_is_in_control(errors: list[float], verdict: str) -> None:
    signal = TRACKING_SIGNAL(recent_errors(errors))[0]
    assert judge_bias(recent_errors(errors)) == verdict
    assert (signal == pytest.approx(4.0)) == (verdict != "out_of_control")


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
    by_day = PointErrors.of_points(points_of([100.0] * 200, [101.0] * 200))
    is_open = np.zeros(200)
    is_open[[0, 10, 150]] = 1
    sparse = PointErrors(*(values * is_open for values in vars(by_day).values()))
    assert RecentErrors.of_days(sparse, MONDAY).n.tolist() == [1.0]


def test_weeks_before_1970_are_weeks_too() -> None:
    assert recent_errors([1.0] * (7 * 20), first_day=-4 - 7 * 19).n.tolist() == [7.0 * 12 + 6]
