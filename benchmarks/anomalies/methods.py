"""The detectors that are compared: the built-in one and simple ones that need no library.

A detector returns S x D strengths of the days that are judged, with the sign of the direction: a z, or 0 where nothing is reported, NaN
where a day cannot be judged. All see the same days; the simple ones look at the values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import numpy as np

from benchmarks.anomalies.weeks import LEVELS, PAST_WEEKS, WeeklyForecasts
from kpi_engine.anomalies.daily_values import DailyValues, ForecastQuantiles
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK
from kpi_engine.shared.demand_class import DemandClass, demand_classes, is_rare

Method: TypeAlias = Callable[[WeeklyForecasts], Floats]

BUILTIN = "built-in"
DEFAULT_THRESHOLD = 3.0
PAST_DAYS = PAST_WEEKS * DAYS_OF_WEEK
CONSISTENT_WITH_SIGMA = 1.4826
SMALLEST_SCALE = 1.0
ROLLING_DAYS = 28
SAME_WEEKDAYS = 8
GAIN = 0.1
MEAN_TO_SIGMA = 1.2533
WARM_UP_DAYS = 56
CLIP_SIGMA = 3.0
SMALLEST_SIGMA = 0.05


def builtin(forecasts: WeeklyForecasts) -> Floats:
    """The built-in detector, run every week on that week; days that are not discoveries among their series stay below 3."""
    detections = (detect(panel_of_week(forecasts, week)) for week in forecasts.weeks)
    highest = np.nextafter(DEFAULT_THRESHOLD, 0)
    strengths = [np.where(each.is_reported, each.z, np.clip(each.z, -highest, highest)) for each in detections]
    return np.concatenate(strengths, axis=1)


def rolling_mad(forecasts: WeeklyForecasts) -> Floats:
    """(value - median) / (1.4826 MAD) of the 28 days before."""
    return _against_past(forecasts, np.arange(1, ROLLING_DAYS + 1))


def weekday_mad(forecasts: WeeklyForecasts) -> Floats:
    """(value - median) / (1.4826 MAD) of the eight same weekdays before."""
    return _against_past(forecasts, DAYS_OF_WEEK * np.arange(1, SAME_WEEKDAYS + 1))


def log_holt_winters(forecasts: WeeklyForecasts) -> Floats:
    """Residuals of log1p values from a level and a weekday term, both with gain 0.1 on residuals clipped at 3 sigma, over their sigma."""
    values = np.log1p(forecasts.panel.values)
    n_series, n_days = values.shape
    level, weekday, sigma = np.zeros(n_series), np.zeros((n_series, DAYS_OF_WEEK)), np.ones(n_series)
    n_known, strength = np.zeros(n_series), np.full(values.shape, np.nan)
    for day in range(n_days):
        place = day % DAYS_OF_WEEK
        residual = values[:, day] - level - weekday[:, place]
        is_known = ~np.isnan(residual)
        strength[:, day] = np.where(n_known >= WARM_UP_DAYS, residual / sigma, np.nan)
        gain = np.maximum(GAIN, 1 / (n_known + 1))
        step = np.where(is_known, np.clip(residual, -CLIP_SIGMA * sigma, CLIP_SIGMA * sigma), 0.0)
        step = np.where((n_known < DAYS_OF_WEEK) & is_known, residual, step)
        level += gain * step
        weekday[:, place] += GAIN * step
        spread = MEAN_TO_SIGMA * np.abs(step)
        sigma = np.where(is_known, np.maximum(sigma + GAIN / 2 * (spread - sigma), SMALLEST_SIGMA), sigma)
        n_known += is_known
    return strength[:, forecasts.first_column + PAST_DAYS :]


METHODS: dict[str, Method] = {
    BUILTIN: builtin,
    "rolling MAD": rolling_mad,
    "weekday MAD": weekday_mad,
    "log Holt-Winters": log_holt_winters,
}


def panel_of_week(forecasts: WeeklyForecasts, week: int) -> DetectionPanel:
    """Return the input of the built-in detector for a week."""
    start, stop = DAYS_OF_WEEK * week, DAYS_OF_WEEK * (week + 1)
    values = (forecasts.actual, forecasts.expected, forecasts.lower, forecasts.upper)
    quantiles = ForecastQuantiles(LEVELS, forecasts.quantiles)
    days, past = (
        replace(DailyValues.of(*(array[:, part] for array in values)), quantiles=quantiles.select_days(part))
        for part in (slice(start, stop), slice(start - PAST_DAYS, start))
    )
    classes = demand_classes(past.actual, window_days=PAST_DAYS, without_demand=DemandClass.INTERMITTENT)
    return DetectionPanel(
        measure="demand",
        dimensions=[key._asdict() for key in forecasts.panel.series],
        first_day=forecasts.panel.first_day + timedelta(days=forecasts.first_column + start),
        days=days,
        past=past,
        is_intermittent=is_rare(classes),
    )


def _against_past(forecasts: WeeklyForecasts, lags: Ints) -> Floats:
    values = forecasts.panel.values
    first = forecasts.first_column + PAST_DAYS
    strength = np.full((len(values), values.shape[1] - first), np.nan)
    for day in range(first, values.shape[1]):
        past = values[:, day - lags]
        has_past = (~np.isnan(past)).any(axis=1)
        middle = np.nanmedian(past[has_past], axis=1)
        deviation = np.nanmedian(np.abs(past[has_past] - middle[:, None]), axis=1)
        scale = np.maximum(CONSISTENT_WITH_SIGMA * deviation, SMALLEST_SCALE)
        strength[has_past, day - first] = (values[has_past, day] - middle) / scale
    return strength
