"""What can go wrong in the forecaster. Every message names what was given and how to mend it.

ForecastError
├── InvalidDemand       the demand cannot be a panel: a column is missing, a value is negative, a day stands twice
├── InvalidRequest      a horizon or a quantile level that makes no sense
└── NothingToForecast   no series is left; the message says why
"""

from __future__ import annotations


class ForecastError(Exception):
    """The root of everything the forecaster raises on purpose."""


class InvalidDemand(ForecastError):
    """The demand cannot be arranged as one row per series and one column per day."""


class InvalidRequest(ForecastError):
    """The horizon or the quantile levels asked for make no sense."""


class NothingToForecast(ForecastError):
    """No series can be forecast; the message says why."""
