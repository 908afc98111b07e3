"""The forecast that every other one must beat: the same weekday of last week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast_engine.arrays import known_quantiles
from forecast_engine.forecaster import DEFAULT_LEVELS, PanelForecast, check_request, forecast_around
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.seasonal_naive import NAME, SEASON, source_days


@dataclass(frozen=True)
class SeasonalNaive:
    """Last week again. Its quantiles come from each series' past changes from week to week, centred, so that P50 is last week itself."""

    name: str = NAME
    version: str = "1"

    def min_history_days(self, horizon: int) -> int:
        """Return a week."""
        return SEASON

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float] = DEFAULT_LEVELS) -> PanelForecast:
        """Forecast every series of the panel. Raises NothingToForecast or InvalidRequest."""
        check_request(panel, horizon, levels)
        changes = panel.values[:, SEASON:] - panel.values[:, :-SEASON]
        deviations = changes - known_quantiles(changes, (0.5,))[0][:, None]
        point = seasonal_naive(panel.values, horizon)
        return forecast_around(point, deviations, panel=panel, levels=levels, model=self.name)


def seasonal_naive(values: Floats, horizon: int) -> Floats:
    """Repeat each series' last week: (N, T) units -> (N, horizon) units.

    A missing day is taken from the latest earlier week that has that weekday; 0 when none has.

    >>> seasonal_naive(np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]), 9).tolist()
    [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0, 2.0]]
    """
    origin = values.shape[1] - 1
    ahead = np.arange(1, min(horizon, SEASON) + 1)
    columns = source_days(origin + ahead, np.full(len(ahead), origin))
    week = np.zeros((len(values), len(ahead)))
    for day, column in enumerate(columns.tolist()):
        week[:, day] = _latest_known(values[:, column::-SEASON]) if column >= 0 else 0.0
    return np.tile(week, (1, -(-horizon // SEASON)))[:, :horizon]


def _latest_known(newest_first: Floats) -> Floats:
    """Return the first known value of each row; 0 for rows without one."""
    is_known = ~np.isnan(newest_first)
    latest = newest_first[np.arange(len(newest_first)), is_known.argmax(axis=1)]
    return np.asarray(np.where(is_known.any(axis=1), latest, 0.0))
