"""Prediction intervals: bounds at the actual, levels that differ by row, and the ends of the Wilson interval."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.interval import (
    COVERAGE,
    COVERAGE_GAP,
    INTERVAL_SCORE,
    MEAN_WIDTH,
    RELATIVE_WIDTH,
    SHARE_ABOVE,
    SHARE_BELOW,
    judge_coverage,
    wilson,
)
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from tests.unit.kpi_engine.accuracy.points import points_of

QUARTERS = st.integers(0, 80).map(lambda quarters: quarters / 4)
ROWS = st.lists(st.tuples(QUARTERS, QUARTERS, QUARTERS), min_size=1, max_size=25)
Rows = list[tuple[float, float, float]]


def sums_of(rows: Rows, level: float | list[float] = 0.8) -> IntervalSums:
    """Sums of points with an actual, a lower and an upper bound each."""
    actual, lower, upper = ([row[place] for row in rows] for place in range(3))
    return IntervalSums.of_points(points_of(actual, actual, bounds=(lower, upper), level=level)).total()


@pytest.mark.parametrize(
    ("actual", "inside", "below", "above"), [(4.75, 0, 1, 0), (5.0, 1, 0, 0), (7.0, 1, 0, 0), (9.0, 1, 0, 0), (9.25, 0, 0, 1)]
)
def test_an_actual_on_a_bound_is_inside(actual: float, inside: int, below: int, above: int) -> None:
    sums = sums_of([(actual, 5.0, 9.0)])
    assert (sums.n_inside[0], sums.n_below[0], sums.n_above[0]) == (inside, below, above)


def test_an_interval_of_no_width_is_one_and_a_crossed_one_is_none() -> None:
    sums = sums_of([(5.0, 5.0, 5.0), (5.0, 5.25, 5.0), (5.0, math.nan, 5.0), (5.0, 5.0, math.nan)])
    assert (sums.n[0], sums.n_inside[0], sums.n_crossed[0], sums.n_absent[0]) == (1, 1, 1, 2)


def test_a_point_without_an_interval_adds_to_no_sum() -> None:
    sums = sums_of([(100.0, 9.0, 1.0), (10.0, 8.0, 13.0)])
    assert (sums.abs_actual[0], sums.width[0], sums.level[0], sums.score[0]) == (10.0, 5.0, 0.8, 5.0)


@given(ROWS, st.sampled_from([Fraction(1, 2), Fraction(4, 5), Fraction(19, 20)]))
def test_figures_equal_exact_fractions(rows: Rows, level: Fraction) -> None:
    intervals = [(Fraction(a), Fraction(low), Fraction(high)) for a, low, high in rows if low <= high]
    sums = sums_of(rows, float(level))
    assert sums.n[0] == len(intervals)
    assert sums.n_crossed[0] == len(rows) - len(intervals)
    if not intervals:
        assert np.isnan(COVERAGE(sums)[0])
        return
    n = len(intervals)
    scores = [high - low + 2 / (1 - level) * max(low - a, a - high, Fraction(0)) for a, low, high in intervals]
    assert COVERAGE(sums)[0] == pytest.approx(100 * sum(low <= a <= high for a, low, high in intervals) / n)
    assert COVERAGE_GAP(sums)[0] == pytest.approx(COVERAGE(sums)[0] - 100 * float(level))
    assert INTERVAL_SCORE(sums)[0] == pytest.approx(float(sum(scores) / n), rel=1e-12)
    assert MEAN_WIDTH(sums)[0] == pytest.approx(float(sum(high - low for _, low, high in intervals) / n))
    assert SHARE_BELOW(sums)[0] + COVERAGE(sums)[0] + SHARE_ABOVE(sums)[0] == pytest.approx(100)


@given(ROWS, QUARTERS)
def test_coverage_never_falls_when_every_interval_widens(rows: Rows, more: float) -> None:
    intervals = [(a, low, high) for a, low, high in rows if low <= high]
    if intervals:
        assert COVERAGE(sums_of([(a, low - more, high + more) for a, low, high in intervals]))[0] >= COVERAGE(sums_of(intervals))[0]


def test_each_row_is_scored_by_its_own_level_and_the_nominal_level_is_their_mean() -> None:
    sums = sums_of([(0.0, 1.0, 2.0), (0.0, 1.0, 2.0), (5.0, 9.0, 1.0)], level=[0.5, 0.9, 0.99])
    assert INTERVAL_SCORE(sums)[0] == pytest.approx((1 + 4 + 1 + 20) / 2)
    assert sums.nominal()[0] == pytest.approx(70.0)


def test_a_width_relative_to_no_demand_is_undefined() -> None:
    assert np.isnan(RELATIVE_WIDTH(sums_of([(0.0, 0.0, 2.0)]))[0])
    assert RELATIVE_WIDTH(sums_of([(-4.0, -5.0, -3.0)]))[0] == pytest.approx(0.5)


@given(st.integers(1, 5000), st.data())
def test_the_wilson_interval_is_symmetric_contains_the_share_and_stays_between_0_and_100(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.one_of(st.just(0), st.just(n), st.integers(0, n)))
    lower, upper = (wilson(np.array([float(hits)]), np.array([float(n)]), side=side)[0] for side in (-1, 1))
    (opposite,) = wilson(np.array([float(n - hits)]), np.array([float(n)]), side=1)
    assert 0 <= lower <= 100 * hits / n + 1e-9
    assert 100 * hits / n - 1e-9 <= upper <= 100
    assert lower == pytest.approx(100 - opposite, abs=1e-9)


@pytest.mark.parametrize(("n", "verdict"), [(29, "insufficient_data"), (30, "overconfident")])
def test_coverage_is_judged_from_thirty_points_on(n: int, verdict: str) -> None:
    assert judge_coverage(sums_of([(9.0, 1.0, 2.0)] * n)) == verdict


def test_intervals_that_contain_everything_are_too_wide() -> None:
    assert judge_coverage(sums_of([(1.5, 1.0, 2.0)] * 60)) == "underconfident"
    assert judge_coverage(sums_of([(1.5, 1.0, 2.0)] * 60, level=0.98)) == "calibrated"
