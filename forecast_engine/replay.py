"""Replays inside one forecast: the candidates fitted again at past origins, and their errors there.

Weights and quantiles are learned from these errors. The accuracy of the finished forecast is measured elsewhere: backtest.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast_engine.annual_index import MIN_DAYS
from forecast_engine.arrays import known_mean
from forecast_engine.candidates import FittedCandidates, fit_candidates
from forecast_engine.days import Days
from forecast_engine.intervals import PastErrors
from kpi_engine.shared.arrays import Bools, Floats, Ints

ORIGINS = 6
ORIGIN_STEP = 14
LATE_HORIZONS = (7, 14)
"""Days forecast at two more origins, that many days before the end: the newest full replay knows nothing of the last weeks."""
MIN_TRAINING_DAYS = 56
"""Days of history before a past origin."""
FIT_DAYS = 56
FIT_WIDENING = 1.5
"""Errors on days the model was fitted to are too small; they are stretched by this factor."""


@dataclass(frozen=True, eq=False)
class Replay:
    """Candidates fitted at one past origin, and the days they forecast; actual: (N, days) units, NaN = not known."""

    candidates: FittedCandidates
    days: Days
    actual: Floats

    def squared_errors(self) -> Floats:
        """Return the mean squared error of each candidate: (C, N), NaN where no day is known."""
        return np.stack([known_mean((forecast - self.actual) ** 2, axis=1) for forecast in self.candidates.forecasts(self.days)])


def has_annual_replay(days: int, horizon: int) -> bool:
    """Return whether a history of `days` lets annual candidates be tried at one past origin at least.

    >>> has_annual_replay(576, horizon=28), has_annual_replay(575, horizon=28)
    (True, False)
    """
    return days - horizon >= MIN_DAYS


def replays(values: Floats, days: Days, site: Ints, is_closed: Bools, horizon: int, gap: int = 0) -> tuple[Replay, ...]:
    """Replay the candidates at up to eight past origins.

    Six are 14 days apart, the last one gap + `horizon` days before the end. Two more are so late that only a week and two weeks of their
    forecasts have come to pass.

    is_closed: (N, 7) weekdays on which a series is closed. gap: days between an origin and the first day that is forecast, as for a
    series whose data is late. All replays have the same candidates: when the annual ones can be tried, origins too early for them are
    left out.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> values, days = np.full((1, 112), 3.0), days_from(date(2026, 1, 5), 112)
    >>> past = replays(values, days, np.zeros(1, dtype=np.int64), np.zeros((1, 7), dtype=bool), horizon=28)
    >>> len(past), past[0].actual.shape
    (5, (1, 28))
    """
    with_annual = has_annual_replay(len(days), gap + horizon)
    enough = MIN_DAYS if with_annual else MIN_TRAINING_DAYS
    ends = [(len(days) - ORIGIN_STEP * step, horizon) for step in range(ORIGINS)]
    full = [range(end - ahead, end) for end, ahead in ends if end - ahead - gap >= enough]
    late = [range(len(days) - ahead, len(days)) for ahead in LATE_HORIZONS if full and ahead < horizon]
    return tuple(_replay(values, days, site, is_closed, ahead.start - gap, ahead, with_annual) for ahead in full + late)


def past_errors(past_replays: tuple[Replay, ...], weights: Floats) -> PastErrors:
    """Return what the mixture with these weights (C, N) forecast at the past origins, beside the demand that followed.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> values, days = np.full((1, 112), 3.0), days_from(date(2026, 1, 5), 112)
    >>> past = replays(values, days, np.zeros(1, dtype=np.int64), np.zeros((1, 7), dtype=bool), horizon=28)
    >>> past_errors(past, np.full(past[0].candidates.levels.shape, 0.2)).forecast.shape
    (1, 105)
    """
    forecast = [replay.candidates.blend(weights, replay.days) for replay in past_replays]
    return PastErrors(np.concatenate(forecast, axis=1), np.concatenate([replay.actual for replay in past_replays], axis=1))


def fit_errors(candidates: FittedCandidates, weights: Floats, values: Floats, days: Days) -> PastErrors:
    """Return the errors of the fit on its last 56 days, stretched: for a history too short to replay.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> values, days = np.array([[4.0, 6.0] * 20]), days_from(date(2026, 1, 5), 40)
    >>> fitted = fit_candidates(values, days, np.zeros(1, dtype=np.int64), False, np.zeros((1, 7), dtype=bool))
    >>> errors = fit_errors(fitted, np.full(fitted.levels.shape, 0.2), values, days)
    >>> errors.actual.shape
    (1, 40)
    """
    recent = days.last(FIT_DAYS)
    forecast = candidates.blend(weights, recent)
    actual = values[:, -len(recent) :]
    return PastErrors(forecast, np.maximum(forecast + FIT_WIDENING * (actual - forecast), 0.0))


def _replay(values: Floats, days: Days, site: Ints, is_closed: Bools, origin: int, columns: range, with_annual: bool) -> Replay:
    candidates = fit_candidates(values[:, :origin], days.between(0, origin), site, with_annual, is_closed)
    return Replay(candidates, days.between(columns.start, columns.stop), values[:, columns.start : columns.stop])
