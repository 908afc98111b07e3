"""Detectors of other libraries: residuals of an STL decomposition (statsmodels), and ECOD (PyOD).

Neither library is a dependency of the project. Install both into an environment of their own and put its packages on the path:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install pyod statsmodels
    PYTHONPATH=$(echo /tmp/peers/lib/python3*/site-packages) python -m benchmarks.anomaly --peers

Both are run every week on that week, with all days before it, as the other detectors are. What is not known counts as the median of the
days before, since neither takes gaps; such a day is not judged.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping

import numpy as np

from benchmarks.anomalies.methods import CONSISTENT_WITH_SIGMA, PAST_DAYS, ROLLING_DAYS, SAME_WEEKDAYS, SMALLEST_SCALE, Method
from benchmarks.anomalies.weeks import WeeklyForecasts
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

HISTORY_DAYS = 182
"""Days before a week that the decomposition and the ranks look at: half a year, which keeps their hours minutes."""


def find_peers() -> Mapping[str, Method]:
    """Return the detectors whose library is on the path, by title."""
    methods: dict[str, tuple[str, Method]] = {"STL residual": ("statsmodels", stl_residual), "ECOD": ("pyod", ecod)}
    return {title: method for title, (library, method) in methods.items() if importlib.util.find_spec(library)}


def stl_residual(forecasts: WeeklyForecasts) -> Floats:
    """Remainder of a robust STL decomposition with period 7 over its 1.4826 MAD, at least 1 unit."""
    decompose = importlib.import_module("statsmodels.tsa.seasonal").STL
    strength = np.full((len(forecasts.panel.series), forecasts.judged_days), np.nan)
    for start, history in _histories(forecasts):
        for row, values in enumerate(history):
            if np.isnan(values).sum() < len(values) - 2 * DAYS_OF_WEEK:
                residual = decompose(_fill(values), period=DAYS_OF_WEEK, robust=True).fit().resid
                middle = np.median(residual)
                scale = max(CONSISTENT_WITH_SIGMA * float(np.median(np.abs(residual - middle))), SMALLEST_SCALE)
                strength[row, start : start + DAYS_OF_WEEK] = ((residual - middle) / scale)[-DAYS_OF_WEEK:]
    return np.where(np.isnan(forecasts.judged_values), np.nan, strength)


def ecod(forecasts: WeeklyForecasts) -> Floats:
    """ECOD's outlier score of a day's distances from the medians of 28 days and of 8 same weekdays before, with the sign of their sum.

    Both in log(1 + units); the ranks are those of the series' own days.
    """
    detector = importlib.import_module("pyod.models.ecod").ECOD
    logs = np.log1p(forecasts.panel.values)
    features = np.stack(
        [_distances(logs, np.arange(1, ROLLING_DAYS + 1)), _distances(logs, DAYS_OF_WEEK * np.arange(1, SAME_WEEKDAYS + 1))]
    )
    strength = np.full((len(logs), forecasts.judged_days), np.nan)
    for start, columns in _week_columns(forecasts):
        for row in range(len(logs)):
            days = features[:, row, columns].T
            known_days = days[~np.isnan(days).any(axis=1)]
            is_judged = ~np.isnan(days[-DAYS_OF_WEEK:]).any(axis=1)
            if len(known_days) > ROLLING_DAYS and is_judged.any():
                week = days[-DAYS_OF_WEEK:][is_judged]
                score = detector().fit(known_days).decision_function(week)
                strength[row, start + np.flatnonzero(is_judged)] = score * np.sign(week.sum(axis=1))
    return strength


def _week_columns(forecasts: WeeklyForecasts) -> list[tuple[int, slice]]:
    """The start of each judged week among the judged days, and the columns of the panel up to its end."""
    first = forecasts.first_column + PAST_DAYS
    starts = range(0, forecasts.judged_days, DAYS_OF_WEEK)
    return [(start, slice(max(0, first + start - HISTORY_DAYS), first + start + DAYS_OF_WEEK)) for start in starts]


def _histories(forecasts: WeeklyForecasts) -> list[tuple[int, Floats]]:
    return [(start, forecasts.panel.values[:, columns]) for start, columns in _week_columns(forecasts)]


def _fill(values: Floats) -> Floats:
    return np.where(np.isnan(values), np.nanmedian(values), values)


def _distances(logs: Floats, lags: Ints) -> Floats:
    """Each day less the median of the days that are `lags` before it; NaN without one."""
    distances = np.full(logs.shape, np.nan)
    for day in range(int(lags.max()), logs.shape[1]):
        past = logs[:, day - lags]
        has_past = (~np.isnan(past)).any(axis=1)
        distances[has_past, day] = logs[has_past, day] - np.nanmedian(past[has_past], axis=1)
    return distances
