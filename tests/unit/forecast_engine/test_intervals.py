from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.intervals import PastErrors, quantiles
from kpi_engine.shared.demand_class import DemandClass

pytestmark = pytest.mark.filterwarnings("error")
LEVELS = (0.1, 0.5, 0.9)


def test_quantiles_cover_their_share_when_errors_repeat() -> None:
    rng = np.random.default_rng(7)
    past = PastErrors(np.full((300, 168), 20.0), rng.poisson(20.0, (300, 168)).astype(np.float64))
    mean = np.full((300, 28), 20.0)
    lower, middle, upper = quantiles(mean, past, np.zeros(300, dtype=np.int64), np.full(300, 20.0), LEVELS)
    actual = rng.poisson(20.0, (300, 28))
    assert np.mean(actual < lower) < 0.12
    assert np.mean(actual > upper) < 0.12
    np.testing.assert_allclose(middle, 20.0, rtol=0.03)


def test_quantiles_are_ordered_and_never_negative() -> None:
    rng = np.random.default_rng(8)
    actual = rng.negative_binomial(0.3, 0.1, (50, 84)).astype(np.float64)
    actual[rng.random(actual.shape) < 0.2] = np.nan
    classes = rng.integers(0, 4, 50)
    result = quantiles(rng.uniform(0, 5, (50, 28)), PastErrors(rng.uniform(0, 5, (50, 84)), actual), classes, np.full(50, 2.7), LEVELS)
    assert (np.diff(result, axis=0) >= 0).all()
    assert (result >= 0).all()


def test_a_series_without_errors_takes_the_quantiles_of_its_class() -> None:
    actual = np.vstack([np.random.default_rng(9).poisson(10.0, (20, 84)).astype(np.float64), np.full((1, 84), np.nan)])
    classes = np.full(21, DemandClass.SMOOTH, dtype=np.int64)
    result = quantiles(np.full((21, 28), 10.0), PastErrors(np.full((21, 84), 10.0), actual), classes, np.full(21, 10.0), LEVELS)
    assert result[0, 20, 0] < 10.0 < result[2, 20, 0]


def test_without_any_known_error_the_quantiles_equal_the_mean() -> None:
    nothing = np.full((2, 28), np.nan)
    result = quantiles(np.full((2, 28), 3.0), PastErrors(np.zeros((2, 28)), nothing), np.zeros(2, dtype=np.int64), np.full(2, 3.0), LEVELS)
    np.testing.assert_allclose(result, 3.0)


@pytest.mark.parametrize(("demand_class", "shares"), [(DemandClass.SMOOTH, (0.5, 0.5, 0.5)), (DemandClass.LUMPY, (1.0, 0.25, 0.25))])
def test_rare_demand_takes_its_lower_tail_from_ratios_and_the_rest_mostly_from_differences(
    demand_class: DemandClass, shares: tuple[float, ...]
) -> None:
    actual = np.tile(np.linspace(5.0, 17.0, 101), (4, 1))
    past = PastErrors(np.full_like(actual, 10.0), actual)
    result = quantiles(np.full((4, 1), 100.0), past, np.full(4, demand_class), np.full(4, 10.0), LEVELS)
    as_ratio = 100.0 * np.quantile(actual / 10.0, LEVELS)
    as_difference = 100.0 + np.quantile(actual - 10.0, LEVELS)
    np.testing.assert_allclose(result[:, 0, 0], np.array(shares) * as_ratio + (1 - np.array(shares)) * as_difference)
