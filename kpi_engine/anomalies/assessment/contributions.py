"""Contributions of dimension values to a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries

MAX_CONTRIBUTORS = 5


@dataclass(frozen=True)
class Contributor:
    """A dimension value and its share of the change, percent; value None stands for the n_others values after the top ones.

    Of a group with the total of its scope, a value that moved the other way has a share below 0.
    """

    value: str | None
    share: float
    n_others: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return the row for JSON."""
        others = {"others": self.n_others} if self.value is None else {}
        return {"value": self.value, **others, "share": self.share}


def rank_contributors(group: AnomalyGroup) -> dict[str, list[Contributor]]:
    """Return the top 5 values of each dimension with their share; a last row sums up the others, so that the shares sum to 100.

    A dimension without any contribution has no rows.

    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> rank_contributors(drop)["sku_id"]
    [Contributor(value='SKU-2', share=100.0, n_others=0)]
    """
    return {dimension: _top(contribution_shares(group, dimension)) for dimension in group.dimensions}


def contribution_shares(group: AnomalyGroup, dimension: str) -> dict[str, float]:
    """Return the share of each value of a dimension, percent, the largest first.

    Of a group with the total of its scope: of all its values, with a share below 0 for those that moved the other way. Else shares follow
    the source's contribution scores, or the units that each value moved.

    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> contribution_shares(spike, "site_id")
    {'LDS1': 100.0}
    """
    if group.scope_series is not None:
        return _signed_shares(group.scope_series, dimension)
    return compute_shares(group.contributions.get(dimension, {})) or compute_shares(_units_by_value(group, dimension))


def compute_shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Return each value's part of the whole, percent, summing to 100; the largest first, equals by name. Empty when nothing has weight.

    Weights that are negative or not finite count as zero.

    >>> compute_shares({"A": 2.0, "B": 2.0})
    {'A': 50.0, 'B': 50.0}
    """
    usable = {value: weight if 0 < weight < float("inf") else 0.0 for value, weight in weights.items()}
    largest = max(usable.values(), default=0.0)
    if not largest:
        return {}
    relative = {value: weight / largest for value, weight in usable.items()}  # a sum of huge weights would overflow
    total = fsum(relative.values())
    return {value: 100 * relative[value] / total for value in sorted(relative, key=lambda value: (-relative[value], value))}


def _signed_shares(series: GroupSeries, dimension: str) -> dict[str, float]:
    """The share of each value in the change of a total, percent: the largest first, by size."""
    units: dict[str, list[float]] = {}
    for member, delta in zip(series.dimensions, series.member_deltas(), strict=True):
        units.setdefault(member.get(dimension, "unknown"), []).append(delta)
    total = fsum(delta for deltas in units.values() for delta in deltas)
    if not total:
        return {}
    shares = {value: 100 * fsum(deltas) / total for value, deltas in units.items()}
    return {value: shares[value] for value in sorted(shares, key=lambda value: (-abs(shares[value]), value))}


def _units_by_value(group: AnomalyGroup, dimension: str) -> dict[str, float]:
    """The absolute units that the series of each value moved; what was expected of them where no actual is known at all."""
    units: dict[str, list[float]] = {}
    any_known = bool(group.series.is_known.any())
    days = group.series.days
    for row, (member, delta) in enumerate(zip(group.series.dimensions, group.series.member_deltas(), strict=True)):
        weight = abs(delta) if any_known else abs(fsum(days.expected[row][days.is_gap[row]]))
        units.setdefault(member.get(dimension, "unknown"), []).append(weight)
    return {value: fsum(weights) for value, weights in units.items()}


def _top(shares: Mapping[str, float]) -> list[Contributor]:
    rows = [Contributor(value, share) for value, share in list(shares.items())[:MAX_CONTRIBUTORS]]
    rest = list(shares.values())[MAX_CONTRIBUTORS:]
    return [*rows, Contributor(None, fsum(rest), len(rest))] if rest else rows
