"""The built-in forecaster: all series of a panel at once, with a mean and quantiles for every day of the horizon.

1. Candidates: simple forecasts per series (levels of several memories, weekly profile, annual index, same-weekday mean).
2. They are replayed at up to eight past origins; their errors become softmax weights, so each series gets its own mixture.
3. The mixture's errors at those origins become quantiles around the new mixture.

Before, the history is read for what has changed (the package `changes`): outliers, closed weekdays, levels that moved, growth. Articles of
one season are forecast by their seasons alone.

Deterministic: no random number is drawn, and the order of the series does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from forecast_engine.arrays import known_mean
from forecast_engine.candidates import LEVEL_DAYS, FittedCandidates, fit_candidates
from forecast_engine.changes.growth import growth_ahead
from forecast_engine.changes.history import read_history
from forecast_engine.changes.outliers import limit_outliers, tail_share
from forecast_engine.changes.seasons import find_season_articles, forecast_season, season_quantiles
from forecast_engine.days import Days, days_from
from forecast_engine.forecaster import DEFAULT_LEVELS, Diagnostics, PanelForecast, check_request
from forecast_engine.intervals import quantiles
from forecast_engine.panel import Panel, SeriesKey
from forecast_engine.replay import MIN_TRAINING_DAYS, Replay, fit_errors, has_annual_replay, past_errors, replays
from forecast_engine.weights import candidate_weights
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.demand_class import DemandClass, demand_classes

NAME_UNTESTED = "panel_untested"
WEIGHT_DECIMALS = 4
CLASS_WINDOW_DAYS = 365
"""The demand class is that of the last year."""


@dataclass(frozen=True, eq=False)
class MixtureDiagnostics(Diagnostics):
    """candidates: C names. weights: (C, N) share of each candidate, each column summing to 1. classes: (N,) demand class numbers."""

    candidates: tuple[str, ...]
    weights: Floats
    classes: Ints

    def as_dict(self) -> Mapping[str, object]:
        """Return the mean weight of each candidate, and how many series each demand class has."""
        mean_weights = np.round(self.weights.mean(axis=1), WEIGHT_DECIMALS).tolist()
        counts = np.bincount(self.classes, minlength=len(DemandClass)).tolist()
        return {
            "mean_weights": dict(zip(self.candidates, mean_weights, strict=True)),
            "demand_classes": {number.name: counts[number] for number in DemandClass},
        }


@dataclass(frozen=True)
class PanelModel:
    """The built-in forecaster. Its forecasts name their model "panel", or "panel_untested" when the history was too short for a replay."""

    name: str = "panel"
    version: str = "2"

    def min_history_days(self, horizon: int) -> int:
        """Return the days that let the candidates be replayed at one past origin: 56 and the horizon."""
        return MIN_TRAINING_DAYS + horizon

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float] = DEFAULT_LEVELS) -> PanelForecast:
        """Forecast every series of the panel; the diagnostics are MixtureDiagnostics. Raises NothingToForecast or InvalidRequest."""
        return self.forecast_after_gap(panel, 0, horizon, levels)

    def forecast_after_gap(self, panel: Panel, gap: int, horizon: int, levels: Sequence[float]) -> PanelForecast:
        """Forecast the `horizon` days from gap + 1 days after the panel's last day on, with weights and quantiles learned at such leads."""
        check_request(panel, horizon, levels)
        values, site = panel.values, _site_numbers(panel.series)
        origin = panel.last_day + timedelta(days=gap)
        past, future = days_from(panel.first_day, panel.days), days_from(origin + timedelta(days=1), horizon)
        history = read_history(values, past, site)
        average = known_mean(history.values[:, -LEVEL_DAYS:], axis=1, empty=0.0)
        classes = demand_classes(values, window_days=CLASS_WINDOW_DAYS, without_demand=DemandClass.INTERMITTENT)
        past_replays = replays(history.values, past, site, history.is_closed, horizon, gap)
        with_annual = has_annual_replay(panel.days, horizon + gap)
        candidates = fit_candidates(history.values, past, site, with_annual, history.is_closed)
        weights = _weights(past_replays, candidates, history.values, classes)
        mean = candidates.blend(weights, future)
        errors = past_errors(past_replays, weights) if past_replays else fit_errors(candidates, weights, history.values, past)
        is_closed = history.is_closed[:, future.weekday]
        path = np.where(is_closed, 0.0, growth_ahead(history.growth, gap, horizon))
        bands = quantiles(mean, errors, classes, average, levels) * path
        mean = mean * path * (1.0 + tail_share(values, history.limits, classes)[:, None])
        season = _forecast_season_articles(limit_outliers(values, history.limits), past, future, levels)
        mean[season.rows] = np.where(is_closed[season.rows], 0.0, season.mean)
        bands[:, season.rows] = np.where(is_closed[season.rows], 0.0, season.quantiles)
        return PanelForecast(
            series=panel.series,
            origin=origin,
            levels=tuple(levels),
            mean=mean,
            quantiles=bands,
            model=self.name if past_replays else NAME_UNTESTED,
            warnings=() if past_replays else (_untested_warning(panel, horizon + gap),),
            diagnostics=MixtureDiagnostics(tuple(candidate.name for candidate in candidates.members), weights, classes),
        )


class _SeasonForecast(NamedTuple):
    """rows: (M,) the season articles of the panel. mean: (M, days) units. quantiles: (levels, M, days) units."""

    rows: Ints
    mean: Floats
    quantiles: Floats


def _forecast_season_articles(values: Floats, past: Days, future: Days, levels: Sequence[float]) -> _SeasonForecast:
    rows = np.flatnonzero(find_season_articles(values, past))
    mean = forecast_season(values[rows], past, future)
    return _SeasonForecast(rows, mean, season_quantiles(mean, values[rows], past, levels))


def _weights(past_replays: tuple[Replay, ...], candidates: FittedCandidates, values: Floats, classes: Ints) -> Floats:
    if not past_replays:
        return np.full(candidates.levels.shape, 1.0 / len(candidates.members))
    errors = known_mean(np.stack([replay.squared_errors() for replay in past_replays]), axis=0)
    return candidate_weights(errors, known_mean(values[:, -LEVEL_DAYS:] ** 2, axis=1, empty=0.0), classes)


def _site_numbers(series: tuple[SeriesKey, ...]) -> Ints:
    number = {site: position for position, site in enumerate(sorted({key.site_id for key in series}))}
    return np.array([number[key.site_id] for key in series], dtype=np.int64)


def _untested_warning(panel: Panel, horizon: int) -> str:
    return (
        f"history of {panel.days} days is too short to replay a {horizon}-day forecast: candidates weigh alike and the quantiles come from "
        "the stretched fit of the last days"
    )
