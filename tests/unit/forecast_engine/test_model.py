from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast_engine.forecaster import PanelForecast
from forecast_engine.model import MixtureDiagnostics, PanelModel
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import FIRST_DAY, WEEK, intermittent, keys, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")


def assert_sound(forecast: PanelForecast, series: int, horizon: int = 28) -> None:
    assert forecast.mean.shape == (series, horizon)
    assert forecast.quantiles.shape == (3, series, horizon)
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.quantiles).all()
    assert (forecast.mean >= 0).all()
    assert (forecast.quantiles >= 0).all()
    assert (np.diff(forecast.quantiles, axis=0) >= 0).all()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.zeros((3, 300)), id="all zero"),
        pytest.param(poisson(1, 300, 5.0), id="one series"),
        pytest.param(np.full((2, 300), 7.0), id="constant"),
        pytest.param(1e12 * poisson(3, 300, 5.0), id="huge"),
        pytest.param(1e-6 * poisson(3, 300, 5.0), id="tiny"),
        pytest.param(np.where(np.arange(300) < 120, np.nan, poisson(3, 300, 5.0)), id="starts late"),
        pytest.param(np.where(np.arange(300) >= 240, np.nan, poisson(3, 300, 5.0)), id="out of stock to the end"),
        pytest.param(poisson(3, 100, 5.0), id="100 days"),
        pytest.param(poisson(3, 60, 5.0), id="60 days"),
        pytest.param(poisson(3, 3, 5.0), id="3 days"),
        pytest.param(np.ones((1, 1)), id="one day"),
        pytest.param(np.where(np.arange(900) % 7 == 6, 0.0, poisson(3, 900, 30.0)), id="closed on Sundays, two years"),
        pytest.param(np.where(np.arange(800) == 300, 1e6, intermittent(4, 800)), id="one enormous day"),
        pytest.param(np.full((2, 300), np.nan), id="nothing known"),
    ],
)
def test_every_panel_gets_a_sound_forecast(values: Floats) -> None:
    assert_sound(PanelModel().forecast(panel(values), 28), len(values))


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 160)), elements=st.one_of(st.just(np.nan), st.integers(0, 9).map(float)))
)
def test_any_small_panel_gets_a_sound_forecast(values: Floats) -> None:
    assert_sound(PanelModel().forecast(panel(values), 14), len(values), 14)


def test_a_regular_week_is_continued() -> None:
    forecast = PanelModel().forecast(panel(np.tile(100.0 * WEEK, (2, 40))), 14)
    np.testing.assert_allclose(forecast.mean, np.tile(100.0 * WEEK, (2, 2)), rtol=0.02)
    np.testing.assert_allclose(forecast.quantiles[1], np.tile(100.0 * WEEK, (2, 2)), rtol=0.05)


def test_a_weekday_the_site_is_closed_is_forecast_as_zero() -> None:
    values = np.where(np.arange(300) % 7 == 6, 0.0, poisson(4, 300, 30.0))
    forecast = PanelModel().forecast(panel(values), 28)
    sunday = (300 + np.arange(28)) % 7 == 6
    assert (forecast.quantiles[:, :, sunday] == 0).all()
    assert (forecast.mean[:, ~sunday] > 10).all()


def test_a_stock_out_is_not_taken_for_a_fall_in_demand() -> None:
    values = poisson(6, 300, 20.0)
    out_of_stock, without_sales = values.copy(), values.copy()
    out_of_stock[0, 280:], without_sales[0, 280:] = np.nan, 0.0
    assert PanelModel().forecast(panel(out_of_stock), 7).mean[0].mean() > 18.0
    assert PanelModel().forecast(panel(without_sales), 7).mean[0].mean() < 12.0


def test_a_season_of_the_panel_is_forecast() -> None:
    day = np.arange(1200)
    season = 1 + 0.5 * np.sin(2 * np.pi * day / 365.25)
    values = np.random.default_rng(3).poisson(40.0 * season[:1172], (40, 1172)).astype(np.float64)
    forecast = PanelModel().forecast(panel(values), 28)
    assert isinstance(forecast.diagnostics, MixtureDiagnostics)
    assert any(name.startswith("annual") for name in forecast.diagnostics.candidates)
    np.testing.assert_allclose(forecast.mean.mean(axis=0), 40.0 * season[1172:], rtol=0.08)


def test_series_in_another_order_get_the_same_forecast() -> None:
    values = np.vstack([poisson(30, 250, 3.0), intermittent(30, 250)])
    order = np.random.default_rng(4).permutation(60)
    straight = PanelModel().forecast(panel(values), 28)
    forecast_of_reordered = PanelModel().forecast(Panel(panel(values).values[order], FIRST_DAY, tuple(keys(60)[row] for row in order)), 28)
    np.testing.assert_allclose(forecast_of_reordered.quantiles, straight.quantiles[:, order], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(forecast_of_reordered.mean, straight.mean[order], rtol=1e-9)


def test_a_panel_forecast_twice_gives_identical_figures() -> None:
    values = intermittent(20, 250)
    first, second = PanelModel().forecast(panel(values), 28), PanelModel().forecast(panel(values), 28)
    assert (first.quantiles == second.quantiles).all()


def test_busy_demand_in_thousands_is_the_same_demand() -> None:
    values = poisson(20, 300, 5000.0)
    units, thousandfold = PanelModel().forecast(panel(values), 28), PanelModel().forecast(panel(1000 * values), 28)
    np.testing.assert_allclose(thousandfold.quantiles, 1000 * units.quantiles, rtol=1e-3)


def test_a_history_too_short_for_a_replay_gives_a_warning() -> None:
    short, long = PanelModel().forecast(panel(poisson(5, 80, 5.0)), 28), PanelModel().forecast(panel(poisson(5, 84, 5.0)), 28)
    assert (short.model, long.model) == ("panel_untested", "panel")
    assert short.warnings[0].startswith("history of 80 days is too short to replay a 28-day forecast")
    assert long.warnings == ()
    assert np.median(short.quantiles[2] - short.quantiles[0]) > np.median(long.quantiles[2] - long.quantiles[0])


@pytest.mark.parametrize("mean", [0.7, 4.0, 60.0])
def test_quantiles_cover_simulated_demand(mean: float) -> None:
    values = poisson(200, 400, mean)
    lower, _, upper = PanelModel().forecast(panel(values[:, :372]), 28).quantiles
    actual = values[:, 372:]
    assert np.mean(actual > upper) == pytest.approx(0.10, abs=0.03 if mean > 1 else 0.08)
    assert np.mean((actual >= lower) & (actual <= upper)) > 0.78


def test_one_day_in_ten_lies_above_the_upper_bound_of_rare_demand() -> None:
    values = intermittent(300, 400)
    upper = PanelModel().forecast(panel(values[:, :372]), 28).quantiles[2]
    assert np.mean(values[:, 372:] > upper) == pytest.approx(0.10, abs=0.02)
