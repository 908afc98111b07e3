"""Runs, windows and Mann-Kendall, against loops and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm  # type: ignore[import-untyped]

from kpi_engine.anomalies.detection.shifts import mann_kendall, mark_runs, mark_trends, shift_z


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ([1, 1, 1], [1, 1, 1]),
        ([1, 1, 0, 1], [0, 0, 0, 0]),
        ([0, -1, -1, -1, -1, 1], [0, -1, -1, -1, -1, 0]),
        ([1, 1, -1, -1, -1], [0, 0, -1, -1, -1]),
        ([1, 1], [0, 0]),
        ([], []),
    ],
)
def test_a_run_has_at_least_three_days_in_one_direction(direction: list[int], expected: list[int]) -> None:
    assert mark_runs(np.array([direction], dtype=np.int64)).tolist() == [expected]


def naive_run(direction: list[int]) -> list[int]:
    marks = [0] * len(direction)
    for start in range(len(direction) - 2):
        three = direction[start : start + 3]
        if three[0] and len(set(three)) == 1:
            marks[start : start + 3] = three
    return marks


@settings(max_examples=30)
@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=20))
def test_runs_are_those_of_a_loop(direction: list[int]) -> None:
    assert mark_runs(np.array([direction], dtype=np.int64)).tolist() == [naive_run(direction)]


LENGTHS = (3, 7, 14, 21, 28)


def window(z: list[float], day: int, length: int) -> list[float]:
    return [min(2.5, max(-2.5, value)) for value in z[max(0, day + 1 - length) : day + 1] if not np.isnan(value)]


def usual_spread(panel: list[list[float]], n_days: int, length: int, side: int) -> float:
    """The spread on a side of the past windows of all series, half of whose days are known."""
    windows = [window(z, day, length) for z in panel for day in range(length - 1, len(z) - n_days)]
    sums = [side * sum(values) / len(values) ** 0.5 for values in windows if 2 * len(values) >= length]
    return max(1 / 0.82, float(np.quantile(sums, 0.9)) / float(norm.ppf(0.9))) if len(sums) >= 50 else 1 / 0.82


def naive_shift(z: list[float], day: int, spreads: dict[tuple[int, int], float]) -> float:
    """The z of the strongest window that ends on a day, by definition."""
    strongest = 0.0
    for length in LENGTHS:
        values = window(z, day, length)
        side = 1 if sum(values) > 0 else -1
        z_of_window = sum(values) / max(1, len(values)) ** 0.5 / spreads[length, side]
        rest = 0.82 * (abs(sum(values)) - 5.0) / max(1, len(values) - 2) ** 0.5
        if rest >= 2 and abs(z_of_window) > abs(strongest):
            strongest = z_of_window
    furthest = max(value * np.sign(strongest) for value in z[max(0, day - 6) : day + 1] if not np.isnan(value))
    return strongest if z[day] * np.sign(strongest) >= max(0.5, furthest / 4) else 0.0


@pytest.mark.parametrize("n_days", [7, 28])
def test_the_z_of_a_shift_is_that_of_a_loop_over_windows(n_days: int) -> None:
    generator = np.random.default_rng(3)
    z = generator.normal(0, 1, (50, 35)) + np.where(np.arange(35) > 24, generator.choice([-1.5, 0, 1.5], (50, 1)), 0.0)
    z[generator.random(z.shape) < 0.1] = np.nan
    rows = z.tolist()
    spreads = {(length, side): usual_spread(rows, n_days, length, side) for length in LENGTHS for side in (1, -1)}
    expected = [[0.0 if np.isnan(row[day]) else naive_shift(row, day, spreads) for day in range(35 - n_days, 35)] for row in rows]
    assert (np.abs(expected) > 3).any()
    np.testing.assert_allclose(shift_z(z, n_days), expected, atol=1e-9)


def test_a_panel_whose_levels_wander_has_hardly_more_shifts_than_one_whose_days_are_independent() -> None:
    generator = np.random.default_rng(8)
    steady = generator.normal(0, 1, (1000, 70))
    level = np.zeros(steady.shape)
    for day in range(1, 70):
        level[:, day] = 0.9 * level[:, day - 1] + generator.normal(0, 0.25, 1000)
    rates = [(np.abs(shift_z(z[:, 14:], 7)) >= 3).mean() for z in (steady, 0.8 * steady + level)]
    assert rates[0] < 0.003
    assert rates[1] < 0.009


def test_two_extreme_days_are_no_shift_but_three_are() -> None:
    assert shift_z(np.array([[0.0, 1, 50, 50, 1, 0, 1]]), 7).any() == np.False_
    assert (np.abs(shift_z(np.array([[50.0, 50, 50]]), 3)) >= 3)[0].tolist() == [False, False, True]


def test_a_spike_of_two_days_is_rarely_a_shift_whatever_the_days_around_it() -> None:
    z = np.random.default_rng(6).normal(0, 1, (4000, 21))
    z[:, 16:18] = 8
    is_shift = (np.abs(shift_z(z, 21)) >= 3).any(axis=1)
    assert is_shift.mean() < 0.05
    z[:, 16:21] = 8
    assert (np.abs(shift_z(z, 7)) >= 3).any(axis=1).all()


def test_a_shift_that_no_single_day_shows_is_detected_within_the_week() -> None:
    assert (shift_z(np.array([[-1.6] * 7]), 7)[0] <= -3).tolist() == [False] * 6 + [True]


def test_a_day_back_to_normal_is_no_part_of_a_shift_although_its_window_is_out() -> None:
    z = shift_z(np.array([[4.0, 4, 4, 4, 0.4, 2, 0]]), 7)[0]
    assert (z != 0).tolist() == [False, False, True, True, False, True, False]
    assert shift_z(np.array([[9.0, 9, 9, 2, 2, 2, 9]]), 7)[0, 3:6].tolist() == [0, 0, 0]


@settings(max_examples=30)
@given(st.lists(st.integers(-5, 5), min_size=7, max_size=12))
def test_the_mann_kendall_statistic_is_the_numerator_of_kendalls_tau(values: list[int]) -> None:
    n = len(values)
    total = sum(np.sign(values[later] - values[earlier]) for later in range(n) for earlier in range(later))
    is_significant = abs(total) - 1 > 2.5758293035489004 * (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    assert mann_kendall(np.array([values], dtype=float))[0] == (np.sign(total) if is_significant else 0)
    if len(set(values)) == n:  # without ties tau is the statistic over the number of pairs
        assert kendalltau(range(n), values).statistic == pytest.approx(total / (n * (n - 1) / 2))


def naive_mann_kendall(values: list[float]) -> int:
    series = [value for value in values if not np.isnan(value)]
    n = len(series)
    total = sum(int(np.sign(later - earlier)) for place, later in enumerate(series) for earlier in series[:place])
    is_significant = abs(total) - 1 > 2.5758293035489004 * (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    return int(np.sign(total)) if is_significant else 0


def test_missing_values_are_left_out_of_the_mann_kendall_test() -> None:
    generator = np.random.default_rng(5)
    values = generator.normal(0, 1, (200, 14)) + np.arange(14) * generator.choice([-0.4, 0.0, 0.4], (200, 1))
    values[generator.random(values.shape) < 0.25] = np.nan
    signs = mann_kendall(values).tolist()
    assert set(signs) == {-1, 0, 1}
    assert signs == [naive_mann_kendall(row) for row in values.tolist()]


def test_a_trend_needs_seven_known_days_and_an_end_far_out() -> None:
    rising = np.linspace(0, 4, 7)
    assert mark_trends(np.array([rising, -rising, rising / 2, rising[::-1]]))[:, 0].tolist() == [1, -1, 0, 0]
    short = rising.copy()
    short[2] = np.nan
    assert mark_trends(short[None]).any() == np.False_
    assert mark_trends(rising[None, 1:]).any() == np.False_


def test_a_missing_last_day_leaves_the_day_before_as_the_end() -> None:
    assert mark_trends(np.array([[0, 1, 2, 3, 4, 5, 6, np.nan]]))[0].tolist() == [1] * 8
