"""Out-of-sample test of a forecaster: it forecasts as of earlier days, and its forecasts are compared with the demand that followed.

Everything is redone as of each origin, exclusions included, from a panel cut at that day, so nothing later can leak in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_engine.baseline import seasonal_naive
from forecast_engine.errors import InvalidForecast
from forecast_engine.exclusions import ExclusionRules, split_panel
from forecast_engine.forecaster import DEFAULT_LEVELS, Forecaster
from forecast_engine.late_series import forecast_each
from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.wape import wape_of_points

MAX_ORIGINS = 2
DECIMALS = 3
"""Forecasts are scored as they are published: rounded, to the decimals that demand has (contracts/quantities.py)."""


@dataclass(frozen=True, eq=False)
class BacktestOrigin:
    """One origin's forecasts beside the demand that followed, all (N, horizon) units.

    lower, middle, upper: P10, P50, P90. naive: last week again (baseline.seasonal_naive). actual is NaN on days that are not known (out of
    stock, or missing); such points are not scored. is_missing: the days after the last known day of a late series.
    """

    origin: date
    series: tuple[SeriesKey, ...]
    lower: Floats
    middle: Floats
    upper: Floats
    actual: Floats
    naive: Floats
    is_missing: Bools | None = None


@dataclass(frozen=True)
class BacktestScore:
    """Accuracy over all scored points of all origins.

    wape, baseline_wape: percent, 100 * sum|A - F| / sum A, F = P50 and seasonal naive; None when the actuals sum to zero.
    coverage: percent of actuals within P10..P90, bounds included; None without points. n_obs: scored points.
    """

    wape: float | None
    baseline_wape: float | None
    coverage: float | None
    n_obs: int


def backtest(
    forecaster: Forecaster, panel: Panel, horizon: int, rules: ExclusionRules, *, origins: Sequence[date] | None = None
) -> tuple[BacktestOrigin, ...]:
    """Forecast as of earlier days, latest first; empty when the history is too short for any.

    origins: the days after which to forecast, by default `backtest_origins` of the forecaster alone. An origin at which the rules leave no
    series is skipped. Raises InvalidForecast when the forecaster returns other series or days than the panel's.

    >>> from forecast_engine.model import PanelModel
    >>> week = np.array([9.0, 9.0, 9.0, 9.0, 9.0, 4.0, 0.0])
    >>> panel = Panel(np.tile(week, (1, 30)), date(2026, 1, 5), (SeriesKey("LDS1", "A"),))
    >>> last, _ = backtest(PanelModel(), panel, 7, ExclusionRules())
    >>> last.origin, last.middle.tolist()
    (datetime.date(2026, 7, 26), [[9.0, 9.0, 9.0, 9.0, 9.0, 4.0, 0.0]])
    """
    if origins is None:
        origins = backtest_origins(panel, horizon, forecaster.min_history_days(horizon))
    results = (_test(forecaster, panel, origin, horizon, rules) for origin in origins)
    return tuple(result for result in results if result is not None)


def backtest_origins(panel: Panel, horizon: int, min_history_days: int, *, most: int = MAX_ORIGINS) -> tuple[date, ...]:
    """Return the last origins whose horizons do not overlap, latest first: 1, 2, ... horizons before the panel's last day.

    Each has at least min_history_days of the panel before it, so that what is tested is what is published; `most` limits their number.

    >>> panel = Panel(np.ones((1, 100)), date(2026, 1, 1), (SeriesKey("LDS1", "A"),))
    >>> [str(origin) for origin in backtest_origins(panel, 28, min_history_days=56)]
    ['2026-03-13']
    """
    back = (horizon * step for step in range(1, most + 1))
    return tuple(panel.last_day - timedelta(days=days) for days in back if panel.days - days >= min_history_days)


def score(results: Sequence[BacktestOrigin]) -> BacktestScore:
    """Pool the points of all origins into one score.

    >>> lower, middle, upper, naive = (np.full((1, 3), units) for units in (1.0, 2.0, 3.0, 5.0))
    >>> actual = np.array([[1.0, 4.0, np.nan]])
    >>> key = SeriesKey("LDS1", "A")
    >>> score([BacktestOrigin(date(2026, 1, 1), (key,), lower=lower, middle=middle, upper=upper, actual=actual, naive=naive)])
    BacktestScore(wape=60.0, baseline_wape=100.0, coverage=50.0, n_obs=2)
    """
    actual = _pool([result.actual for result in results])
    is_known = ~np.isnan(actual)
    lower, middle, upper, naive = (
        _pool(arrays)[is_known] for arrays in zip(*((each.lower, each.middle, each.upper, each.naive) for each in results), strict=True)
    )
    actual = actual[is_known]
    is_inside = (lower <= actual) & (actual <= upper)
    return BacktestScore(
        wape=wape_of_points(actual, middle),
        baseline_wape=wape_of_points(actual, naive),
        coverage=100.0 * float(is_inside.mean()) if len(actual) else None,
        n_obs=len(actual),
    )


def _pool(arrays: Sequence[Floats]) -> Floats:
    return np.concatenate([array.ravel() for array in arrays])


def _test(forecaster: Forecaster, panel: Panel, origin: date, horizon: int, rules: ExclusionRules) -> BacktestOrigin | None:
    history, _ = split_panel(panel.until(origin), rules)
    if not history.series:
        return None
    forecast = forecast_each(forecaster, history, horizon, DEFAULT_LEVELS)
    if forecast.series != history.series or forecast.horizon != horizon or forecast.levels != DEFAULT_LEVELS:
        raise InvalidForecast(
            f"{forecaster.name} must return the {len(history.series)} series of the panel in its order, {horizon} days and the levels "
            f"{DEFAULT_LEVELS}; it returned {len(forecast.series)} series, {forecast.horizon} days and the levels {forecast.levels}"
        )
    row_of = {key: row for row, key in enumerate(panel.series)}
    rows = [row_of[key] for key in history.series]
    actual = panel.values[rows, history.days : history.days + horizon]
    lower, middle, upper = np.round(forecast.quantiles, DECIMALS)
    naive = _naive(history, horizon)
    last_known = panel.days - 1 - panel.days_behind[rows]
    is_missing = np.arange(history.days, history.days + horizon) > last_known[:, None]
    return BacktestOrigin(
        origin, history.series, lower=lower, middle=middle, upper=upper, actual=actual, naive=naive, is_missing=is_missing
    )


def _naive(history: Panel, horizon: int) -> Floats:
    """Return the last known week of every series again."""
    result = np.empty((len(history.series), horizon))
    for behind in np.unique(history.days_behind).tolist():
        rows = history.days_behind == behind
        result[rows] = seasonal_naive(history.values[rows, : history.days - behind], horizon + behind)[:, behind:]
    return result
