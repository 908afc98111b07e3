from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.levels import masked_levels
from kpi_engine.shared.arrays import Floats

pytestmark = pytest.mark.filterwarnings("error")


def recursive_level(demand: Floats, factors: Floats, rate: float) -> float:
    """The same level as a recursion, one day at a time."""
    total, weight = 0.0, 0.0
    for units, factor in zip(demand, factors, strict=True):
        total *= 1 - rate
        weight *= 1 - rate
        if not np.isnan(units):
            total += units
            weight += factor
    return total / weight if weight else 0.0


def test_levels_agree_with_a_day_by_day_recursion() -> None:
    rng = np.random.default_rng(2)
    demand = rng.poisson(3.0, (12, 90)).astype(np.float64)
    demand[rng.random(demand.shape) < 0.3] = np.nan
    demand[0] = np.nan
    factors = rng.uniform(0.0, 2.0, demand.shape)
    rates = (0.01, 0.2)
    reference = [[recursive_level(row, factor, rate) for row, factor in zip(demand, factors, strict=True)] for rate in rates]
    np.testing.assert_allclose(masked_levels(demand, factors, rates), reference, rtol=1e-10)


def test_a_level_is_exact_for_demand_that_follows_its_factors() -> None:
    factors = np.tile([[0.5, 1.5, 0.0, 2.0]], (1, 10))
    np.testing.assert_allclose(masked_levels(7.0 * factors, factors, (0.03,)), [[7.0]])


def test_days_that_are_not_known_do_not_change_the_level() -> None:
    demand, factors = np.array([[4.0, 6.0, 5.0]]), np.ones((1, 3))
    tail = np.full((1, 30), np.nan)
    longer = masked_levels(np.hstack([demand, tail]), np.hstack([factors, np.ones((1, 30))]), (0.2,))
    np.testing.assert_allclose(longer, masked_levels(demand, factors, (0.2,)))
