from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast_engine.annual_index import MIN_DAYS, annual_index
from forecast_engine.days import days_from

pytestmark = pytest.mark.filterwarnings("error")


def test_a_season_is_recovered_under_noise_trend_and_different_volumes() -> None:
    days = days_from(date(2021, 3, 1), 4 * 365)
    season = 1 + 0.4 * np.sin(2 * np.pi * days.day_of_year / 365.25)
    volume = np.geomspace(5, 500, 30)[:, None]
    trend = 1 + 2.0 * np.arange(len(days)) / len(days)
    values = np.random.default_rng(4).poisson(volume * season * trend).astype(np.float64)
    index = annual_index(values, days.day_of_year)
    assert index is not None
    truth = 1 + 0.4 * np.sin(2 * np.pi * np.arange(1, 367) / 365.25)
    np.testing.assert_allclose(index[1:], truth / truth.mean(), atol=0.06)


def test_the_index_is_continuous_over_the_turn_of_the_year() -> None:
    days = days_from(date(2021, 1, 1), 4 * 365)
    after_new_year = np.where(days.day_of_year <= 14, 30.0, 10.0)[None, :]
    index = annual_index(after_new_year, days.day_of_year)
    assert index is not None
    assert index[1] == pytest.approx(index[365], rel=0.15)
    assert index[365] > 1.4 * index[180]


def test_history_below_a_year_and_a_half_has_no_annual_index() -> None:
    days = days_from(date(2024, 1, 1), MIN_DAYS - 1)
    assert annual_index(np.ones((3, len(days))), days.day_of_year) is None


def test_a_panel_without_demand_has_a_flat_index() -> None:
    days = days_from(date(2023, 1, 1), 800)
    for values in (np.zeros((2, 800)), np.full((2, 800), np.nan)):
        index = annual_index(values, days.day_of_year)
        assert index is not None
        np.testing.assert_allclose(index, 1.0)


def test_a_panel_that_dies_away_keeps_a_finite_index() -> None:
    days = days_from(date(2022, 1, 1), 1000)
    values = np.maximum(100.0 - 0.12 * np.arange(1000), 0.0)[None, :]
    index = annual_index(values, days.day_of_year)
    assert index is not None
    assert index.min() >= 0.0
    assert index.max() < 3.0
