from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.changes.shifts import Shifts, find_shifts
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import WEEK, intermittent, poisson

pytestmark = pytest.mark.filterwarnings("error")
DAYS = 300
FACTORS = WEEK[np.arange(DAYS) % 7]


def shifts_of(values: Floats) -> Shifts:
    return find_shifts(values, np.broadcast_to(FACTORS[: values.shape[1]], values.shape))


def move_level(factor: float, days_ago: int, mean: float = 20.0) -> Floats:
    path = np.where(np.arange(DAYS) >= DAYS - days_ago, factor, 1.0)
    return np.random.default_rng(days_ago).poisson(mean * FACTORS * path, (20, DAYS)).astype(np.float64)


@pytest.mark.parametrize("factor", [0.2, 0.3, 0.5, 2.0, 3.0, 6.0])
@pytest.mark.parametrize("days_ago", [10, 21, 45, 80])
def test_a_shift_is_dated_and_sized(factor: float, days_ago: int) -> None:
    shifts = shifts_of(move_level(factor, days_ago))
    assert np.mean(np.abs(shifts.start - (DAYS - days_ago)) <= 2) > 0.8
    np.testing.assert_allclose(np.median(shifts.factor), factor, rtol=0.1)


def test_the_history_before_a_shift_is_restated_at_the_new_level() -> None:
    values = move_level(0.3, 21)
    result = shifts_of(values).restate(values)
    np.testing.assert_allclose(result[:, :200].mean(), 0.3 * values[:, :200].mean(), rtol=0.1)
    np.testing.assert_array_equal(result[:, -15:], values[:, -15:])


@pytest.mark.parametrize("seed", range(5))
def test_steady_demand_has_no_shift(seed: int) -> None:
    steady = np.vstack([poisson(100, DAYS, 20.0, seed), poisson(100, DAYS, 1.0, seed), intermittent(200, DAYS, seed)])
    assert (shifts_of(steady).start > 0).mean() < 0.005


def test_growth_is_no_shift() -> None:
    growth = np.random.default_rng(1).poisson(20.0 * FACTORS * 1.01 ** (np.arange(DAYS) - 150), (50, DAYS)).astype(np.float64)
    assert (shifts_of(growth).start > 0).mean() < 0.1


@pytest.mark.parametrize("half_life", [20, 30, 45])
def test_decline_that_began_some_weeks_ago_is_no_shift(half_life: int) -> None:
    path = 0.5 ** (np.maximum(np.arange(DAYS) - DAYS + 90, 0) / half_life)
    values = np.random.default_rng(2).poisson(30.0 * FACTORS * path, (50, DAYS)).astype(np.float64)
    assert (shifts_of(values).start > 0).mean() < 0.1


def test_demand_that_has_returned_to_its_level_has_not_shifted() -> None:
    values = poisson(20, DAYS, 20.0)
    values[:, -25:-12] *= 4.0
    assert not (shifts_of(values).factor > 1.2).any()


def test_a_series_that_stopped_or_began_is_not_restated() -> None:
    values = poisson(2, DAYS, 20.0)
    values[0, -20:], values[1, :-20] = 0.0, 0.0
    assert (shifts_of(values).factor == 1.0).all()


@pytest.mark.parametrize("values", [np.ones((2, 3)), np.full((2, 200), np.nan), np.zeros((2, 200)), np.ones((2, 40))])
def test_what_is_too_short_or_unknown_has_no_shift(values: Floats) -> None:
    shifts = shifts_of(values)
    assert (shifts.start == 0).all()
    np.testing.assert_array_equal(shifts.restate(values), values)


def test_unknown_days_are_left_out() -> None:
    values = move_level(0.3, 30)
    values[:, ::9] = np.nan
    np.testing.assert_allclose(np.median(shifts_of(values).factor), 0.3, rtol=0.08)
