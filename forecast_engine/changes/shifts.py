"""Levels that have moved: since when, and by how much; the history before is restated at the level of today.

Every day of the last twelve weeks is tried as the day of a shift. A shift is accepted when a step explains the last half year far better
than a constant, better than gradual change (that is growth, not a shift), and the newest days still lie at the new level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio

WINDOW_DAYS = 168
LATEST_START, EARLIEST_START = 6, 84
"""Days since a shift: fewer may be a promotion, and after more the levels have followed by themselves."""
MIN_DAYS_BEFORE = 28
EVIDENCE, EVIDENCE_IF_RARE = 36.0, 72.0
"""Least F statistic of a step against a constant, far above what chance gives since demand drifts from week to week; rare demand comes in
clusters, and needs more."""
RARE = 0.75
"""Share of days with demand below which it is rare."""
AGAINST_RAMP = 6.0
"""Least F statistic by which a step explains more than gradual change."""
RAMP_DAYS = (28, 42, 56, 70, 84, 98, 112, 140, 168)
"""Days since which demand may have changed little by little instead."""
LEVELLING_DAYS = 30.0
SMALLEST_FACTOR = 1.4
"""Least factor between the levels, up or down."""
LARGEST_FACTOR = 30.0
"""More than this is no new level: demand has stopped or begun."""
STAYED = 0.6
"""Share of the step at which the newest days still are."""


@dataclass(frozen=True, eq=False)
class Shifts:
    """start: (N,) column of the first day at the new level, 0 where none. factor: (N,) new level over the old one, 1 where none."""

    start: Ints
    factor: Floats

    def restate(self, values: Floats) -> Floats:
        """Return the values (N, T) with those before a shift multiplied to the new level."""
        is_before = np.arange(values.shape[1]) < self.start[:, None]
        return np.where(is_before, values * self.factor[:, None], values)


def find_shifts(values: Floats, factors: Floats) -> Shifts:
    """Return the latest shift of the level of each series.

    values: (N, T) units, NaN = not known. factors: (N, T) what a level of 1 sells on each day; days with factor 0 are left out.

    >>> steady, lower = np.tile([9.0, 11.0], 90), np.tile([9.0, 11.0], 90)
    >>> lower[-20:] = np.tile([2.0, 3.0], 10)
    >>> shifts = find_shifts(np.stack([steady, lower]), np.ones((2, 180)))
    >>> shifts.start.tolist(), shifts.factor.round(2).tolist()
    ([0, 160], [1.0, 0.25])
    """
    size, days = values.shape
    is_usable = ~np.isnan(values) & (factors > 0)
    roots = np.sqrt(ratio(np.where(is_usable, values, 0.0), factors, 0.0))  # square roots of counts vary alike at every level
    steps = _Steps.of(roots[:, -WINDOW_DAYS:], is_usable[:, -WINDOW_DAYS:])
    if not steps.ages:
        return Shifts(np.zeros(size, dtype=np.int64), np.ones(size))
    best = steps.remainder.argmin(axis=1)
    rows = np.arange(size)
    age = np.array(steps.ages)[best]
    variance = steps.remainder[rows, best] / np.maximum(steps.count - 2.0, 1.0) + 1e-9
    is_rare = _mean((roots > 0).astype(np.float64)[:, -WINDOW_DAYS:], is_usable[:, -WINDOW_DAYS:]) < RARE
    is_shift = steps.constant - steps.remainder[rows, best] > np.where(is_rare, EVIDENCE_IF_RARE, EVIDENCE) * variance
    is_shift &= steps.ramp - steps.remainder[rows, best] > AGAINST_RAMP * variance
    is_shift &= np.isfinite(steps.remainder[rows, best])
    is_after = np.arange(days) >= (days - age)[:, None]
    is_before = ~is_after & (np.arange(days) >= (days - age - EARLIEST_START)[:, None])
    factor = ratio(_level(values, factors, is_after & is_usable), _level(values, factors, is_before & is_usable), 1.0)
    is_shift &= _has_stayed(roots, is_usable, age, is_before, is_after)
    size_of_step = np.maximum(factor, ratio(np.ones(size), factor, np.inf))
    is_shift &= (size_of_step >= SMALLEST_FACTOR) & (size_of_step <= LARGEST_FACTOR)
    return Shifts(np.where(is_shift, days - age, 0), np.where(is_shift, factor, 1.0))


def _has_stayed(roots: Floats, is_usable: Bools, age: Ints, is_before: Bools, is_after: Bools) -> Bools:
    """Return whether the newest third of the days after a step, and at least four of them, are nearer to the new level than to the old."""
    newest = np.arange(roots.shape[1]) >= roots.shape[1] - np.maximum(age // 3, 4)[:, None]
    before, after, last = (_mean(roots, part & is_usable) for part in (is_before, is_after, newest))
    return np.asarray((last - before) * np.sign(after - before) >= STAYED * np.abs(after - before))


def _level(values: Floats, factors: Floats, mask: Bools) -> Floats:
    return ratio(np.where(mask, values, 0.0).sum(axis=1), np.where(mask, factors, 0.0).sum(axis=1), 0.0)


def _mean(values: Floats, mask: Bools) -> Floats:
    return ratio(np.where(mask, values, 0.0).sum(axis=1), mask.sum(axis=1).astype(np.float64), 0.0)


@dataclass(frozen=True, eq=False)
class _Steps:
    """Sums of squares that remain after a step `ages` days before the end, (N, ages), after a constant and after gradual change, (N,).

    remainder is infinite where too few days are known on either side. count: (N,) known days.
    """

    ages: tuple[int, ...]
    remainder: Floats
    constant: Floats
    ramp: Floats
    count: Floats

    @staticmethod
    def of(values: Floats, is_known: Bools) -> _Steps:
        length = values.shape[1]
        ages = tuple(range(LATEST_START, min(EARLIEST_START, length - MIN_DAYS_BEFORE) + 1))
        values = np.where(is_known, values, 0.0)
        total, square, count = values.sum(axis=1), (values**2).sum(axis=1), is_known.sum(axis=1).astype(np.float64)
        at_age = np.array(ages, dtype=np.int64) - 1
        sum_after = np.cumsum(values[:, ::-1], axis=1)[:, at_age]
        count_after = np.cumsum(is_known[:, ::-1], axis=1)[:, at_age].astype(np.float64)
        sum_before, count_before = total[:, None] - sum_after, count[:, None] - count_after
        by_step = ratio(sum_after**2, count_after, 0.0) + ratio(sum_before**2, count_before, 0.0)
        is_enough = (count_after >= LATEST_START - 2) & (count_before >= MIN_DAYS_BEFORE)
        remainder = np.where(is_enough, np.maximum(square[:, None] - by_step, 0.0), np.inf)
        constant = square - ratio(total**2, count, 0.0)
        ramp = constant - _best_ramp(values, is_known)
        return _Steps(ages, remainder, constant, ramp, count)


def _best_ramp(values: Floats, is_known: Bools) -> Floats:
    """Return the sum of squares that gradual change explains at best, (N,): along a line, or one that levels off."""
    age = np.arange(values.shape[1] - 1, -1, -1, dtype=np.float64)
    passed = np.maximum(np.array(RAMP_DAYS)[:, None] - age, 0.0)
    ramps = np.concatenate([passed, 1.0 - np.exp(-passed / LEVELLING_DAYS)]).T
    mask = is_known.astype(np.float64)
    count, total = mask.sum(axis=1, keepdims=True), values.sum(axis=1, keepdims=True)
    sums = mask @ ramps
    spread = mask @ ramps**2 - ratio(sums**2, count, 0.0)
    together = values @ ramps - ratio(sums * total, count, 0.0)
    return np.asarray(ratio(together**2, np.where(spread > 1e-9, spread, 0.0), 0.0).max(axis=1))
