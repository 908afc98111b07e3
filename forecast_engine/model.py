"""The panel forecaster: all series of a panel at once, with a mean and quantiles for every day of the horizon.

1. Candidates: simple forecasts per series (levels of several memories, weekly profile, annual index, same-weekday mean).
2. They are replayed at up to six past origins; their errors become softmax weights, so each series gets its own mixture.
3. The mixture's errors at those origins become quantiles around the new mixture.

Deterministic: no random number is drawn, and the order of the series does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_engine.arrays import FloatArray, IntArray, known_mean
from forecast_engine.candidates import LEVEL_DAYS, Candidates, candidates
from forecast_engine.days import days_from
from forecast_engine.demand_class import demand_classes
from forecast_engine.errors import InvalidRequest, NothingToForecast
from forecast_engine.intervals import quantiles
from forecast_engine.panel import Panel, SeriesKey
from forecast_engine.replay import Replay, fit_errors, has_annual_replay, past_errors, replays
from forecast_engine.weights import candidate_weights

NAME = "panel"
NAME_UNTESTED = "panel_untested"
VERSION = "1"
DEFAULT_LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class PanelForecast:
    """Forecasts of N series for the `horizon` days after `origin`.

    mean: (N, horizon) units. quantiles: (levels, N, horizon) units, ordered by level and not negative. weights: (C, N) share of each
    candidate. classes: (N,) demand class numbers. model: "panel", or "panel_untested" when the history was too short to replay any
    forecast. warnings: what the reader of the numbers should know.
    """

    series: tuple[SeriesKey, ...]
    origin: date
    levels: tuple[float, ...]
    mean: FloatArray
    quantiles: FloatArray
    candidates: tuple[str, ...]
    weights: FloatArray
    classes: IntArray
    model: str
    warnings: tuple[str, ...]

    @property
    def horizon(self) -> int:
        """Days forecast."""
        return int(self.mean.shape[1])


def forecast_panel(panel: Panel, horizon: int, levels: Sequence[float] = DEFAULT_LEVELS) -> PanelForecast:
    """Forecast every series of the panel for the `horizon` days after its last day.

    Raises NothingToForecast for a panel without series, InvalidRequest for a horizon below 1 or levels that do not ascend in (0, 1).
    """
    _check(panel, horizon, levels)
    values, site = panel.values, _site_numbers(panel.series)
    past, future = days_from(panel.first_day, panel.days), days_from(panel.last_day + timedelta(days=1), horizon)
    average = known_mean(values[:, -LEVEL_DAYS:], axis=1, empty=0.0)
    classes = demand_classes(values)
    tried = replays(values, past, site, horizon)
    fitted = candidates(values, past, site, has_annual_replay(panel.days, horizon))
    weights = _weights(tried, fitted, values, classes)
    mean = fitted.blend(weights, future)
    errors = past_errors(tried, weights) if tried else fit_errors(fitted, weights, values, past)
    closed = fitted.is_closed(future)
    return PanelForecast(
        series=panel.series,
        origin=panel.last_day,
        levels=tuple(levels),
        mean=np.where(closed, 0.0, mean),
        quantiles=np.where(closed, 0.0, quantiles(mean, errors, classes, average, levels)),
        candidates=fitted.names,
        weights=weights,
        classes=classes,
        model=NAME if tried else NAME_UNTESTED,
        warnings=() if tried else (_untested(panel, horizon),),
    )


def _weights(tried: tuple[Replay, ...], fitted: Candidates, values: FloatArray, classes: IntArray) -> FloatArray:
    if not tried:
        return np.full(fitted.levels.shape, 1.0 / len(fitted.names))
    errors = known_mean(np.stack([replay.squared_errors() for replay in tried]), axis=0)
    return candidate_weights(errors, known_mean(values[:, -LEVEL_DAYS:] ** 2, axis=1, empty=0.0), classes)


def _site_numbers(series: tuple[SeriesKey, ...]) -> IntArray:
    number = {site: position for position, site in enumerate(sorted({key.site_id for key in series}))}
    return np.array([number[key.site_id] for key in series], dtype=np.int64)


def _check(panel: Panel, horizon: int, levels: Sequence[float]) -> None:
    if not panel.series or not panel.days:
        raise NothingToForecast("the panel has no series; give at least one series with at least one day")
    if horizon < 1:
        raise InvalidRequest(f"horizon must be at least 1 day, not {horizon}")
    if not levels or any(not 0.0 < level < 1.0 for level in levels) or list(levels) != sorted(set(levels)):
        raise InvalidRequest(f"quantile levels must ascend strictly between 0 and 1, not {tuple(levels)}")


def _untested(panel: Panel, horizon: int) -> str:
    return (
        f"history of {panel.days} days is too short to replay a {horizon}-day forecast: candidates weigh alike and the quantiles come from "
        "the stretched fit of the last days"
    )
