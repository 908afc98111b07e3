"""The simple forecasts that are mixed into one: levels of several memories times seasonal factors, and the mean of the same weekday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast_engine.annual_index import annual_index
from forecast_engine.arrays import BoolArray, FloatArray, IntArray, known_mean
from forecast_engine.days import DAYS_OF_WEEK, Days
from forecast_engine.levels import masked_levels
from forecast_engine.weekly_profile import WeeklyProfile, weekly_profile

RATES = (0.01, 0.03, 0.08, 0.2)
"""Smoothing rates of the levels: memories of about 100, 33, 12 and 5 days."""
LEVEL_DAYS = 400
"""How far back the levels look; at the slowest rate older days weigh less than 2 %."""
SAME_WEEKDAY_WEEKS = 8


@dataclass(frozen=True, eq=False)
class Candidates:
    """Every candidate of every series, made at one origin.

    names: C names. levels: (C, N) units a day. profile: weekly factors. annual: (367,) index by day of the year, or None.
    same_weekday: (N, 7) units, the mean of the last eight of each weekday.
    """

    names: tuple[str, ...]
    levels: FloatArray
    profile: WeeklyProfile
    annual: FloatArray | None
    same_weekday: FloatArray

    def forecasts(self, days: Days) -> Iterator[FloatArray]:
        """Each candidate's forecast of the days, in the order of `names`: (N, days) units."""
        for kind, level in zip(self._kinds(), self.levels, strict=True):
            yield level[:, None] * self._shape(kind, days)

    def blend(self, weights: FloatArray, days: Days) -> FloatArray:
        """The weighted mean of the candidates: weights (C, N) summing to 1 over C -> (N, days) units."""
        blended = np.zeros((self.levels.shape[1], len(days)))
        kinds = np.array(self._kinds())
        for kind in dict.fromkeys(self._kinds()):
            chosen = kinds == kind
            blended += (weights[chosen] * self.levels[chosen]).sum(axis=0)[:, None] * self._shape(kind, days)
        return blended

    def is_closed(self, days: Days) -> BoolArray:
        """(N, days) true on the weekdays each series is closed."""
        return np.asarray(self.profile.closed[:, days.weekday])

    def _kinds(self) -> tuple[str, ...]:
        return tuple(name.split("_", 1)[0] for name in self.names)

    def _shape(self, kind: str, days: Days) -> FloatArray:
        if kind == "weekday":
            return np.asarray(self.same_weekday[:, days.weekday])
        weekly = np.asarray(self.profile.factors[:, days.weekday])
        if kind == "annual" and self.annual is not None:
            return weekly * self.annual[days.day_of_year]
        return weekly


def candidates(values: FloatArray, days: Days, site: IntArray, with_annual: bool) -> Candidates:
    """Fit every candidate on (N, T) demand of the given T days; site: (N,) site numbers. `with_annual` adds the annual levels."""
    profile = weekly_profile(values, days.weekday, site)
    annual = annual_index(values, days.day_of_year) if with_annual else None
    recent, recent_days = values[:, -LEVEL_DAYS:], days.last(LEVEL_DAYS)
    expected = profile.factors[:, recent_days.weekday]
    names = [f"level_{rate}" for rate in RATES]
    levels = [masked_levels(recent, expected, RATES)]
    if annual is not None:
        names += [f"annual_{rate}" for rate in RATES]
        levels.append(masked_levels(recent, expected * annual[recent_days.day_of_year], RATES))
    names.append("weekday_8")
    levels.append(np.ones((1, len(values))))
    return Candidates(tuple(names), np.concatenate(levels), profile, annual, same_weekday_mean(values, days.weekday))


def same_weekday_mean(values: FloatArray, weekday: IntArray, weeks: int = SAME_WEEKDAY_WEEKS) -> FloatArray:
    """Mean of the known values of each weekday in the last weeks: (N, 7), 0 where none is known."""
    span = min(weeks * DAYS_OF_WEEK, values.shape[1])
    recent, recent_weekday = values[:, -span:], weekday[-span:]
    columns = [known_mean(recent[:, recent_weekday == day], axis=1, empty=0.0) for day in range(DAYS_OF_WEEK)]
    return np.stack(columns, axis=1)
