"""From reported days to groups of anomalies: only the days that are reported are visited one by one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np

from kpi_engine.anomalies.detection.grouping import assign_groups
from kpi_engine.anomalies.detection.panel import Detection, DetectionPanel
from kpi_engine.anomalies.formats import LARGEST_COUNT
from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries
from kpi_engine.anomalies.kind import NO_KIND, AnomalyKind
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys


def build_groups(panel: DetectionPanel, detection: Detection, zone: tzinfo = UTC) -> list[AnomalyGroup]:
    """Group the reported days of a detection, as detect_groups does.

    >>> from kpi_engine.anomalies.detection.detector import detect
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> [group.values_of("sku_id") for group in build_groups(build_panel(), detect(build_panel()))]
    [('SKU-2',), ('SKU-1',)]
    """
    series, day = np.nonzero(detection.is_reported)
    direction = np.where(panel.days.is_gap, 0, np.sign(np.nan_to_num(panel.days.residual)))[series, day].astype(np.int64)
    group = assign_groups(direction, day, day, [codes[series] for codes in _dimension_codes(panel.dimensions)])
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order], prepend=-1))
    id_counts: Counter[str] = Counter()
    return [_build_group(panel, detection, series[rows], day[rows], zone, id_counts) for rows in np.split(order, bounds[1:]) if len(rows)]


def _dimension_codes(dimensions: Sequence[Mapping[str, str]]) -> list[Ints]:
    """The value of each series as a number, for each dimension; -1 where a series has none."""
    names = sorted({name for member in dimensions for name in member})
    columns = []
    for name in names:
        codes = {value: code for code, value in enumerate(sorted({member[name] for member in dimensions if name in member}))}
        columns.append(np.array([codes[member[name]] if name in member else -1 for member in dimensions], dtype=np.int64))
    return columns


def _build_group(
    panel: DetectionPanel, detection: Detection, series: Ints, day: Ints, zone: tzinfo, id_counts: Counter[str]
) -> AnomalyGroup:
    members = sorted(set(series.tolist()), key=lambda row: sorted(panel.dimensions[row].items()))
    first_day, last_day = (panel.first_day + timedelta(days=int(place)) for place in (day.min(), day.max()))
    midnights = [_midnight(first_day + timedelta(days=place), zone) for place in range((last_day - first_day).days + 1)]
    kinds = np.unique(detection.kinds[series, day])
    is_in_group = np.zeros((len(members), len(midnights)), dtype=np.bool_)
    row_of = {member: row for row, member in enumerate(members)}
    is_in_group[[row_of[member] for member in series.tolist()], day - day.min()] = True
    return AnomalyGroup(
        id=_group_id(panel, members, midnights[0], id_counts),
        start=midnights[0].astimezone(UTC),
        end=midnights[-1].astimezone(UTC),
        first_day=first_day,
        last_day=last_day,
        score=float(detection.scores[series, day].max()),
        measure=panel.measure,
        series=_group_series(panel, detection, is_in_group, members=members, midnights=midnights),
        reported_kind=AnomalyKind.from_code(int(kinds[0])) if len(kinds) == 1 else None,
    )


def _group_id(panel: DetectionPanel, members: Sequence[int], start: datetime, id_counts: Counter[str]) -> str:
    """A hash of measure, members and start; where several groups of a panel share those, of their number as well."""
    name = repr((panel.measure, [sorted(panel.dimensions[row].items()) for row in members], start.isoformat()))
    id_counts[name] += 1
    name += f" {id_counts[name]}" if id_counts[name] > 1 else ""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _group_series(
    panel: DetectionPanel, detection: Detection, is_in_group: Bools, *, members: Sequence[int], midnights: Sequence[datetime]
) -> GroupSeries:
    """The members' values on their own days in the group, M x N; on other days, such as those of the opposite direction, they have none."""
    dimensions = tuple(dict(sorted(panel.dimensions[row].items())) for row in members)
    if len({tuple(member.items()) for member in dimensions}) < len(dimensions):
        raise DuplicateKeys(f"several series of {panel.measure} have the same dimensions, among {dimensions}")
    first = (midnights[0].date() - panel.first_day).days
    cells = np.ix_(members, range(first, first + len(midnights)))

    def select(values: Floats) -> Floats:
        is_usable: Bools = is_in_group & (np.abs(values[cells]) <= LARGEST_COUNT)
        return np.where(is_usable, values[cells], np.nan)

    return GroupSeries.of(
        dimensions,
        tuple(moment.astimezone(UTC) for moment in midnights),
        actual=select(panel.days.actual),
        expected=select(panel.days.expected),
        lower=select(panel.days.lower),
        upper=select(panel.days.upper),
        capacity=None if panel.capacity is None else select(panel.capacity),
        kinds=np.where(is_in_group, detection.kinds[cells], NO_KIND),
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
