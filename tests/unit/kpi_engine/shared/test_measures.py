"""The seasonal naive, WAPE and the ratio they are made of."""

from __future__ import annotations

import numpy as np
import pytest

from kpi_engine.shared.arrays import ratio
from kpi_engine.shared.seasonal_naive import source_days
from kpi_engine.shared.wape import wape, wape_of_points

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("ahead", range(1, 30))
def test_the_seasonal_naive_takes_the_newest_same_weekday(ahead: int) -> None:
    newest = max(day for day in range(50, 101) if (100 + ahead - day) % 7 == 0)
    assert source_days(np.array([100 + ahead]), np.array([100])).tolist() == [newest]


def test_wape_of_sums_is_that_of_the_points() -> None:
    rng = np.random.default_rng(1)
    actual, forecast = rng.poisson(3.0, 50).astype(np.float64), rng.uniform(0, 6, 50)
    expected = 100 * sum(abs(a - f) for a, f in zip(actual, forecast, strict=True)) / sum(actual)
    assert wape_of_points(actual, forecast) == pytest.approx(expected)
    assert wape(np.abs(actual - forecast).sum(keepdims=True), actual.sum(keepdims=True)).tolist() == pytest.approx([expected])


def test_wape_is_undefined_without_actuals() -> None:
    assert wape_of_points(np.zeros(3), np.ones(3)) is None
    assert wape_of_points(np.zeros(0), np.zeros(0)) is None
    assert np.isnan(wape(np.ones(1), np.zeros(1))).all()


def test_a_ratio_is_undefined_where_the_denominator_is_zero() -> None:
    assert ratio(np.array([4.0, 4.0, -4.0]), np.array([2.0, 0.0, 8.0]), 9.0).tolist() == [2.0, 9.0, -0.5]
    assert np.isnan(ratio(np.ones(1), np.zeros(1))).all()


def test_a_ratio_too_large_for_a_percentage_is_undefined() -> None:
    assert ratio(np.array([1e300]), np.array([1e-10]), -1.0).tolist() == [-1.0]


def test_a_ratio_with_something_unknown_is_unknown() -> None:
    assert np.isnan(ratio(np.array([1.0, np.nan]), np.array([np.nan, 1.0]), 9.0)).all()


def test_a_column_is_divided_into_every_column_of_a_matrix() -> None:
    assert ratio(np.array([[2.0, 4.0], [3.0, 9.0]]), np.array([[2.0], [3.0]])).tolist() == [[1.0, 2.0], [1.0, 3.0]]
