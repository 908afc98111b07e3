from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.changes.growth import growth_ahead, growth_rates, restate_growth
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import WEEK, intermittent, poisson

pytestmark = pytest.mark.filterwarnings("error")
DAYS = 300
FACTORS = WEEK[np.arange(DAYS) % 7]


def rates_of(values: Floats) -> Floats:
    return growth_rates(values, np.broadcast_to(FACTORS[: values.shape[1]], values.shape))


def grow(rate: float, seed: int = 1) -> Floats:
    path = np.exp(rate * (np.arange(DAYS) - DAYS))
    return np.random.default_rng(seed).poisson(40.0 * FACTORS * (path if rate > 0 else path / path[-98]), (30, DAYS)).astype(np.float64)


@pytest.mark.parametrize("rate", [-0.025, -0.015, 0.008, 0.015])
def test_the_rate_of_growth_and_decline_is_estimated(rate: float) -> None:
    np.testing.assert_allclose(np.median(rates_of(grow(rate))), rate, rtol=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_steady_demand_does_not_grow(seed: int) -> None:
    steady = np.vstack([poisson(100, DAYS, 20.0, seed), poisson(100, DAYS, 1.0, seed), intermittent(200, DAYS, seed)])
    assert (rates_of(steady) != 0).mean() < 0.005


def test_growth_that_has_ended_does_not_go_on() -> None:
    path = np.minimum(np.exp(0.015 * (np.arange(DAYS) - DAYS + 42)), 1.0)
    values = np.random.default_rng(1).poisson(60.0 * FACTORS * path, (30, DAYS)).astype(np.float64)
    assert (rates_of(values) != 0).mean() < 0.1


def test_one_step_is_bounded_growth_at_most() -> None:
    values = poisson(30, DAYS, 20.0)
    values[:, -40:] *= 3.0
    assert (np.abs(rates_of(values)) <= 0.03).all()


def test_history_restated_for_growth_has_the_level_of_today() -> None:
    values = grow(0.01)
    result = restate_growth(values, np.full(30, 0.01))
    np.testing.assert_allclose(result[:, -98:-49].mean(), result[:, -49:].mean(), rtol=0.03)


def test_growth_ahead_follows_the_rate_and_slows_down() -> None:
    path = growth_ahead(np.array([0.01, -0.02, 0.0]), 0, 60)
    assert path[:, 0].tolist() == pytest.approx(np.exp([0.01, -0.02, 0.0]).tolist())
    assert path[0, -1] < np.exp(0.6)
    assert (path[2] == 1.0).all()
    np.testing.assert_array_equal(growth_ahead(np.array([0.01]), 7, 28), growth_ahead(np.array([0.01]), 0, 35)[:, 7:])


@pytest.mark.parametrize("values", [np.ones((2, 30)), np.full((2, 200), np.nan), np.zeros((2, 200)), np.full((2, 200), 5.0)])
def test_what_is_too_short_unknown_or_constant_does_not_grow(values: Floats) -> None:
    np.testing.assert_array_equal(growth_rates(values, np.ones(values.shape)), [0.0, 0.0])


def test_the_unit_of_measure_does_not_matter() -> None:
    values = grow(0.01)
    np.testing.assert_allclose(rates_of(0.001 * values), rates_of(values))
