"""The forecasters that are compared: the built-in one, simple ones, and on request those of statsforecast."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecast_engine.arrays import known_mean
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.forecaster import Forecaster, PanelForecast, forecast_around
from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.calendar import DAYS_OF_WEEK

YEAR = 365


@dataclass(frozen=True)
class RecentMean:
    """The mean of the last 28 days, the year's deviations from its own mean as spread."""

    name: str = "mean_28"
    version: str = "1"
    days: int = 28

    def min_history_days(self, horizon: int) -> int:
        return self.days

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
        year = panel.values[:, -YEAR:]
        point = np.repeat(known_mean(panel.values[:, -self.days :], axis=1, empty=0.0)[:, None], horizon, axis=1)
        errors = year - known_mean(year, axis=1)[:, None]
        return forecast_around(point, errors, panel=panel, levels=levels, model=self.name)


@dataclass(frozen=True)
class StatsForecastModel:
    """One of statsforecast's models with season 7; what is not known counts as zero, since it takes no gaps."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    version: str = "statsforecast"

    def min_history_days(self, horizon: int) -> int:
        return 2 * DAYS_OF_WEEK

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
        models = importlib.import_module("statsforecast.models")
        core = importlib.import_module("statsforecast")
        model = getattr(models, self.name)(season_length=DAYS_OF_WEEK, **self.options)
        frame = core.StatsForecast([model], freq=1, n_jobs=1).forecast(df=_long_frame(panel.values), h=horizon, level=[80])
        columns = [frame[f"{self.name}{end}"].to_numpy().reshape(-1, horizon) for end in ("-lo-80", "", "-hi-80")]
        quantiles = np.maximum(np.stack(columns), 0.0)
        return PanelForecast(panel.series, panel.last_day, tuple(levels), quantiles[1], quantiles, self.name)


def available(peers: bool) -> dict[str, Forecaster]:
    """Return the forecasters that can be run here, by title; statsforecast's only on request, since they take minutes."""
    models: dict[str, Forecaster] = {"panel": PanelModel(), "seasonal naive 7": SeasonalNaive(), "mean of 28 days": RecentMean()}
    if peers and importlib.util.find_spec("statsforecast"):
        models["ETS(ANA)"] = StatsForecastModel("AutoETS", {"model": "ANA"})
        models["optimised theta"] = StatsForecastModel("DynamicOptimizedTheta")
    return models


def _long_frame(values: Floats) -> pd.DataFrame:
    series, days = values.shape
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(series), days),
            "ds": np.tile(np.arange(1, days + 1), series),
            "y": np.nan_to_num(values).ravel(),
        }
    )
