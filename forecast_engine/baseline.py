"""The forecast that every other one must beat: the same weekday of last week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast_engine.arrays import FloatArray, known_quantiles
from forecast_engine.days import DAYS_OF_WEEK
from forecast_engine.forecaster import DEFAULT_LEVELS, PanelForecast, check_request, forecast_around
from forecast_engine.panel import Panel


@dataclass(frozen=True)
class SeasonalNaive:
    """Last week again. Its quantiles come from each series' past changes from week to week, centred, so that P50 is last week itself."""

    name: str = "seasonal_naive_7"
    version: str = "1"

    def min_history_days(self, horizon: int) -> int:
        """Return a week."""
        return DAYS_OF_WEEK

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float] = DEFAULT_LEVELS) -> PanelForecast:
        """Forecast every series of the panel. Raises NothingToForecast or InvalidRequest."""
        check_request(panel, horizon, levels)
        changes = panel.values[:, DAYS_OF_WEEK:] - panel.values[:, :-DAYS_OF_WEEK]
        centred = changes - known_quantiles(changes, (0.5,))[0][:, None]
        point = seasonal_naive(panel.values, horizon)
        return forecast_around(point, centred, panel=panel, levels=levels, model=self.name)


def seasonal_naive(values: FloatArray, horizon: int) -> FloatArray:
    """Repeat each series' last week: (N, T) units -> (N, horizon) units.

    A day that is not known is taken from the latest earlier week that knows that weekday; 0 when none does. Source: Hyndman and
    Athanasopoulos, "Forecasting: Principles and Practice", section 5.2, season length 7.
    """
    lag = np.arange(1, DAYS_OF_WEEK + 1)[::-1]
    last_week = np.zeros((len(values), DAYS_OF_WEEK))
    for day, back in enumerate(lag):
        same_weekday = values[:, values.shape[1] - back :: -DAYS_OF_WEEK] if values.shape[1] >= back else np.empty((len(values), 0))
        last_week[:, day] = _latest_known(same_weekday)
    weeks = -(-horizon // DAYS_OF_WEEK)
    return np.tile(last_week, (1, weeks))[:, :horizon]


def _latest_known(newest_first: FloatArray) -> FloatArray:
    """Return the first known value of each row; 0 for rows without one."""
    is_known = ~np.isnan(newest_first)
    if not is_known.size:
        return np.zeros(len(newest_first))
    latest = newest_first[np.arange(len(newest_first)), is_known.argmax(axis=1)]
    return np.asarray(np.where(is_known.any(axis=1), latest, 0.0))
