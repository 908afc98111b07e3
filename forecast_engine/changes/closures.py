"""Weekdays on which a series or its whole site sells nothing: since when they are closed, and which past days were.

A weekday without demand is closed when it is incredible that it sold nothing by chance: the share of days with demand, of other weekdays
in the same weeks or of the weekday itself before, says how likely one such day is. Three weeks are enough where every day sells; where
every other day does, it takes three months. A weekday that sells again after such weeks was closed in them and is open now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio
from kpi_engine.shared.calendar import DAYS_OF_WEEK

WEEKS = 52
"""History that is looked at, in weeks."""
CHANCE = 1e-4
"""Likelihood of a run of days without demand below which it is no chance."""
REOPENED_WEEKS = 2
"""Weeks with demand after which a weekday that was closed is open again."""
EXCEPTION_SHARE = 0.1
"""A weekday that sold in fewer weeks than this was closed before too, with exceptions."""


@dataclass(frozen=True, eq=False)
class Closures:
    """is_closed: (N, 7), Monday first, weekdays that are closed now. was_closed: (N, T) past days on closed weekdays."""

    is_closed: Bools
    was_closed: Bools

    def __or__(self, other: Closures) -> Closures:
        return Closures(self.is_closed | other.is_closed, self.was_closed | other.was_closed)


def find_closures(values: Floats, weekday: Ints, site: Ints) -> Closures:
    """Return the weekdays and days on which each series, or its whole site, is closed.

    values: (N, T) units, NaN = not known. weekday: (T,) 0 = Monday. site: (N,) site number of each series, from 0.

    >>> weeks = np.tile([5.0, 4.0, 6.0, 5.0, 7.0, 3.0, 3.0], 8)
    >>> weeks[[-15, -8, -1]] = 0.0
    >>> closures = find_closures(weeks[None, :], np.arange(56) % 7, np.zeros(1, dtype=np.int64))
    >>> closures.is_closed[0].tolist(), np.flatnonzero(closures.was_closed[0]).tolist()
    ([False, False, False, False, False, False, True], [41, 48, 55])
    """
    days = values.shape[1] // DAYS_OF_WEEK * DAYS_OF_WEEK
    days = min(days, DAYS_OF_WEEK * WEEKS)
    is_closed, was_closed = np.zeros((len(values), DAYS_OF_WEEK), dtype=bool), np.zeros(values.shape, dtype=bool)
    if days:
        recent = values[:, -days:]
        by_series, by_site = (_Weeks.of(part).closures() for part in (recent, _site_sums(recent, site)))
        last_weekdays = weekday[-DAYS_OF_WEEK:]
        is_closed[:, last_weekdays] = by_series[0] | by_site[0][site]
        was_closed[:, -days:] = by_series[1] | by_site[1][site]
    return Closures(is_closed, was_closed)


@dataclass(frozen=True, eq=False)
class _Weeks:
    """Days in weeks that end on the last day: (N, weeks, 7) each, the latest week first."""

    is_known: Bools
    has_demand: Bools

    @staticmethod
    def of(values: Floats) -> _Weeks:
        weeks = values.reshape(len(values), -1, DAYS_OF_WEEK)[:, ::-1]
        return _Weeks(~np.isnan(weeks), weeks > 0)

    def closures(self) -> tuple[Bools, Bools]:
        """Return which of the seven days are closed now, (N, 7), and which days were, (N, days) in order of time."""
        sold_weeks = np.logical_and.accumulate(self.has_demand | ~self.is_known, axis=1)
        in_run = ~sold_weeks & ~np.logical_or.accumulate(~sold_weeks & self.has_demand, axis=1)
        weeks_sold = (sold_weeks & self.has_demand).sum(axis=1)
        is_closed_run = self._is_incredible(in_run)
        is_closed = is_closed_run & (weeks_sold == 0)
        counts = is_closed | (is_closed_run & (weeks_sold >= REOPENED_WEEKS))
        was_closed = in_run & counts[:, None, :]
        return is_closed, was_closed[:, ::-1].reshape(len(was_closed), -1)

    def _is_incredible(self, in_run: Bools) -> Bools:
        """Return (N, 7): whether the run of weeks without demand, (N, weeks, 7) per day of the week, is no chance."""
        run = (in_run & self.is_known).sum(axis=1)
        run_weeks = in_run.transpose(0, 2, 1).astype(np.float32)
        demand_days, known_days = run_weeks @ self.has_demand.astype(np.float32), run_weeks @ self.is_known.astype(np.float32)
        is_open = demand_days > 0
        likely = ((demand_days * is_open).sum(axis=2) + 0.5) / ((known_days * is_open).sum(axis=2) + 1.0)
        own = ratio(
            (~in_run & self.has_demand).sum(axis=1).astype(np.float64), (~in_run & self.is_known).sum(axis=1).astype(np.float64), 1.0
        )
        likely = np.where(own >= EXCEPTION_SHARE, np.minimum(likely, own), likely)
        return np.asarray(is_open.any(axis=2) & (run * np.log1p(-np.minimum(likely, 0.98)) < np.log(CHANCE)))


def _site_sums(values: Floats, site: Ints) -> Floats:
    """Return the demand of each site, NaN on days on which no series of it is known: (sites, T) units."""
    is_known = ~np.isnan(values)
    count = int(site.max()) + 1
    sums, counts = np.zeros((count, values.shape[1])), np.zeros((count, values.shape[1]), dtype=np.int64)
    np.add.at(sums, site, np.where(is_known, values, 0.0))
    np.add.at(counts, site, is_known)
    return np.where(counts > 0, sums, np.nan)
