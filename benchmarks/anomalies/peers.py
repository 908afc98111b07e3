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
from kpi_engine.shared.arrays import Bools, Floats, Ints
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
    """ECOD's outlier score of a day among the days of all series, with the sign of the sum of its two features.

    Features: distance from the median of the 28 days before, and of the 8 same weekdays before, each over its 1.4826 MAD (at least 1 unit).
    """
    detector = importlib.import_module("pyod.models.ecod").ECOD
    lags = (np.arange(1, ROLLING_DAYS + 1), DAYS_OF_WEEK * np.arange(1, SAME_WEEKDAYS + 1))
    features = np.stack([_distances(forecasts.panel.values, each) for each in lags], axis=2)
    strength = np.full((len(features), forecasts.judged_days), np.nan)
    for start, columns in _week_columns(forecasts):
        days = features[:, columns]
        is_known: Bools = np.count_nonzero(np.isnan(days), axis=2) == 0
        week = np.zeros(is_known.shape, dtype=np.bool_)
        week[:, -DAYS_OF_WEEK:] = is_known[:, -DAYS_OF_WEEK:]
        score = detector().fit(days[is_known]).decision_function(days[week])
        rows, places = np.nonzero(week[:, -DAYS_OF_WEEK:])
        strength[rows, start + places] = score * np.sign(days[week].sum(axis=1))
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


def _distances(values: Floats, lags: Ints) -> Floats:
    """Each day less the median of the days that are `lags` before it, over their 1.4826 MAD; NaN without one."""
    distances = np.full(values.shape, np.nan)
    for day in range(int(lags.max()), values.shape[1]):
        past = values[:, day - lags]
        has_past = (~np.isnan(past)).any(axis=1)
        middle = np.nanmedian(past[has_past], axis=1)
        deviation = np.nanmedian(np.abs(past[has_past] - middle[:, None]), axis=1)
        distances[has_past, day] = (values[has_past, day] - middle) / np.maximum(CONSISTENT_WITH_SIGMA * deviation, SMALLEST_SCALE)
    return distances
