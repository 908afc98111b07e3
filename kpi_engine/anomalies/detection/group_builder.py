"""From reported days to groups of anomalies, one for each cause: only the days of causes are visited one by one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

import numpy as np

from kpi_engine.anomalies.detection.attribution import Cause, Evidence, TotalEvidence, attribute
from kpi_engine.anomalies.detection.likelihood import CAP
from kpi_engine.anomalies.detection.panel import Detection, DetectionPanel, TotalDetection
from kpi_engine.anomalies.detection.scope_series import collect_scope, find_scope_rows
from kpi_engine.anomalies.detection.scopes import ScopeSet, list_scope_sets
from kpi_engine.anomalies.detection.scores import MIN_SCORE, score_z
from kpi_engine.anomalies.detection.shifts import SHIFT_DAY_Z
from kpi_engine.anomalies.formats import LARGEST_COUNT
from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries
from kpi_engine.anomalies.kind import DOWN, NEITHER, NO_KIND, UP, AnomalyKind
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.errors import DuplicateKeys


def build_groups(panel: DetectionPanel, detection: Detection, zone: tzinfo = UTC) -> list[AnomalyGroup]:
    """Group the reported days of a detection, as detect_groups does: falls, gaps and rises, each by their days.

    >>> from kpi_engine.anomalies.detection.detector import detect
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> [group.values_of("sku_id") for group in build_groups(build_panel(), detect(build_panel()))]
    [('SKU-2',), ('SKU-1',)]
    """
    builder = _Builder(panel, detection, panel.members, zone)
    groups = [(direction, builder.build(direction, cause)) for direction, cause in builder.find_causes()]
    return _number_equal_ids(
        [group for _, group in sorted(groups, key=lambda pair: (pair[0], pair[1].first_day, pair[1].last_day, repr(pair[1].scope)))]
    )


@dataclass(frozen=True, eq=False)
class _Builder:
    panel: DetectionPanel
    detection: Detection
    members: Sequence[Mapping[str, str]]
    zone: tzinfo

    @cached_property
    def scope_sets(self) -> Sequence[ScopeSet]:
        """The sets of dimensions to which causes may be limited."""
        return self.detection.scope_sets or list_scope_sets(self.members)

    def find_causes(self) -> Iterator[tuple[int, Cause]]:
        """Yield the causes of each direction: 1 up, -1 down, 0 for gaps in the data."""
        scope_sets = self.scope_sets
        days, is_reported = self.panel.days, self.detection.is_reported
        for direction in (DOWN, UP):
            evidence = Evidence(
                z=direction * self.detection.day_z,
                past_z=direction * self.detection.past_z,
                is_reported=is_reported & ~days.is_gap & (np.sign(np.nan_to_num(days.residual)) == direction),
                delta=direction * days.residual,
                totals=[_select_direction(total, direction) for total in self.detection.totals],
            )
            yield from ((direction, cause) for cause in self._reach_back(evidence.z, attribute(evidence, scope_sets)))
        gap_z = np.where(days.is_gap, CAP, np.where(np.isnan(days.expected), np.nan, 0.0))
        gaps = Evidence(gap_z, np.zeros((len(gap_z), 0)), is_reported & days.is_gap)
        yield from ((NEITHER, cause) for cause in attribute(gaps, scope_sets))

    def build(self, direction: int, cause: Cause) -> AnomalyGroup:
        """Build the group of a cause: its values on its days, and on none of the other direction."""
        if cause.total is not None:
            return self._build_total(direction, cause, *cause.total)
        group = self._build_values(direction, cause)
        is_single = cause.scope is None
        rows = [int(cause.series[0])] if is_single else find_scope_rows(cause.scope or {}, self.members, self.scope_sets)
        return replace(group, scope_series=self._collect_scope(direction, cause, rows, group.series.instants))

    def _reach_back(self, z: Floats, causes: Sequence[Cause]) -> Iterator[Cause]:
        """Begin a shift of one series on the first of its days that no cause has, not on the one on which it was sure enough."""
        is_open = np.ones(z.shape, dtype=np.bool_)
        for cause in causes:
            is_open[cause.series, cause.day] = False
        for cause in causes:
            if cause.scope is None and (self.detection.kinds[cause.series, cause.day] == AnomalyKind.LEVEL_SHIFT.code).all():
                row, first = int(cause.series[0]), cause.first
                while first > 0 and is_open[row, first - 1] and z[row, first - 1] >= SHIFT_DAY_Z:
                    first -= 1
                    is_open[row, first] = False
                days = np.arange(first, cause.last + 1)
                cause = replace(cause, first=first, series=np.full(len(days), row), day=days)
            yield cause

    def _build_values(self, direction: int, cause: Cause) -> AnomalyGroup:
        rows = sorted(set(cause.series.tolist()), key=lambda row: sorted(self.panel.dimensions[row].items()))
        scope = dict(cause.scope if cause.scope is not None else self.panel.dimensions[rows[0]])
        first_day, last_day = (self.panel.first_day + timedelta(days=day) for day in (cause.first, cause.last))
        midnights = [_midnight(first_day + timedelta(days=place), self.zone) for place in range((last_day - first_day).days + 1)]
        is_in_group = np.zeros((len(rows), len(midnights)), dtype=np.bool_)
        row_of = {row: place for place, row in enumerate(rows)}
        is_in_group[[row_of[row] for row in cause.series.tolist()], cause.day - cause.first] = True
        is_reported = self.detection.is_reported[cause.series, cause.day]
        kinds = np.unique(self.detection.kinds[cause.series, cause.day][is_reported])
        return AnomalyGroup(
            id=_hash(self.panel.measure, direction, sorted(scope.items()), midnights[0].isoformat()),
            start=midnights[0].astimezone(UTC),
            end=midnights[-1].astimezone(UTC),
            first_day=first_day,
            last_day=last_day,
            score=self._find_score(cause, is_reported),
            measure=self.panel.measure,
            series=self._collect_series(is_in_group, rows, midnights),
            reported_kind=AnomalyKind.from_code(int(kinds[0])) if len(kinds) == 1 else None,
            scope=scope,
        )

    def _collect_scope(self, direction: int, cause: Cause, rows: Sequence[int], instants: tuple[datetime, ...]) -> GroupSeries | None:
        """All values of a scope on the days of its cause; None for a gap in the data."""
        return collect_scope(self.panel, rows, cause.first, instants, direction) if rows and direction != NEITHER else None

    def _find_score(self, cause: Cause, is_reported: Bools) -> float:
        """The highest score of the reported days of a cause, those of its total included; without one, that of the cause."""
        scores: list[float] = self.detection.scores[cause.series, cause.day][is_reported].tolist()
        for total in self.detection.totals if cause.scope is not None else ():
            rows = [row for row, scope in enumerate(total.panel.dimensions) if scope == cause.scope]
            days = slice(cause.first, cause.last + 1)
            scores += total.detection.scores[rows, days][total.detection.is_reported[rows, days]].tolist()
        return max(scores, default=max(float(score_z(np.array(cause.z))), MIN_SCORE))

    def _build_total(self, direction: int, cause: Cause, number: int, row: int) -> AnomalyGroup:
        """Build the group of a total: one series, with the share of every value of other dimensions in the change."""
        total = self.detection.totals[number]
        own_cause = replace(
            cause, series=np.full(cause.last - cause.first + 1, row), day=np.arange(cause.first, cause.last + 1), total=None
        )
        group = _Builder(total.panel, total.detection, total.panel.members, self.zone)._build_values(direction, own_cause)
        contributions: dict[str, dict[str, float]] = {}
        delta = np.maximum(direction * np.nan_to_num(self.panel.days.residual[cause.series, cause.day]), 0.0)
        for series, units in zip(cause.series.tolist(), delta.tolist(), strict=True):
            for name, value in self.members[series].items():
                weights = contributions.setdefault(name, {})
                weights[value] = weights.get(value, 0.0) + units
        rows = find_scope_rows(total.panel.dimensions[row], self.members, self.scope_sets)
        scope_series = self._collect_scope(direction, cause, rows, group.series.instants)
        return replace(group, contributions=contributions, scope_series=scope_series)

    def _collect_series(self, is_in_group: Bools, rows: Sequence[int], midnights: Sequence[datetime]) -> GroupSeries:
        """The members' values on their own days in the group, M x N; on other days, such as those of the opposite direction, none."""
        if len({tuple(sorted(self.panel.dimensions[row].items())) for row in rows}) < len(rows):
            names = [self.panel.dimensions[row] for row in rows]
            raise DuplicateKeys(f"several series of {self.panel.measure} have the same dimensions, among {names}")
        first = (midnights[0].date() - self.panel.first_day).days
        cells = np.ix_(rows, range(first, first + len(midnights)))

        def select(values: Floats) -> Floats:
            is_usable: Bools = is_in_group & (np.abs(values[cells]) <= LARGEST_COUNT)
            return np.where(is_usable, values[cells], np.nan)

        days = self.panel.days
        return GroupSeries.of(
            tuple(self.members[row] for row in rows),
            tuple(moment.astimezone(UTC) for moment in midnights),
            actual=select(days.actual),
            expected=select(days.expected),
            lower=select(days.lower),
            upper=select(days.upper),
            capacity=None if self.panel.capacity is None else select(self.panel.capacity),
            kinds=np.where(is_in_group, self.detection.kinds[cells], NO_KIND),
        )


def _select_direction(total: TotalDetection, direction: int) -> TotalEvidence:
    residual, detection = total.panel.days.residual, total.detection
    is_reported = detection.is_reported & (np.sign(np.nan_to_num(residual)) == direction)
    return TotalEvidence(total.codes, direction * detection.day_z, direction * detection.z, direction * residual, is_reported)


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _number_equal_ids(groups: list[AnomalyGroup]) -> list[AnomalyGroup]:
    """Give the second and later groups of one scope, direction and first day an id that has their number."""
    counts: Counter[str] = Counter()
    result = []
    for group in groups:
        counts[group.id] += 1
        result.append(group if counts[group.id] == 1 else replace(group, id=_hash(group.id, counts[group.id])))
    return result


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
