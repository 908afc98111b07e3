"""Classification of a group as a whole: its kind, its direction and its size."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.kinds import classify_capacity, classify_service, classify_volume
from kpi_engine.anomalies.detection.shifts import RUN_LENGTH, TREND_DAYS, mann_kendall, mark_runs
from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries
from kpi_engine.anomalies.kind import DOWN, NEITHER, UP, AnomalyKind
from kpi_engine.shared.arrays import Floats, Ints

NO_EXPECTED_VALUES = "no_expected_values"
NO_NET_CHANGE = "no_net_change"
DIRECTION_NAMES = {UP: "up", DOWN: "down", NEITHER: None}


@dataclass(frozen=True)
class Measures:
    """Measures that are no volumes: service levels in percent, and loads that a capacity bounds. Every other name is a volume."""

    service: frozenset[str] = frozenset({"service_level", "fill_rate", "otif", "on_time"})
    capacity: frozenset[str] = frozenset({"capacity_load", "door_load", "dock_load", "truck_load"})


@dataclass(frozen=True)
class Classification:
    """kind: None with a reason when it is unknown. direction: 1 up, -1 down, 0 neither. delta: sum(actual - expected) or None."""

    kind: AnomalyKind | None
    reason: str | None
    direction: int
    delta: float | None

    @property
    def direction_name(self) -> str | None:
        """up, down, or None for neither."""
        return DIRECTION_NAMES[self.direction]


def classify_group(group: AnomalyGroup, measures: Measures) -> Classification:
    """Classify a group: the kind that was reported for it, else the kind of the days on which its total moved most.

    DATA_GAP only if no day is known. A change of fewer than three days has not lasted: it is no shift of the level. A
    scope of which only some series are without demand is not without demand.

    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> classify_group(drop, Measures())
    Classification(kind=<AnomalyKind.VOLUME_DROP: 'VOLUME_DROP'>, reason=None, direction=-1, delta=-40.0)
    """
    series = group.figures
    total, is_known = sum_members(series), series.is_known
    if not is_known.any():
        if group.reported_kind is AnomalyKind.DATA_GAP or series.days.is_gap.any():
            return Classification(AnomalyKind.DATA_GAP, None, NEITHER, None)
        return Classification(group.reported_kind, NO_EXPECTED_VALUES, NEITHER, None)
    delta = fsum(series.days.residual[is_known])
    direction = int(np.sign(delta))
    kind = group.reported_kind or _heaviest_kind(_classify_days(group, total, measures), total)
    is_brief = kind is AnomalyKind.LEVEL_SHIFT and (group.last_day - group.first_day).days + 1 < RUN_LENGTH
    has_demand = kind is AnomalyKind.ZERO_DEMAND and group.scope_series is not None and bool((series.days.actual[is_known] > 0).any())
    kind = None if is_brief or has_demand else kind
    kind = kind or _kind_by_direction(group.measure, direction, measures)
    return Classification(kind, None if kind else NO_NET_CHANGE, direction, delta)


def sum_members(series: GroupSeries) -> DailyValues:
    """Return one row: sums over the members known at each instant; where none is known, what was expected of all, without an actual.

    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> sum_members(spike.series).actual
    array([[152.]])
    """
    days, is_known = series.days, series.is_known
    mask = is_known | (days.is_gap & ~is_known.any(axis=0))

    def total(values: Floats) -> Floats:
        sums: Floats = np.where(mask, values, 0.0).sum(axis=0, keepdims=True)
        return np.where(mask.any(axis=0), sums, np.nan)

    return DailyValues.of(total(days.actual), total(days.expected), total(days.lower), total(days.upper))


def _classify_days(group: AnomalyGroup, total: DailyValues, measures: Measures) -> Ints:
    if group.measure in measures.service:
        return classify_service(total)
    if group.measure in measures.capacity:
        return classify_capacity(total, np.sum(group.figures.capacity, axis=0, keepdims=True))
    trends = np.zeros(total.actual.shape, dtype=np.int64)
    if np.count_nonzero(~np.isnan(total.residual)) >= TREND_DAYS:
        trends += mann_kendall(total.residual)[:, None]
    return classify_volume(total, mark_runs(total.direction), trends, np.zeros(1, dtype=np.bool_))


def _heaviest_kind(kinds: Ints, total: DailyValues) -> AnomalyKind | None:
    """The kind whose days moved most units."""
    units = np.abs(total.residual)
    moves = {kind: fsum(units[(kinds == kind.code) & ~np.isnan(units)]) for kind in AnomalyKind if kind is not AnomalyKind.DATA_GAP}
    heaviest = max(moves, key=lambda kind: moves[kind])
    return heaviest if moves[heaviest] > 0 else None


def _kind_by_direction(measure: str | None, direction: int, measures: Measures) -> AnomalyKind | None:
    """The kind of a group that never left its interval as a whole, though its members did."""
    if measure in measures.service:
        return AnomalyKind.SERVICE_DROP if direction == DOWN else None
    if measure in measures.capacity:
        return AnomalyKind.CAPACITY_BREACH if direction == UP else None
    return {UP: AnomalyKind.VOLUME_SPIKE, DOWN: AnomalyKind.VOLUME_DROP}.get(direction)
