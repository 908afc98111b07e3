"""Likelihood ratios of runs of days: how much likelier values are if all of some series were shifted on those days than if none was.

z is that of the tested direction, capped, in standard deviations of an undisturbed day. With n values that sum to s, and c and k the usual
mean and spread of such a sum, the best shift has the log-likelihood ratio y^2 / 2, y = (s - n c) / (k sqrt(n)), 0 for y < 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, sum_by_group

CAP = 3.0
"""So that breadth counts: one series far out is no evidence that a site is."""
CONSISTENT_WITH_SIGMA = 1.4826
PRIOR_DAYS = 7
"""As many days of spread 1 are added to those that the spread of a scope is measured on."""


@dataclass(frozen=True, eq=False)
class UsualSums:
    """Usual mean of a value and spread of the scaled sum, of each of C scopes. A spread above 1: errors of its series are alike."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, sums: Floats, counts: Floats) -> UsualSums:
        """Measure C x T past days, by medians, so that past events do not count; without a known day the mean is 0 and the spread 1."""
        is_known = counts > 0
        size = np.maximum(counts, 1)
        mean = _median(np.where(is_known, sums / size, np.nan))
        scaled_sums = np.where(is_known, (sums - counts * mean[:, None]) / np.sqrt(size), np.nan)
        n_days = np.count_nonzero(is_known, axis=1)
        variance = (CONSISTENT_WITH_SIGMA * _median(np.abs(scaled_sums))) ** 2
        return cls(mean, np.sqrt(np.maximum(1.0, (n_days * variance + PRIOR_DAYS) / (n_days + PRIOR_DAYS))))


@dataclass(frozen=True, eq=False)
class BestRuns:
    """The likeliest run of days of each of C scopes: first and last day, and its log-likelihood ratio; -inf without a run."""

    ratio: Floats
    first: Ints
    last: Ints


def find_best_runs(sums: Floats, counts: Floats, usual: UsualSums, is_candidate: Bools) -> BestRuns:
    """Return the likeliest runs among those with a candidate day; sums and counts: C x D; of equal runs the earliest, shortest one.

    >>> sums, counts = np.array([[0.0, 6.0, 5.8, 0.1]]), np.full((1, 4), 2.0)
    >>> best = find_best_runs(sums, counts, UsualSums(np.zeros(1), np.ones(1)), np.array([[False, True, False, False]]))
    >>> best.first.tolist(), best.last.tolist(), best.ratio.round(1).tolist()
    ([1], [2], [17.4])
    """
    n_scopes, n_days = sums.shape
    best = BestRuns(np.full(n_scopes, -np.inf), np.zeros(n_scopes, dtype=np.int64), np.zeros(n_scopes, dtype=np.int64))
    total, size, candidates = (_running_sums(values) for values in (sums, counts, is_candidate))
    for first in range(n_days):
        for last in range(first, n_days):
            run_size = size[:, last + 1] - size[:, first]
            shift = total[:, last + 1] - total[:, first] - run_size * usual.mean
            y = np.maximum(shift, 0.0) / (usual.spread * np.sqrt(np.maximum(run_size, 1)))
            is_better = (y**2 / 2 > best.ratio) & (candidates[:, last + 1] > candidates[:, first])
            best.ratio[is_better] = y[is_better] ** 2 / 2
            best.first[is_better], best.last[is_better] = first, last
    return best


def sum_scopes(code: Ints, n_scopes: int, values: Floats | Bools) -> Floats:
    """Return the C x D sums of S x D values over the series of each scope; a series with code -1 is in none, and NaN is not summed."""
    rows = np.flatnonzero(code >= 0)
    sums = np.zeros((n_scopes, values.shape[1]))
    for day, column in enumerate(values.T):
        sums[:, day] = sum_by_group(code[rows], n_scopes, np.nan_to_num(column[rows]))
    return sums


def count_runs(n_days: int) -> int:
    """Return how many runs of days there are in n_days."""
    return n_days * (n_days + 1) // 2


def _running_sums(values: Floats | Bools) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _median(values: Floats) -> Floats:
    """The median of the known values of each row, 0 without one."""
    has_value = (~np.isnan(values)).any(axis=1)
    median = np.zeros(len(values))
    median[has_value] = np.nanmedian(values[has_value], axis=1)
    return median
