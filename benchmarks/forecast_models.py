"""The forecasters that are compared: (panel, horizon) -> P10, P50, P90 as (3, N, horizon)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

import numpy as np
import pandas as pd

from forecast_engine.arrays import FloatArray, known_mean, known_quantiles
from forecast_engine.baseline import seasonal_naive
from forecast_engine.model import DEFAULT_LEVELS, forecast_panel
from forecast_engine.panel import Panel

Forecaster = Callable[[Panel, int], FloatArray]
WEEK = 7


def panel_model(panel: Panel, horizon: int) -> FloatArray:
    return forecast_panel(panel, horizon).quantiles


def seasonal_naive_7(panel: Panel, horizon: int) -> FloatArray:
    """Last week again, its past weekly changes as spread."""
    return _around(seasonal_naive(panel.values, horizon), panel.values[:, WEEK:] - panel.values[:, :-WEEK])


def mean_28(panel: Panel, horizon: int) -> FloatArray:
    """The mean of the last 28 days, the year's deviations from its own mean as spread."""
    recent = panel.values[:, -365:]
    point = np.repeat(known_mean(panel.values[:, -28:], axis=1, empty=0.0)[:, None], horizon, axis=1)
    return _around(point, recent - known_mean(recent, axis=1)[:, None])


def available(peers: bool) -> dict[str, Forecaster]:
    """The forecasters that can be run here; statsforecast's only on request, since they take minutes."""
    ours: dict[str, Forecaster] = {"panel": panel_model, "seasonal naive 7": seasonal_naive_7, "mean of 28 days": mean_28}
    if peers and importlib.util.find_spec("statsforecast"):
        ours.update({"ETS(ANA)": _statsforecast("AutoETS", model="ANA"), "optimised theta": _statsforecast("DynamicOptimizedTheta")})
    return ours


def _around(point: FloatArray, errors: FloatArray) -> FloatArray:
    spread = np.nan_to_num(known_quantiles(errors, DEFAULT_LEVELS))
    return np.maximum(point + spread[:, :, None], 0.0)


def _statsforecast(name: str, **options: str) -> Forecaster:
    """One of statsforecast's models with season 7; what is not known counts as zero, since it takes no gaps."""

    def forecast(panel: Panel, horizon: int) -> FloatArray:
        models = importlib.import_module("statsforecast.models")
        core = importlib.import_module("statsforecast")
        series, days = panel.values.shape
        frame = pd.DataFrame(
            {
                "unique_id": np.repeat(np.arange(series), days),
                "ds": np.tile(np.arange(1, days + 1), series),
                "y": np.nan_to_num(panel.values).ravel(),
            }
        )
        model = getattr(models, name)(season_length=WEEK, **options)
        made = core.StatsForecast([model], freq=1, n_jobs=1).forecast(df=frame, h=horizon, level=[80])
        columns = [made[f"{name}{end}"].to_numpy().reshape(series, horizon) for end in ("-lo-80", "", "-hi-80")]
        return np.asarray(np.maximum(np.stack(columns), 0.0))

    return forecast
