"""Attribution of reported days to common causes, by a likelihood-ratio search over scopes and runs of days.

A cause shifts all series of a scope on a run of days in one direction. Its score is its log-likelihood ratio (likelihood.py) less
ln(number of scopes of the same dimensions) and ln(number of runs of days), since the best of many is picked, and less ln(20), so that one
in 20 is chance; of a single series, which two dimensions name, less twice the first two. A common cause is accepted when its score is
above 0 and above the sum of the scores of the single series that are reported in it: a few series that are far out for days need none.
With fewer than 3 of those, more than half of its values must be shifted. The cause with the highest score comes first; its days are then
explained, and the search goes on with the others. What is left are causes of single series.

The decision: docs/adr/0024-a-group-is-a-cause.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kpi_engine.anomalies.detection.likelihood import CAP, UsualSums, count_runs, find_best_runs, sum_scopes
from kpi_engine.anomalies.detection.scopes import NO_VALUE, ScopeSet
from kpi_engine.shared.arrays import Bools, Floats, Ints

MEMBER_Z = 0.5
"""A series this far out on a day of a common cause is part of it; the same distance makes a day part of a shift."""
ENOUGH_REPORTED = 3
CHANCE = 0.05
SINGLE_DIMENSIONS = 2
TRIM_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Cause:
    """One cause: its scope, None for a single series; days first..last; and the places, series and day, of its values."""

    scope: Mapping[str, str] | None
    first: int
    last: int
    series: Ints
    day: Ints


@dataclass(frozen=True, eq=False)
class Evidence:
    """S x D days in one direction. z: positive in that direction, NaN where unknown. past_z: S x T, the days before, likewise."""

    z: Floats
    past_z: Floats
    is_reported: Bools


class _Candidates:
    """The scopes of one set of dimensions in which a day is reported: sums and numbers of their values that no cause explains yet."""

    def __init__(self, scopes: ScopeSet, evidence: Evidence) -> None:
        n_days = evidence.z.shape[1]
        n_reported = sum_scopes(scopes.code, len(scopes.values), evidence.is_reported).sum(axis=1)
        self.scopes = scopes
        self.codes = np.flatnonzero((n_reported > 0) & (scopes.sizes > 1))
        place = np.full(len(scopes.values) + 1, NO_VALUE, dtype=np.int64)
        place[self.codes] = np.arange(len(self.codes))
        self.place = place[scopes.code]
        self.sums, self.counts, self.reports = (
            sum_scopes(self.place, len(self.codes), values) for values in (evidence.z, ~np.isnan(evidence.z), evidence.is_reported)
        )
        past_sums, past_counts = (
            sum_scopes(self.place, len(self.codes), values) for values in (evidence.past_z, ~np.isnan(evidence.past_z))
        )
        self.usual = UsualSums.of(past_sums, past_counts)
        self.penalty = math.log(len(scopes.values)) + math.log(count_runs(n_days)) - math.log(CHANCE)

    def list_causes(self) -> Iterator[tuple[float, int, int, int]]:
        """Yield score, place, first and last day of the likeliest run of each scope."""
        best = find_best_runs(self.sums, self.counts, self.usual, self.reports > 0)
        for place in np.flatnonzero(best.ratio > self.penalty).tolist():
            first, last = self._trim(place, int(best.first[place]), int(best.last[place]))
            yield float(best.ratio[place]) - self.penalty, place, first, last

    def _trim(self, place: int, first: int, last: int) -> tuple[int, int]:
        """Leave out days at both ends whose mean is less than half of the highest: noise beside a cause is no part of it."""
        days = slice(first, last + 1)
        means = self.sums[place, days] / np.maximum(self.counts[place, days], 1) - self.usual.mean[place]
        core = np.flatnonzero(means >= TRIM_SHARE * means.max())
        begin, end = first + int(core[0]), first + int(core[-1])
        return (begin, end) if self.reports[place, begin : end + 1].any() else (first, last)

    def explain(self, rows: Ints, days: slice, evidence: Evidence, is_open: Bools) -> None:
        """Take the open values of series on days out of the sums."""
        rows = rows[self.place[rows] >= 0]
        mask = is_open[rows, days]
        for total, values in (
            (self.sums, np.nan_to_num(evidence.z[rows, days])),
            (self.counts, 1.0),
            (self.reports, evidence.is_reported[rows, days]),
        ):
            np.subtract.at(total[:, days], self.place[rows], np.where(mask, values, 0.0))


def attribute(evidence: Evidence, scope_sets: Sequence[ScopeSet]) -> list[Cause]:
    """Return the causes of the reported days, each of which belongs to exactly one; those of several series first, the likeliest first.

    >>> z = np.array([[0.0, 3.2, 3.1], [0.1, 2.4, 2.9], [-0.2, 2.8, 3.5], [0.0, 0.1, 0.3]])
    >>> sites = ScopeSet.of([{"site_id": site} for site in "AAAB"], ("site_id",))
    >>> [cause] = attribute(Evidence(z, np.zeros((4, 0)), z >= 3), [sites])
    >>> cause.scope, cause.first, cause.last, len(cause.series)
    ({'site_id': 'A'}, 1, 2, 6)
    """
    evidence = Evidence(np.clip(evidence.z, -CAP, CAP), np.clip(evidence.past_z, -CAP, CAP), evidence.is_reported)
    is_open = ~np.isnan(evidence.z)
    candidates = [_Candidates(scopes, evidence) for scopes in scope_sets] if evidence.is_reported.any() else []
    causes: list[Cause] = []
    while step := _find_cause(candidates, evidence, is_open):
        choice, place, first, last = step
        rows, days = np.flatnonzero(choice.place == place), slice(first, last + 1)
        is_member = is_open[rows, days] & (evidence.z[rows, days] >= MEMBER_Z)
        series, day = np.nonzero(is_member)
        causes.append(Cause(choice.scopes.scope(int(choice.codes[place])), first, last, rows[series], day + first))
        for each in candidates:
            each.explain(rows, days, evidence, is_open)
        is_open[rows, days] = False
    return causes + list(_single_causes(evidence.is_reported & is_open))


def _find_cause(candidates: Sequence[_Candidates], evidence: Evidence, is_open: Bools) -> tuple[_Candidates, int, int, int] | None:
    """The cause with the highest score that explains more than single series do; of equal ones that of the fewest dimensions."""
    options = [
        (-score, number, place, first, last) for number, each in enumerate(candidates) for score, place, first, last in each.list_causes()
    ]
    for negative_score, number, place, first, last in sorted(options):
        rows, days = np.flatnonzero(candidates[number].place == place), slice(first, last + 1)
        if _is_common(evidence, is_open, rows, days) and -negative_score > _sum_single_scores(evidence, is_open, rows, days):
            return candidates[number], place, first, last
    return None


def _is_common(evidence: Evidence, is_open: Bools, rows: Ints, days: slice) -> bool:
    """Whether several series are reported, or most values are shifted."""
    mask = is_open[rows, days]
    n_reported = np.count_nonzero((evidence.is_reported[rows, days] & mask).any(axis=1))
    n_members = np.count_nonzero(mask & (evidence.z[rows, days] >= MEMBER_Z))
    return bool(n_reported >= ENOUGH_REPORTED or 2 * n_members > np.count_nonzero(mask))


def _sum_single_scores(evidence: Evidence, is_open: Bools, rows: Ints, days: slice) -> float:
    """The scores of the reported series of a scope as causes of their own, where they are above 0."""
    rows = rows[(evidence.is_reported & is_open)[rows, days].any(axis=1)]
    counts = is_open[rows, days].astype(np.float64)
    sums = np.where(is_open[rows, days], evidence.z[rows, days], 0.0)
    best = find_best_runs(sums, counts, UsualSums(np.zeros(len(rows)), np.ones(len(rows))), evidence.is_reported[rows, days])
    penalty = SINGLE_DIMENSIONS * (math.log(len(evidence.z)) + math.log(count_runs(evidence.z.shape[1])))
    return float(np.maximum(best.ratio - penalty, 0.0).sum())


def _single_causes(is_reported: Bools) -> Iterator[Cause]:
    """The runs of reported days of each series."""
    for row in np.flatnonzero(is_reported.any(axis=1)).tolist():
        days = np.flatnonzero(is_reported[row])
        for run in np.split(days, np.flatnonzero(np.diff(days) > 1) + 1):
            yield Cause(None, int(run[0]), int(run[-1]), np.full(len(run), row, dtype=np.int64), run)
