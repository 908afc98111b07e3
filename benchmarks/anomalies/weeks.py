"""Weekly runs with an expanding history: what was expected of each day, by a forecast made before its week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.calendar import DAYS_OF_WEEK

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
PAST_WEEKS = 7
"""Weeks of forecasts before the first one that is judged."""


@dataclass(frozen=True, eq=False)
class WeeklyForecasts:
    """A panel, and the quantiles of its last days: levels x S series x D days, D = 7 * (PAST_WEEKS + weeks that are judged)."""

    panel: Panel
    quantiles: Floats

    @property
    def lower(self) -> Floats:
        """S x D units, P10."""
        return self._level(0.1)

    @property
    def expected(self) -> Floats:
        """S x D units, P50."""
        return self._level(0.5)

    @property
    def upper(self) -> Floats:
        """S x D units, P90."""
        return self._level(0.9)

    def _level(self, level: float) -> Floats:
        quantile: Floats = self.quantiles[LEVELS.index(level)]
        return quantile

    @property
    def actual(self) -> Floats:
        """S x D units, NaN is unknown."""
        return self.panel.values[:, -self.expected.shape[1] :]

    @property
    def first_column(self) -> int:
        """The column of the panel of the first day with a forecast."""
        return self.panel.days - int(self.expected.shape[1])

    @property
    def judged_days(self) -> int:
        """The number of days that are judged, the last ones."""
        return int(self.actual.shape[1]) - PAST_WEEKS * DAYS_OF_WEEK

    @property
    def judged_values(self) -> Floats:
        """S x D units of the days that are judged, NaN is unknown."""
        return self.panel.values[:, -self.judged_days :]

    @property
    def weeks(self) -> range:
        """The weeks that are judged, as numbers of weeks since the first forecast."""
        return range(PAST_WEEKS, self.expected.shape[1] // DAYS_OF_WEEK)


def forecast_weeks(panel: Panel, judged_weeks: int) -> WeeklyForecasts:
    """Forecast each week of the end of the panel with the days before it, events included, as a platform that runs weekly does."""
    weeks = judged_weeks + PAST_WEEKS
    shape = (len(panel.series), weeks * DAYS_OF_WEEK)
    quantiles = np.full((len(LEVELS), *shape), np.nan)
    has_started = np.cumsum(panel.values > 0, axis=1) > 0
    for week in range(weeks):
        history = panel.until(panel.last_day - timedelta(days=DAYS_OF_WEEK * (weeks - week)))
        rows = has_started[:, history.days - 1]
        days = slice(DAYS_OF_WEEK * week, DAYS_OF_WEEK * (week + 1))
        quantiles[:, rows, days] = PanelModel().forecast(history.select(rows), DAYS_OF_WEEK, LEVELS).quantiles
    return WeeklyForecasts(panel, quantiles)
