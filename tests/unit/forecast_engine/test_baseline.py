from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.baseline import seasonal_naive

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
