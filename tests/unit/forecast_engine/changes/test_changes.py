"""The forecast right after a change, in draws of random sizes, days and noise: the bias of the mean over the next 28 days."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.demand_changes import cases
from forecast_engine.model import PanelModel

pytestmark = pytest.mark.filterwarnings("error")
SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_day_of_tenfold_demand_does_not_raise_the_forecast(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert abs(cases.draw_spike(rng, 10.0, 3).bias(PanelModel())) < 8
    assert abs(cases.draw_spike(rng, rng.uniform(4, 60), int(rng.integers(1, 25))).bias(PanelModel())) < 8


@pytest.mark.parametrize("seed", SEEDS)
def test_one_enormous_order_does_not_raise_the_forecast(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert abs(cases.draw_order(rng, 50_000.0, 150).bias(PanelModel())) < 20
    assert abs(cases.draw_order(rng, rng.uniform(500, 50_000), int(rng.integers(5, 300))).bias(PanelModel())) < 20


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weeks", [3, 6, 10])
def test_weekends_closed_for_some_weeks_are_forecast_as_closed(seed: int, weeks: int) -> None:
    rng = np.random.default_rng(seed)
    change = cases.draw_closed_weekends(rng, weeks, rng.uniform(8, 40))
    forecast = PanelModel().forecast(change.panel, 28)
    is_weekend = (change.panel.last_day.weekday() + 1 + np.arange(28)) % 7 >= 5
    assert forecast.mean[:, is_weekend].max() < 1.0
    assert forecast.quantiles[:, :, is_weekend].max() < 1.0
    assert abs(change.bias_of(forecast)) < 8


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steady", [0, 40])
def test_a_level_that_moved_three_weeks_ago_is_forecast(seed: int, steady: int) -> None:
    rng = np.random.default_rng(seed)
    assert abs(cases.draw_shift(rng, 0.3, 21, steady).bias(PanelModel())) < 15
    assert abs(cases.draw_shift(rng, 3.0, 21, steady).bias(PanelModel())) < 15


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_that_moved_by_other_factors_on_other_days_are_forecast(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert abs(cases.draw_shift(rng, rng.uniform(0.2, 0.6), int(rng.integers(12, 60)), 20).bias(PanelModel())) < 15
    assert abs(cases.draw_shift(rng, rng.uniform(1.8, 5.0), int(rng.integers(12, 60)), 20).bias(PanelModel())) < 15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forecast_after_a_shift_covers_what_follows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    change = cases.draw_shift(rng, 0.4, 28, 20)
    lower, _, upper = PanelModel().forecast(change.panel, 28).quantiles[:, change.is_changed]
    actual = rng.poisson(change.truth[change.is_changed])
    assert np.mean((actual >= lower) & (actual <= upper)) > 0.65


def test_growth_of_one_percent_a_day_goes_on() -> None:
    biases = [cases.draw_growth(np.random.default_rng(seed), 0.01).bias(PanelModel()) for seed in range(6)]
    assert np.abs(np.mean(biases)) < 8
    assert np.abs(biases).max() < 12


def test_dying_skus_go_on_dying() -> None:
    biases = [cases.draw_fading(np.random.default_rng(seed), 30.0, 90).bias(PanelModel()) for seed in range(6)]
    assert np.abs(biases).max() < 15


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_and_decline_of_other_rates_are_followed_in_most_series(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert abs(cases.draw_growth(rng, rng.uniform(0.006, 0.015), int(rng.integers(90, 150)), 20).bias(PanelModel())) < 15
    assert abs(cases.draw_fading(rng, rng.uniform(20, 45), int(rng.integers(80, 150))).bias(PanelModel())) < 30


@pytest.mark.parametrize("seed", range(8))
def test_seasons_that_return_every_year_are_no_growth(seed: int) -> None:
    change = cases.draw_opposite_seasons(np.random.default_rng(seed), 0.6)
    assert abs(change.bias(PanelModel())) < 10
