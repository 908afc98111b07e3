"""What the series of a panel have in common on a day, such as a holiday on which all are closed: no anomaly of each of them.

The middle of a day is the median of the standard distances of all series. Its change is the middle less the usual one, the median of the
middles of the past days. Totals and causes of several series (levels.py, attribution.py) look at the distances as they are, and report what
everything does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Floats

FEWEST_SERIES = 20
SPREADS_BEYOND = 3.0
LEAST_CHANGE = 0.3
MOST_PUSH = 0.5
CONSISTENT_WITH_SIGMA = 1.4826


@dataclass(frozen=True, eq=False)
class CommonChange:
    """of_day: T + D changes of the middle. clear_of_day: those of the last D days that are beyond chance, else 0."""

    of_day: Floats
    clear_of_day: Floats

    def leave_out(self, z: Floats) -> Floats:
        """Return S x D z without the clear change of the day."""
        return _leave_out(z, self.clear_of_day)

    def leave_out_of_sums(self, standard_z: Floats) -> Floats:
        """Return S x (T + D) distances less the change of the day, clear or not: up to 0.5 of every series, the rest as leave_out does.

        Small changes add up over weeks, as before a season; a large one of half the series must not push the others the other way.
        """
        small = np.clip(self.of_day, -MOST_PUSH, MOST_PUSH)
        return _leave_out(standard_z - small, self.of_day - small)


def measure_common_change(standard_z: Floats, n_days: int) -> CommonChange:
    """Measure the common change of T past and n_days judged days, S x (T + n_days); 0 on a day with fewer than 20 known series.

    A change of a judged day is clear beyond three times the spread (1.4826 MAD) of the past days, and beyond 0.3.
    """
    is_measured = np.count_nonzero(~np.isnan(standard_z), axis=0) >= FEWEST_SERIES
    middle = np.full(standard_z.shape[1], np.nan)
    middle[is_measured] = np.nanmedian(standard_z[:, is_measured], axis=0)
    past = middle[:-n_days][is_measured[:-n_days]]
    if not len(past):
        return CommonChange(np.zeros(len(middle)), np.zeros(n_days))
    usual = np.median(past)
    change = np.nan_to_num(middle - usual)
    least = max(SPREADS_BEYOND * CONSISTENT_WITH_SIGMA * float(np.median(np.abs(past - usual))), LEAST_CHANGE)
    return CommonChange(change, np.where(np.abs(change[-n_days:]) >= least, change[-n_days:], 0.0))


def _leave_out(z: Floats, change: Floats) -> Floats:
    """Shrink z by a change in its own direction, to 0 at the least; a series that does not follow the others is as far out as it was.

    >>> _leave_out(np.array([[-4.5], [-9.0], [-1.0], [2.0]]), np.array([-4.0])).ravel().tolist()
    [-0.5, -5.0, -0.0, 2.0]
    """
    own_z: Floats = np.sign(z) * np.maximum(np.abs(z) - np.abs(change), 0.0)
    return np.where(np.sign(z) == np.sign(change), own_z, z)
