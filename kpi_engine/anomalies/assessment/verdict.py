"""What a group is: its kind, which way it went, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np

from kpi_engine.anomalies.detection.kinds import DOWN, NEITHER, UP, Days, Kind, capacity_kinds, service_kinds, volume_kinds
from kpi_engine.anomalies.detection.shifts import TREND_DAYS, mann_kendall
from kpi_engine.anomalies.group import AnomalyGroup, Series
from kpi_engine.shared.arrays import Floats, Ints

NO_EXPECTED_VALUES = "no_expected_values"
NO_NET_CHANGE = "no_net_change"


@dataclass(frozen=True)
class Measures:
    """Which measures are no volumes: service levels in percent, and loads that a capacity bounds. Every other name is a volume."""

    service: frozenset[str] = frozenset({"service_level", "fill_rate", "otif", "on_time"})
    capacity: frozenset[str] = frozenset({"capacity_load", "door_load", "dock_load", "truck_load"})


@dataclass(frozen=True)
class Verdict:
    """kind: None with a reason when it cannot be told. direction: 1 up, -1 down, 0 neither. delta: sum(actual - expected) or None."""

    kind: Kind | None
    reason: str | None
    direction: int
    delta: float | None


def judge(group: AnomalyGroup, measures: Measures) -> Verdict:
    """The verdict on the group's totals per instant: the kind of the days that moved most; DATA_GAP only if no day is known."""
    total, known = totals(group.series), group.series.known
    if not known.any():
        gap = bool(group.series.days.gap.any()) or group.told_kind == Kind.DATA_GAP
        return Verdict(Kind.DATA_GAP, None, NEITHER, None) if gap else Verdict(_told(group), NO_EXPECTED_VALUES, NEITHER, None)
    delta = fsum(group.series.days.residual[known])
    direction = int(np.sign(delta))
    kind = _told(group) or _heaviest(_kinds(group, total, measures), total) or _by_direction(group.measure, direction, measures)
    return Verdict(kind, None if kind else NO_NET_CHANGE, direction, delta)


def totals(series: Series) -> Days:
    """One row: sums over the members known at each instant; where none is known, what was expected of all, without an actual."""
    days, known = series.days, series.known
    used = known | (days.gap & ~known.any(axis=0))

    def total(values: Floats) -> Floats:
        summed: Floats = np.where(used, values, 0.0).sum(axis=0, keepdims=True)
        return np.where(used.any(axis=0), summed, np.nan)

    return Days(total(days.actual), total(days.expected), total(days.lower), total(days.upper))


def _kinds(group: AnomalyGroup, total: Days, measures: Measures) -> Ints:
    if group.measure in measures.service:
        return service_kinds(total)
    if group.measure in measures.capacity:
        return capacity_kinds(total, np.sum(group.series.capacity, axis=0, keepdims=True))
    trending = np.zeros(total.actual.shape, dtype=np.int64)
    if np.count_nonzero(~np.isnan(total.residual)) >= TREND_DAYS:
        trending += mann_kendall(total.residual)[:, None]
    return volume_kinds(total, np.zeros_like(trending), trending, np.zeros(1, dtype=np.bool_))


def _heaviest(kinds: Ints, total: Days) -> Kind | None:
    weight = np.abs(total.residual)
    moved = {kind: fsum(weight[(kinds == kind.code) & ~np.isnan(weight)]) for kind in Kind if kind is not Kind.DATA_GAP}
    best = max(moved, key=lambda kind: moved[kind])
    return best if moved[best] > 0 else None


def _by_direction(measure: str | None, direction: int, measures: Measures) -> Kind | None:
    """The kind of a group that never left its interval as a whole, though its members did."""
    if measure in measures.service:
        return Kind.SERVICE_DROP if direction == DOWN else None
    if measure in measures.capacity:
        return Kind.CAPACITY_BREACH if direction == UP else None
    return {UP: Kind.VOLUME_SPIKE, DOWN: Kind.VOLUME_DROP}.get(direction)


def _told(group: AnomalyGroup) -> Kind | None:
    return Kind(group.told_kind) if group.told_kind else None
