"""The simple forecasts that are mixed into one: levels of several memories times seasonal factors, and the mean of the same weekday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecast_engine.annual_index import annual_index
from forecast_engine.arrays import known_mean
from forecast_engine.days import Days
from forecast_engine.levels import masked_levels
from forecast_engine.weekly_profile import weekly_profile
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

RATES = (0.01, 0.03, 0.08, 0.2)
"""Smoothing rates of the levels: memories of about 100, 33, 12 and 5 days."""
LEVEL_DAYS = 400
"""Days that the levels use; at the slowest rate older days weigh less than 2 %."""
SAME_WEEKDAY_WEEKS = 8
FALLBACK_RATE = RATES.index(0.03)
"""Level that stands in for the mean of a weekday that is not known."""


class Kind(StrEnum):
    """Factor by which a candidate multiplies its level."""

    LEVEL = "level"
    """The weekly profile."""
    ANNUAL = "annual"
    """The weekly profile and the annual index."""
    SAME_WEEKDAY = "weekday"
    """None: the candidate is the mean of the same weekday itself."""


@dataclass(frozen=True)
class Candidate:
    """One simple forecast. parameter: the smoothing rate of a level, or the weeks of a same-weekday mean."""

    kind: Kind
    parameter: float

    @property
    def name(self) -> str:
        """The name in forecast.json, such as level_0.01 or weekday_8."""
        return f"{self.kind}_{self.parameter}"


@dataclass(frozen=True, eq=False)
class FittedCandidates:
    """Every candidate of every series, fitted at one origin.

    members: the C candidates. levels: (C, N) units a day. profile: (N, 7) weekly factors, zero on closed weekdays.
    annual: (367,) index by day of the year, or None. same_weekday: (N, 7) units, the mean of the last eight of each weekday.
    """

    members: tuple[Candidate, ...]
    levels: Floats
    profile: Floats
    annual: Floats | None
    same_weekday: Floats

    def forecasts(self, days: Days) -> Iterator[Floats]:
        """Yield each candidate's forecast of the days, in the order of `members`: (N, days) units."""
        for candidate, level in zip(self.members, self.levels, strict=True):
            yield level[:, None] * self._shape(candidate.kind, days)

    def blend(self, weights: Floats, days: Days) -> Floats:
        """Return the weighted mean of the candidates: weights (C, N) summing to 1 over C -> (N, days) units."""
        mean = np.zeros((self.levels.shape[1], len(days)))
        kinds = [candidate.kind for candidate in self.members]
        for kind in dict.fromkeys(kinds):
            of_kind = np.array([other is kind for other in kinds])
            mean += (weights[of_kind] * self.levels[of_kind]).sum(axis=0)[:, None] * self._shape(kind, days)
        return mean

    def _shape(self, kind: Kind, days: Days) -> Floats:
        if kind is Kind.SAME_WEEKDAY:
            return np.asarray(self.same_weekday[:, days.weekday])
        weekly = np.asarray(self.profile[:, days.weekday])
        if kind is Kind.ANNUAL and self.annual is not None:
            return weekly * self.annual[days.day_of_year]
        return weekly


def fit_candidates(values: Floats, days: Days, site: Ints, with_annual: bool, is_closed: Bools) -> FittedCandidates:
    """Fit every candidate on (N, T) demand of the given T days.

    site: (N,) site numbers. is_closed: (N, 7) weekdays on which a series is closed. `with_annual` adds the annual levels.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> values, days = np.full((1, 56), 3.0), days_from(date(2026, 1, 5), 63)
    >>> site, never = np.zeros(1, dtype=np.int64), np.zeros((1, 7), dtype=bool)
    >>> fitted = fit_candidates(values, days.between(0, 56), site, with_annual=False, is_closed=never)
    >>> [candidate.name for candidate in fitted.members]
    ['level_0.01', 'level_0.03', 'level_0.08', 'level_0.2', 'weekday_8']
    >>> next(fitted.forecasts(days.between(56, 59))).round(6).tolist()
    [[3.0, 3.0, 3.0]]
    """
    profile = weekly_profile(values, days.weekday, site, is_closed)
    annual = annual_index(values, days.day_of_year) if with_annual else None
    recent, recent_days = values[:, -LEVEL_DAYS:], days.last(LEVEL_DAYS)
    factors = profile[:, recent_days.weekday]
    members = [Candidate(Kind.LEVEL, rate) for rate in RATES]
    levels = [masked_levels(recent, factors, RATES)]
    if annual is not None:
        members += [Candidate(Kind.ANNUAL, rate) for rate in RATES]
        levels.append(masked_levels(recent, factors * annual[recent_days.day_of_year], RATES))
    members.append(Candidate(Kind.SAME_WEEKDAY, SAME_WEEKDAY_WEEKS))
    levels.append(np.ones((1, len(values))))
    same_weekday = same_weekday_mean(values, days.weekday)
    same_weekday = np.where(np.isnan(same_weekday), levels[0][FALLBACK_RATE][:, None] * profile, same_weekday)
    return FittedCandidates(tuple(members), np.concatenate(levels), profile, annual, same_weekday)


def same_weekday_mean(values: Floats, weekday: Ints, weeks: int = SAME_WEEKDAY_WEEKS) -> Floats:
    """Return the mean of the known values of each weekday in the last weeks: (N, 7), NaN where none is known.

    >>> same_weekday_mean(np.arange(14.0)[None, :], np.arange(14) % 7).tolist()
    [[3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]]
    """
    span = min(weeks * DAYS_OF_WEEK, values.shape[1])
    recent, recent_weekday = values[:, -span:], weekday[-span:]
    columns = [known_mean(recent[:, recent_weekday == day], axis=1) for day in range(DAYS_OF_WEEK)]
    return np.stack(columns, axis=1)
