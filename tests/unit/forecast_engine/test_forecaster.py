from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from forecast_engine.baseline import SeasonalNaive
from forecast_engine.errors import InvalidForecast, InvalidRequest, NothingToForecast
from forecast_engine.forecaster import Forecaster, PanelForecast, forecast_around
from forecast_engine.model import PanelModel
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import keys, panel, poisson

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(params=[PanelModel(), SeasonalNaive()], ids=lambda forecaster: forecaster.name)
def forecaster(request: pytest.FixtureRequest) -> Forecaster:
    model: Forecaster = request.param
    return model


def test_every_forecaster_forecasts_the_series_of_the_panel_after_its_last_day(forecaster: Forecaster) -> None:
    history = panel(poisson(3, 120, 5.0))
    forecast = forecaster.forecast(history, 10, (0.25, 0.75))
    assert (forecast.series, forecast.origin, forecast.horizon, forecast.levels) == (keys(3), history.last_day, 10, (0.25, 0.75))


@pytest.mark.parametrize("days", [1, 7, 8])
def test_every_forecaster_takes_a_history_of_a_day(forecaster: Forecaster, days: int) -> None:
    assert forecaster.forecast(panel(np.ones((2, days))), 9, (0.1, 0.5, 0.9)).mean.shape == (2, 9)


def test_diagnostics_can_be_written_as_json(forecaster: Forecaster) -> None:
    diagnostics = forecaster.forecast(panel(poisson(3, 120, 5.0)), 10, (0.5,)).diagnostics.as_dict()
    assert json.loads(json.dumps(diagnostics)) == diagnostics


@pytest.mark.parametrize(
    ("horizon", "levels", "words"),
    [(0, (0.5,), "at least 1 day, not 0"), (7, (0.5, 0.1), "ascend"), (7, (0.5, 1.0), "between 0 and 1"), (7, (), "ascend")],
)
def test_every_forecaster_refuses_a_senseless_request(forecaster: Forecaster, horizon: int, levels: tuple[float, ...], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        forecaster.forecast(panel(np.ones((1, 99))), horizon, levels)


def test_no_forecaster_forecasts_a_panel_without_series(forecaster: Forecaster) -> None:
    with pytest.raises(NothingToForecast, match="no series"):
        forecaster.forecast(panel(np.ones((0, 99))), 28, (0.5,))


def a_forecast(mean: Floats, quantiles: Floats) -> PanelForecast:
    origin = panel(np.ones((1, 1))).last_day
    return PanelForecast(keys(2), origin, (0.1, 0.9), mean, quantiles, "mine")


@pytest.mark.parametrize(
    ("mean", "quantiles", "words"),
    [
        (np.ones((2, 5)), np.ones((3, 2, 5)), "mine: 2 series and 2 levels need"),
        (np.ones((2, 5)), np.ones((2, 2, 4)), "mine: 2 series and 2 levels need"),
        (np.ones((1, 5)), np.ones((2, 2, 5)), "mine: 2 series and 2 levels need"),
        (np.ones(5), np.ones((2, 2)), "mine: 2 series and 2 levels need"),
        (np.full((2, 5), np.nan), np.ones((2, 2, 5)), "mine: mean must be finite"),
        (np.ones((2, 5)), np.full((2, 2, 5), -0.1), "mine: quantiles must be finite and not negative"),
        (np.ones((2, 5)), np.stack([np.ones((2, 5)), np.zeros((2, 5))]), "mine: quantiles must not cross"),
    ],
)
def test_values_that_are_no_forecast_are_refused_with_the_name_of_the_model(mean: Floats, quantiles: Floats, words: str) -> None:
    with pytest.raises(InvalidForecast, match=words):
        a_forecast(mean, quantiles)


def test_quantiles_around_a_point_are_its_past_errors() -> None:
    history = panel(np.ones((2, 30)))
    errors = np.array([[-2.0, 0.0, 2.0, np.nan], [np.nan] * 4])
    forecast = forecast_around(np.full((2, 3), 1.5), errors, panel=history, levels=(0.25, 0.5, 1 - 1e-9), model="mine")
    np.testing.assert_allclose(forecast.quantiles[:, 0], [[0.5] * 3, [1.5] * 3, [3.5] * 3])
    np.testing.assert_allclose(forecast.quantiles[:, 1], 1.5)
    assert (forecast.model, forecast.origin, forecast.series) == ("mine", history.last_day, history.series)


def test_quantiles_around_a_point_never_fall_below_zero() -> None:
    forecast = forecast_around(np.full((1, 2), 0.5), np.array([[-3.0, 3.0]]), panel=panel(np.ones((1, 9))), levels=(0.1,), model="mine")
    assert (forecast.quantiles == 0).all()


def test_the_median_of_the_seasonal_naive_is_last_week() -> None:
    values = poisson(6, 203, 8.0) + np.arange(203) / 3  # a trend: last week is too low in the middle, and stays the forecast
    forecast = SeasonalNaive().forecast(panel(values), 14)
    np.testing.assert_allclose(forecast.quantiles[1], np.tile(values[:, -7:], 2))
    np.testing.assert_allclose(forecast.mean, forecast.quantiles[1])


def test_the_built_in_model_needs_56_days_and_a_horizon() -> None:
    for days, model in ((56 + 14, "panel"), (55 + 14, "panel_untested")):
        assert PanelModel().forecast(panel(poisson(3, days, 5.0)), 14).model == model
    assert PanelModel().min_history_days(14) == 56 + 14


def test_diagnostics_are_mean_weights_and_class_counts() -> None:
    summary = PanelModel().forecast(panel(poisson(5, 200, 9.0)), 28).diagnostics.as_dict()
    assert summary["demand_classes"] == {"SMOOTH": 5, "ERRATIC": 0, "INTERMITTENT": 0, "LUMPY": 0}
    weights = summary["mean_weights"]
    assert isinstance(weights, dict)
    assert list(weights) == ["level_0.01", "level_0.03", "level_0.08", "level_0.2", "weekday_8"]
    assert sum(weights.values()) == pytest.approx(1.0, abs=0.001)


def test_a_forecast_starts_the_day_after_its_origin() -> None:
    history = panel(np.tile(np.arange(1.0, 8.0), (1, 20)))
    forecast = SeasonalNaive().forecast(history.until(history.last_day - timedelta(days=2)), 3)
    assert forecast.mean.tolist() == [[6.0, 7.0, 1.0]]
