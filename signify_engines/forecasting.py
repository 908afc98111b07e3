"""Forecast a frame in one line, and test several forecasters on it in another, by the rules of the platform's daily run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from forecast_engine.backtest import MAX_ORIGINS, backtest, backtest_origins, score
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.demand_frame import MissingDays, panel_of
from forecast_engine.errors import InvalidRequest
from forecast_engine.exclusions import ExclusionRules, explain, split_forecastable
from forecast_engine.forecaster import DEFAULT_LEVELS, Forecaster
from forecast_engine.frames import columns_of
from forecast_engine.late_series import forecast_each, late_warnings
from forecast_engine.model import PanelModel
from forecast_engine.panel import MAX_HISTORY_DAYS, Panel

BUILTIN: Forecaster = PanelModel()
COMPARED: tuple[Forecaster, ...] = (BUILTIN, SeasonalNaive())
RULES = ExclusionRules()


class ForecastWarning(UserWarning):
    """Warning about a forecast that was made, but whose figures need care."""


def forecast(
    demand: pd.DataFrame,
    h: int,
    *,
    model: Forecaster = BUILTIN,
    levels: Sequence[float] = DEFAULT_LEVELS,
    missing: MissingDays = "zero",
    last_day: date | None = None,
    known_until: Mapping[str, date] | None = None,
    rules: ExclusionRules = RULES,
) -> pd.DataFrame:
    """Forecast every series of a frame for the h days after its last day.

    demand: one row per series and day, columns unique_id, ds, y, or site_id, sku_id, demand_date, demand; optional stockout (bool).
    missing, last_day, known_until: what is known of days without a row; see `panel_of`.
    rules: which series are too short, too rare or too quiet to be forecast. They are left out with a ForecastWarning that says why.

    A series whose data ends earlier is forecast from its own last known day on, for the same h days, with a ForecastWarning.

    Returns one row per series and day: unique_id, ds (or site_id, sku_id, forecast_date), mean, and a column per level (p10, p50, p90), in
    units. Raises InvalidDemand for a frame that cannot be read, NothingToForecast when no series is left.

    >>> weeks = pd.DataFrame({"unique_id": 7, "ds": pd.date_range("2026-01-05", periods=140), "y": [9.0, 9, 9, 9, 9, 4, 0] * 20})
    >>> forecast(weeks[weeks["y"] > 0], h=28).iloc[5:8]
       unique_id         ds  mean  p10  p50  p90
    5          7 2026-05-29   9.0  9.0  9.0  9.0
    6          7 2026-05-30   4.0  4.0  4.0  4.0
    7          7 2026-05-31   0.0  0.0  0.0  0.0
    """
    panel = panel_of(demand, missing=missing, last_day=last_day, known_until=known_until, max_days=MAX_HISTORY_DAYS)
    eligible, exclusions = split_forecastable(panel, rules)
    if exclusions:
        _warn(f"{len(exclusions)} of {len(panel.series)} series are not forecast: {explain(exclusions)}")
    result = forecast_each(model, eligible, h, levels)
    for text in (*late_warnings(_not_named(eligible, known_until or {})), *result.warnings):
        _warn(text)
    frame = result.to_frame()
    for name in columns_of(demand).series:
        frame[name] = _restore_ids(frame[name], demand[name])
    return frame


def evaluate(
    demand: pd.DataFrame,
    h: int,
    *,
    models: Sequence[Forecaster] = COMPARED,
    origins: int = MAX_ORIGINS,
    missing: MissingDays = "zero",
    last_day: date | None = None,
    known_until: Mapping[str, date] | None = None,
    rules: ExclusionRules = RULES,
) -> pd.DataFrame:
    """Test forecasters side by side: each forecasts the last days of the frame from the days before them.

    models: any objects that are a `Forecaster`; by default the built-in one and the seasonal naive. All are tested on the same points.
    origins: how many times to forecast, each time h days earlier. Everything else as in `forecast`.

    Returns one row per model: model, wape (percent, of P50), coverage (percent of actuals within P10..P90), n_obs (points scored), origins.
    Raises InvalidRequest when the history is too short for any origin.

    >>> days, rng = pd.date_range("2026-01-05", periods=140), np.random.default_rng(1)
    >>> noisy = pd.concat([pd.DataFrame({"unique_id": name, "ds": days, "y": rng.poisson(6.0, 140)}) for name in "ABC"])
    >>> evaluate(noisy, h=14).round(1)
                  model  wape  coverage  n_obs  origins
    0             panel  32.6      84.5     84        2
    1  seasonal_naive_7  49.3      77.4     84        2
    """
    panel = panel_of(demand, missing=missing, last_day=last_day, known_until=known_until, max_days=MAX_HISTORY_DAYS)
    if not models:
        raise InvalidRequest("evaluate needs at least one model, such as PanelModel()")
    min_days = max(model.min_history_days(h) for model in models)
    days = backtest_origins(panel, h, min_days, most=origins)
    if not days:
        raise InvalidRequest(f"the history of {panel.days} days is too short to test a forecast of {h} days: {min_days + h} are needed")
    split_forecastable(panel.until(days[0]), rules)
    rows = []
    for model in models:
        results = backtest(model, panel, h, rules, origins=days)
        scores = score(results)
        rows.append({"model": model.name, "wape": scores.wape, "coverage": scores.coverage, "n_obs": scores.n_obs, "origins": len(results)})
    return pd.DataFrame(rows)


def _not_named(panel: Panel, known_until: Mapping[str, date]) -> Panel:
    """Return the series whose last day the caller has not given."""
    return panel.select(np.array([known_until.keys().isdisjoint(key) for key in panel.series], dtype=bool))


def _restore_ids(texts: pd.Series, ids: pd.Series) -> pd.Series:
    """Return ids as they were in the demand frame, so that both frames can be merged."""
    originals = {str(value): value for value in ids.unique()}
    return texts.map(originals).astype(ids.dtype)


def _warn(text: str) -> None:
    warnings.warn(text, ForecastWarning, stacklevel=3)
