"""Errors of the forecast engine. Every message names the value and the fix.

ForecastError
├── InvalidDemand       the demand cannot be a panel: a column is missing, a value is negative, a day occurs twice
├── InvalidRequest      a horizon or a quantile level that makes no sense
├── InvalidForecast     a forecaster returned something that is no forecast: wrong shape, NaN, negative, crossing quantiles
└── NothingToForecast   no series is left; the message says why
"""

from __future__ import annotations


class ForecastError(Exception):
    """Base class of every error raised on purpose."""


class InvalidDemand(ForecastError):
    """The demand cannot be arranged as one row per series and one column per day."""


class InvalidRequest(ForecastError):
    """The requested horizon or quantile levels make no sense."""


class InvalidForecast(ForecastError):
    """A forecaster returned values of the wrong shape, or values that are no demand."""


class NothingToForecast(ForecastError):
    """No series can be forecast; the message says why."""
