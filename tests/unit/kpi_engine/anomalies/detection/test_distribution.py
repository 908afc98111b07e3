"""Distances in the quantiles of a forecast: against loops, against the true distribution, and where quantiles are missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma, norm  # type: ignore[import-untyped]

from kpi_engine.anomalies.daily_values import DailyValues, ForecastQuantiles
from kpi_engine.anomalies.detection.distribution import measure_days
from kpi_engine.anomalies.detection.scores import UsualDemand, interval_z
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.errors import InvalidValue

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
NAN = float("nan")


def a_panel(actual: Floats, quantiles: Floats) -> tuple[DailyValues, UsualDemand]:
    """Days with their quantiles; the usual demand of each series is the mean of its actuals."""
    lower, expected, upper = (quantiles[LEVELS.index(level)] for level in (0.1, 0.5, 0.9))
    days = replace(DailyValues.of(actual, expected, lower, upper), quantiles=ForecastQuantiles(LEVELS, quantiles))
    past = DailyValues.of(actual, expected, lower, upper)
    return days, UsualDemand.of(past, days, np.zeros(len(actual), dtype=np.bool_))


def naive_z(actual: float, quantiles: list[float], unit: float) -> float:
    """The z of one day, by definition."""
    n_none = sum(value <= 0.001 * unit for value in quantiles)
    if actual == 0 and n_none:
        return float(norm.ppf(LEVELS[n_none - 1] / 2))
    z = [float(norm.ppf(level)) for level in LEVELS]
    value, middle = math.log1p(actual / unit), math.log1p(quantiles[4] / unit)
    knots = [math.log1p(limit / unit) for limit in quantiles]
    knots = [
        middle + max(knot - middle, 0.02 * place) if place > 0 else middle - max(middle - knot, -0.02 * place)
        for knot, place in zip(knots, z, strict=True)
    ]
    if value <= knots[0]:
        return z[0] + (value - knots[0]) / ((middle - knots[0]) / -z[0])
    if value > knots[-1]:
        return z[-1] + (value - knots[-1]) / max((knots[-1] - middle) / z[-1], (knots[-1] - knots[6]) / (z[-1] - z[6]))
    return float(np.interp(value, knots, z))


def test_distances_are_those_of_a_loop() -> None:
    generator = np.random.default_rng(4)
    shape = (40, 7)
    quantiles = np.sort(generator.gamma(0.5, 20, (9, *shape)), axis=0) * (np.arange(9)[:, None, None] >= generator.integers(0, 7, shape))
    actual = np.floor(generator.gamma(0.6, 20, shape))
    days, usual = a_panel(actual, quantiles)
    z = measure_days(days, usual).z
    for row in range(shape[0]):
        for day in range(shape[1]):
            expected = naive_z(actual[row, day], quantiles[:, row, day].tolist(), float(usual.unit[row]))
            assert z[row, day] == pytest.approx(expected), (row, day)


@pytest.mark.parametrize("share_of_none", [0.0, 0.5, 0.75, 0.9])
def test_sums_of_days_have_mean_0_and_spread_1_when_the_forecast_is_right_however_quiet_the_series(share_of_none: float) -> None:
    generator = np.random.default_rng(9)
    sizes = gamma(2.0, scale=10.0)
    actual = np.where(generator.random((300, 100)) < share_of_none, 0.0, sizes.rvs((300, 100), random_state=generator))
    places = np.maximum((np.array(LEVELS) - share_of_none) / (1 - share_of_none), 0.0)
    days, usual = a_panel(actual, sizes.ppf(places)[:, None, None] * np.ones((9, 300, 100)))
    distances = measure_days(days, usual)
    assert abs(distances.standard_z.mean()) < 0.05
    assert distances.standard_z.std() == pytest.approx(1.0, abs=0.05)
    assert (np.abs(distances.z) >= 3).mean() < 0.003


def test_a_series_without_quantiles_is_scored_by_its_interval() -> None:
    generator = np.random.default_rng(2)
    quantiles = np.sort(generator.gamma(9, 10, (9, 4, 7)), axis=0)
    actual = generator.gamma(9, 10, (4, 7))
    quantiles[7, 2] = NAN
    days, usual = a_panel(actual, quantiles)
    distances, by_interval = measure_days(days, usual), interval_z(days, usual)
    assert distances.z[2].tolist() == distances.standard_z[2].tolist() == by_interval[2].tolist()
    assert not np.isclose(distances.z[[0, 1, 3]], by_interval[[0, 1, 3]]).any()


def test_an_unknown_day_has_no_distance() -> None:
    quantiles = np.arange(1.0, 10.0)[:, None, None] * np.ones((9, 1, 2))
    days, usual = a_panel(np.array([[NAN, 5.0]]), quantiles)
    assert np.isnan(measure_days(days, usual).z).tolist() == [[True, False]]


def test_dividing_a_series_by_100_changes_no_distance() -> None:
    generator = np.random.default_rng(6)
    quantiles, actual = np.sort(generator.gamma(1, 10, (9, 30, 7)), axis=0), np.floor(generator.gamma(1, 10, (30, 7)))
    large, small = (measure_days(*a_panel(actual / factor, quantiles / factor)).standard_z for factor in (1, 100))
    np.testing.assert_allclose(small, large)


@pytest.mark.parametrize("levels", [(0.5, 0.1, 0.9), (0.1, 0.2), (0.0, 0.9), ()])
def test_levels_that_do_not_ascend_around_the_median_are_refused(levels: tuple[float, ...]) -> None:
    with pytest.raises(InvalidValue, match="quantile levels"):
        ForecastQuantiles(levels, np.zeros((len(levels), 1, 1)))


def test_a_matrix_too_few_is_refused() -> None:
    with pytest.raises(InvalidValue, match="2 quantile levels and 1 matrices"):
        ForecastQuantiles((0.1, 0.9), np.zeros((1, 1, 1)))
