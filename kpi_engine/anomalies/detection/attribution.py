"""Attribution of reported days to common causes, by a likelihood-ratio search over scopes and runs of days.

A cause shifts all series of a scope on a run of days in one direction. Its score is its log-likelihood ratio (likelihood.py) less
ln(number of scopes of the same dimensions) and ln(number of runs of days), since the best of many is picked, and less ln(20), so that one
in 20 is chance; of a single series, which two dimensions name, less twice the first two. A common cause is accepted when its score is
above 0 and above the sum of the scores of the single series that are reported in it: a few series that are far out for days need none.
With fewer than 3 of those, more than half of its values must be shifted. The cause with the highest score comes first; its days are then
explained, and the search goes on with the others.

A scope in which neither a series nor its total is reported is a cause as well: series that are all a little out show what none of them
shows alone. Its score is the ratio less ln(runs) and ln(50), one week in 50, and for a pair of dimensions less ln(scopes). A total
that is reported is a cause itself when common causes and reported series explain less than 60 percent of its change, and what they do not
is a z of 3. What is left are causes of single series.

The decision: docs/adr/0024-a-group-is-a-cause.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kpi_engine.anomalies.detection.likelihood import CAP, UsualSums, count_runs, find_best_runs, sum_scopes
from kpi_engine.anomalies.detection.scopes import NO_VALUE, ScopeSet
from kpi_engine.anomalies.detection.scores import MIN_Z
from kpi_engine.anomalies.detection.shifts import SHIFT_DAY_Z
from kpi_engine.shared.arrays import Bools, Floats, Ints

MEMBER_Z = 0.5
"""A series this far out on a day of a common cause is part of it; the same distance makes a day part of a shift."""
ENOUGH_REPORTED = 3
CHANCE, CHANCE_ALONE = 0.05, 0.02
SINGLE_DIMENSIONS = 2
TRIM_SHARE = 0.5
ENOUGH_EXPLAINED = 0.6


@dataclass(frozen=True, eq=False)
class Cause:
    """One cause: its scope, None for a single series; days first..last; and the places, series and day, of its values.

    total: of a cause that the series do not show one by one, the set of dimensions and the row of the total. z: of a common cause, that of
    its score.
    """

    scope: Mapping[str, str] | None
    first: int
    last: int
    series: Ints
    day: Ints
    total: tuple[int, int] | None = None
    z: float = 0.0


@dataclass(frozen=True, eq=False)
class TotalEvidence:
    """C x D days of the totals of one set of dimensions in one direction: z and delta units, positive in that direction.

    judged_z: of the shift that a day is part of, where that is further out.
    """

    codes: Ints
    z: Floats
    judged_z: Floats
    delta: Floats
    is_reported: Bools

    def spread_reports(self, n_scopes: int) -> Bools:
        """Return the mask of reported days for all scopes of the set, also those without a total."""
        mask = np.zeros((n_scopes, self.is_reported.shape[1]), dtype=np.bool_)
        mask[self.codes] = self.is_reported
        return mask


@dataclass(frozen=True, eq=False)
class Evidence:
    """S x D days in one direction. z: positive in that direction, NaN where unknown. past_z: S x T, the days before, likewise.

    delta: units, positive in that direction; needed beside totals, of the first sets of dimensions.
    """

    z: Floats
    past_z: Floats
    is_reported: Bools
    delta: Floats | None = None
    totals: Sequence[TotalEvidence] = ()

    def clip(self) -> Evidence:
        """Return the evidence with every z capped."""
        return replace(self, z=np.clip(self.z, -CAP, CAP), past_z=np.clip(self.past_z, -CAP, CAP))


class _Candidates:
    """The scopes of one set of dimensions: sums and numbers of their values that no cause explains yet."""

    def __init__(self, scopes: ScopeSet, evidence: Evidence, total_reports: Bools) -> None:
        n_days = evidence.z.shape[1]
        self.scopes = scopes
        self.codes = np.flatnonzero(scopes.sizes > 1)
        self.total_reports = total_reports[self.codes]
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
        self.penalty_alone = math.log(count_runs(n_days)) - math.log(CHANCE_ALONE)
        if len(scopes.names) > 1:
            self.penalty_alone += math.log(len(scopes.values))

    def list_causes(self) -> Iterator[tuple[float, int, int, int]]:
        """Yield score, place, first and last day of the likeliest run of each scope, among all and among those with a reported day."""
        has_report = self._has_report()
        for is_candidate, penalty in ((has_report, self.penalty), (self.counts > 0, self.penalty_alone)):
            best = find_best_runs(self.sums, self.counts, self.usual, is_candidate)
            for place in np.flatnonzero(best.ratio > penalty).tolist():
                first, last = self._trim(place, int(best.first[place]), int(best.last[place]), is_candidate)
                yield float(best.ratio[place]) - penalty, place, first, last

    def _trim(self, place: int, first: int, last: int, is_candidate: Bools) -> tuple[int, int]:
        """Leave out days at both ends whose mean is less than half of the highest: noise beside a cause is no part of it."""
        days = slice(first, last + 1)
        means = self.sums[place, days] / np.maximum(self.counts[place, days], 1) - self.usual.mean[place]
        core = np.flatnonzero(means >= TRIM_SHARE * means.max())
        begin, end = first + int(core[0]), first + int(core[-1])
        return (begin, end) if is_candidate[place, begin : end + 1].any() else (first, last)

    def _has_report(self) -> Bools:
        has_report: Bools = (self.reports > 0) | (self.total_reports & (self.counts > 0))
        return has_report

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
    evidence, is_open = evidence.clip(), ~np.isnan(evidence.z)
    none = [np.zeros((len(scopes.values), evidence.z.shape[1]), dtype=np.bool_) for scopes in scope_sets]
    reports = [total.spread_reports(len(mask)) for total, mask in zip(evidence.totals, none, strict=False)] + none[len(evidence.totals) :]
    candidates = [_Candidates(scopes, evidence, mask) for scopes, mask in zip(scope_sets, reports, strict=True)]
    causes: list[Cause] = []
    while step := _find_cause(candidates, evidence, is_open):
        score, choice, place, first, last = step
        rows, days = np.flatnonzero(choice.place == place), slice(first, last + 1)
        is_member = is_open[rows, days] & (evidence.z[rows, days] >= MEMBER_Z)
        series, day = np.nonzero(is_member)
        scope = choice.scopes.scope(int(choice.codes[place]))
        causes.append(Cause(scope, first, last, rows[series], day + first, z=math.sqrt(2 * score)))
        for each in candidates:
            each.explain(rows, days, evidence, is_open)
        is_open[rows, days] = False
    causes += _total_causes(evidence, scope_sets, is_open)
    return causes + list(_single_causes(evidence.is_reported & is_open))


def _find_cause(candidates: Sequence[_Candidates], evidence: Evidence, is_open: Bools) -> tuple[float, _Candidates, int, int, int] | None:
    """The cause with the highest score that explains more than single series do; of equal ones that of the fewest dimensions."""
    options = [
        (-score, number, place, first, last) for number, each in enumerate(candidates) for score, place, first, last in each.list_causes()
    ]
    for negative_score, number, place, first, last in sorted(options):
        choice = candidates[number]
        rows, days = np.flatnonzero(choice.place == place), slice(first, last + 1)
        is_common = choice.total_reports[place, days].any() or _is_common(evidence, is_open, rows, days)
        if is_common and -negative_score > _sum_single_scores(evidence, is_open, rows, days):
            return -negative_score, choice, place, first, last
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


def _total_causes(evidence: Evidence, scope_sets: Sequence[ScopeSet], is_open: Bools) -> list[Cause]:
    """Causes that totals alone show, the most significant first; the values of each are explained then."""
    runs = []
    for number, total in enumerate(evidence.totals):
        for row in np.flatnonzero(total.is_reported.any(axis=1)).tolist():
            for run in _split_runs(total.is_reported[row]):
                first = int(run[0])
                while first > 0 and total.z[row, first - 1] >= SHIFT_DAY_Z:
                    first -= 1
                runs.append((-float(total.judged_z[row, run].max()), number, row, first, int(run[-1])))
    causes = []
    for negative_z, number, row, first, last in sorted(runs):
        total, scopes, days = evidence.totals[number], scope_sets[number], slice(first, last + 1)
        code = int(total.codes[row])
        rows = np.flatnonzero(scopes.code == code)
        share = _explained_share(evidence, is_open, rows, days, float(np.nansum(total.delta[row, days])))
        if share < ENOUGH_EXPLAINED and -negative_z * (1 - share) >= MIN_Z:
            series, day = np.nonzero(is_open[rows, days])
            causes.append(Cause(scopes.scope(code), first, last, rows[series], day + first, (number, row)))
            is_open[rows, days] = False
    return causes


def _explained_share(evidence: Evidence, is_open: Bools, rows: Ints, days: slice, delta: float) -> float:
    """The share of a total's change that common causes and reported series explain."""
    if evidence.delta is None or delta <= 0:
        return 1.0
    is_explained = ~is_open[rows, days] | evidence.is_reported[rows, days]
    return float(np.nansum(np.where(is_explained, evidence.delta[rows, days], 0.0))) / delta


def _split_runs(mask: Bools) -> list[Ints]:
    """The runs of consecutive days of a mask."""
    days = np.flatnonzero(mask)
    return [run for run in np.split(days, np.flatnonzero(np.diff(days) > 1) + 1) if len(run)]


def _single_causes(is_reported: Bools) -> Iterator[Cause]:
    """The runs of reported days of each series."""
    for row in np.flatnonzero(is_reported.any(axis=1)).tolist():
        for run in _split_runs(is_reported[row]):
            yield Cause(None, int(run[0]), int(run[-1]), np.full(len(run), row, dtype=np.int64), run)
