"""Out-of-sample test of a forecaster: it forecasts as of earlier days, and its forecasts are compared with the demand that followed.

Everything is redone as of each origin, exclusions included, from a panel cut at that day, so nothing later can leak in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np

from forecast_engine.baseline import seasonal_naive
from forecast_engine.errors import InvalidForecast
from forecast_engine.exclusions import ExclusionRules, split_panel
from forecast_engine.forecaster import DEFAULT_LEVELS, Forecaster
from forecast_engine.late_series import forecast_each
from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.shared.arrays import Bools, Floats, Ints, sum_by_group, to_number
from kpi_engine.shared.skill import measure_skill
from kpi_engine.shared.volume_share import weigh_units
from kpi_engine.shared.wape import wape

MAX_ORIGINS = 2
DECIMALS = 3
"""Forecasts are scored as they are published: rounded, to the decimals that demand has (contracts/quantities.py)."""
NO_UNITS: Mapping[str, str] = MappingProxyType({})


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


@dataclass(frozen=True)
class BacktestScore:
    """Accuracy over all scored points of all origins, percent.

    wape, baseline_wape: 100 * sum|A - F| / sum|A|, F = P50 and seasonal naive, pooled by volume share within a unit of measure where there
    are several; None when the actuals sum to zero. skill: kpi_engine.shared.skill, None without a scored point that is not zero.
    median_wape: of the n_series series. largest_share: of the volume, that of `largest_series`. coverage: actuals within P10..P90, bounds
    included; None without points. n_obs: scored points.
    """

    wape: float | None
    baseline_wape: float | None
    skill: float | None
    median_wape: float | None
    largest_share: float | None
    largest_series: SeriesKey | None
    n_series: int
    coverage: float | None
    n_obs: int


@dataclass(frozen=True)
class SeriesSums:
    """Sums of each series over its scored points, in its own units, and the number of its unit of measure."""

    keys: tuple[SeriesKey, ...]
    abs_actual: Floats
    abs_error: Floats
    baseline_error: Floats
    unit_of: Ints

    @classmethod
    def of(cls, results: Sequence[BacktestOrigin], units: Mapping[str, str]) -> SeriesSums:
        """Sum the known points of all origins."""
        keys = tuple(dict.fromkeys(key for result in results for key in result.series))
        number = {key: position for position, key in enumerate(keys)}
        actual, error, baseline = np.zeros((3, len(keys)))
        for result in results:
            rows = np.array([number[key] for key in result.series], dtype=np.int64)
            for sums, values in ((actual, result.actual), (error, result.actual - result.middle), (baseline, result.actual - result.naive)):
                sums += sum_by_group(rows, len(keys), np.nansum(np.abs(values), axis=1))
        names = sorted({units.get(key.sku_id, "") for key in keys})
        unit_of = np.array([names.index(units.get(key.sku_id, "")) for key in keys], dtype=np.int64)
        return cls(keys, actual, error, baseline, unit_of)

    def weights(self) -> Floats:
        """Return what one unit of each series counts: 1 while all have one unit of measure."""
        if len(np.unique(self.unit_of)) <= 1:
            return np.ones(len(self.keys))
        return weigh_units(self.unit_of, self.abs_actual, np.ones(len(self.keys), dtype=np.bool_))

    def skill(self) -> float | None:
        """Return the skill against the baseline; a series counts by the largest of its demand and both errors."""
        volume = np.maximum(self.abs_actual, np.maximum(self.abs_error, self.baseline_error))
        return measure_skill(self.abs_error, self.baseline_error, volume, self.unit_of)


def score(results: Sequence[BacktestOrigin], units: Mapping[str, str] = NO_UNITS) -> BacktestScore:
    """Pool the points of all origins into one score. units: the unit of measure of each SKU, by its id.

    >>> lower, middle, upper, naive = (np.full((1, 3), units) for units in (1.0, 2.0, 3.0, 5.0))
    >>> actual = np.array([[1.0, 4.0, np.nan]])
    >>> key = SeriesKey("LDS1", "A")
    >>> result = score([BacktestOrigin(date(2026, 1, 1), (key,), lower=lower, middle=middle, upper=upper, actual=actual, naive=naive)])
    >>> result.wape, result.baseline_wape, result.skill, result.coverage, result.n_obs
    (60.0, 100.0, 25.0, 50.0, 2)
    """
    sums = SeriesSums.of(results, units)
    volume = sums.abs_actual * sums.weights()
    common_errors = [(each * sums.weights()).sum(keepdims=True) for each in (sums.abs_error, sums.baseline_error)]
    total = volume.sum(keepdims=True)
    of_series = wape(sums.abs_error, sums.abs_actual)
    has_wape = ~np.isnan(of_series)
    n_obs, n_inside = _count_inside(results)
    return BacktestScore(
        wape=to_number(wape(common_errors[0], total)),
        baseline_wape=to_number(wape(common_errors[1], total)),
        skill=sums.skill(),
        median_wape=float(np.median(of_series[has_wape])) if has_wape.any() else None,
        largest_share=to_number(wape(volume.max(initial=0.0, keepdims=True), total)),
        largest_series=sums.keys[int(np.argmax(volume))] if volume.any() else None,
        n_series=len(sums.keys),
        coverage=100.0 * n_inside / n_obs if n_obs else None,
        n_obs=n_obs,
    )


def _count_inside(results: Sequence[BacktestOrigin]) -> tuple[int, int]:
    n_obs = sum(int(np.count_nonzero(~np.isnan(each.actual))) for each in results)
    return n_obs, sum(int(np.count_nonzero((each.lower <= each.actual) & (each.actual <= each.upper))) for each in results)
