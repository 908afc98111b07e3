from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast_engine.baseline import SeasonalNaive, seasonal_naive
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import panel, poisson

pytestmark = pytest.mark.filterwarnings("error")


def test_each_day_repeats_the_same_weekday_of_the_last_week() -> None:
    values = np.arange(1.0, 22.0)[None, :]
    assert seasonal_naive(values, 10).tolist() == [[15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 15.0, 16.0, 17.0]]


def test_a_day_out_of_stock_is_taken_from_the_week_before() -> None:
    values = np.arange(1.0, 22.0)[None, :]
    values[0, 16] = np.nan
    assert seasonal_naive(values, 3).tolist() == [[15.0, 16.0, 10.0]]


def test_a_weekday_never_known_is_zero() -> None:
    assert seasonal_naive(np.array([[np.nan, 3.0]]), 7).tolist() == [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0]]


def newest_same_weekday(row: list[float], ahead: int) -> float:
    """The newest known value a whole number of weeks before the day that lies `ahead` days after the last; 0 without any."""
    days = range(len(row) - 1 + ahead, -1, -7)
    return next((row[day] for day in days if day < len(row) and not np.isnan(row[day])), 0.0)


@given(
    arrays(np.float64, st.tuples(st.integers(0, 3), st.integers(1, 30)), elements=st.one_of(st.just(np.nan), st.integers(0, 9).map(float))),
    st.integers(1, 20),
)
def test_last_week_agrees_with_a_loop_over_the_days(values: Floats, horizon: int) -> None:
    expected = [[newest_same_weekday(row, ahead) for ahead in range(1, horizon + 1)] for row in values.tolist()]
    assert seasonal_naive(values, horizon).tolist() == expected


def test_the_interval_of_the_seasonal_naive_covers_its_share_of_noise() -> None:
    values = poisson(200, 400, 20.0)
    lower, _, upper = SeasonalNaive().forecast(panel(values[:, :393]), 7).quantiles
    is_inside = (lower <= values[:, 393:]) & (values[:, 393:] <= upper)
    assert 0.76 < is_inside.mean() < 0.88
