"""Scores and scales, against golden numbers and plain loops."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.anomalies.detection.scores import robust_z, row_medians, score_z, weekday_scales


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (0, 0),
        (2, 0),
        (2.5, 15),
        (3, 30),
        (3.5, 40),
        (4, 50),
        (5, 60),
        (6, 70),
        (6.5, 73.3333333333),
        (9, 90),
        (10.5, 95),
        (12, 100),
        (400, 100),
    ],
)
def test_the_score_is_piecewise_linear_in_z_whatever_its_sign(z: float, expected: float) -> None:
    assert score_z(np.array([z, -z])).tolist() == pytest.approx([expected, expected], abs=1e-9)


def test_an_unknown_z_has_no_score() -> None:
    assert np.isnan(score_z(np.array([np.nan])))


@settings(max_examples=50)
@given(st.floats(-30, 30), st.floats(-30, 30))
def test_the_score_never_falls_when_z_grows(one: float, other: float) -> None:
    low, high = sorted((one, other), key=abs)
    assert score_z(np.array([low]))[0] <= score_z(np.array([high]))[0]


def naive_scale(residuals: list[float]) -> float:
    usable = [value for value in residuals if np.isfinite(value)]
    if len(usable) < 3:
        return float("nan")
    middle = statistics.median(usable)
    return max(1.0, 1.4826 * statistics.median(abs(value - middle) for value in usable))


def test_scales_are_those_of_a_loop_over_series_and_weekdays() -> None:
    generator = np.random.default_rng(7)
    residuals = generator.normal(0, 5, (40, 61))
    residuals[generator.random(residuals.shape) < 0.4] = np.nan
    residuals[3, 5], residuals[4] = np.inf, np.nan
    weekday = (np.arange(61) + 3) % 7
    expected = [[naive_scale(row[weekday == day].tolist()) for day in range(7)] for row in residuals]
    assert np.isnan(expected).any()
    np.testing.assert_allclose(weekday_scales(residuals, weekday), expected, rtol=1e-12)


def test_a_series_that_never_moves_is_scaled_by_one_unit() -> None:
    assert weekday_scales(np.zeros((1, 28)), np.arange(28) % 7).tolist() == [[1.0] * 7]


def test_a_weekday_with_fewer_than_three_residuals_has_no_scale() -> None:
    scales = weekday_scales(np.ones((1, 15)), np.arange(15) % 7)  # day 0 occurs three times, the others twice
    assert np.isnan(scales[0]).tolist() == [False] + [True] * 6


def test_no_past_at_all_has_no_scale() -> None:
    assert np.isnan(weekday_scales(np.empty((2, 0)), np.empty(0, dtype=np.int64))).all()


def test_each_day_is_divided_by_the_scale_of_its_weekday() -> None:
    scales = np.array([[1.0, 2, 4, 8, 16, 32, 64]])
    z = robust_z(np.array([[8.0, 8.0, np.inf]]), np.array([3, 0, 1]), scales)
    np.testing.assert_equal(z, [[1.0, 8.0, np.nan]])


def test_medians_skip_what_is_missing() -> None:
    values = np.array([[3.0, np.nan, 1.0, 2.0], [4.0, 1.0, np.nan, np.nan], [np.nan] * 4])
    median, n_known = row_medians(values)
    np.testing.assert_equal(median, [2.0, 2.5, np.nan])
    assert n_known.tolist() == [3, 2, 0]
