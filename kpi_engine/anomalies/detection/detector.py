"""The built-in detector: from what happened and what was expected to groups, in the shapes of the retired service.

All series at once; only what was found is looked at one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import numpy as np

from kpi_engine.anomalies.assessment.severity import REPORTED_FROM
from kpi_engine.anomalies.detection.grouping import groups_of
from kpi_engine.anomalies.detection.kinds import Days, Kind, volume_kinds
from kpi_engine.anomalies.detection.scores import robust_z, score, weekday_scales
from kpi_engine.anomalies.detection.shifts import cusum, trend
from kpi_engine.anomalies.lookout.in_memory import GroupsAtHand
from kpi_engine.shared.arrays import Bools, Floats, Ints

INTERMITTENT_FROM_DAYS = 1.32


@dataclass(frozen=True)
class Panel:
    """S series x D local days of one volume measure.

    past: S x T residuals (actual - expected) of the days just before first_day. capacity: S x D units, what of a series can be handled.
    """

    measure: str
    dimensions: Sequence[Mapping[str, str]]
    first_day: date
    days: Days
    past: Floats
    intermittent: Bools
    capacity: Floats | None = None


@dataclass(frozen=True)
class Found:
    """S x D scores and kinds (Kind.code, -1: none); reported: where a finding is."""

    score: Floats
    kind: Ints

    @property
    def reported(self) -> Bools:
        """Days of a kind that score at least 30."""
        reported: Bools = (self.kind >= 0) & (self.score >= REPORTED_FROM)
        return reported


def detect(panel: Panel) -> Found:
    """The score and kind of every day.

    A day whose scale is unknown has no score and is not reported. Two kinds are scored otherwise, by convention: a shift that only
    the CUSUM sees scores 30, the least that is reported, and a data gap scores what an actual of zero would, at least 30.
    """
    judged, known = panel.days.actual.shape[1], panel.past.shape[1]
    monday = panel.first_day.weekday()
    weekday = (monday + np.arange(judged)) % 7
    scales = weekday_scales(panel.past, (monday + np.arange(-known, 0)) % 7)
    z = robust_z(panel.days.residual, weekday, scales)
    shifted = cusum(z)
    kind = volume_kinds(panel.days, shifted, trend(z), panel.intermittent)
    scored = score(z)
    scored = np.where((shifted != 0) & (scored < REPORTED_FROM), REPORTED_FROM, scored)
    as_zero = np.fmax(score(robust_z(-panel.days.expected, weekday, scales)), REPORTED_FROM)
    return Found(np.where(panel.days.gap, as_zero, scored), kind)


def intermittent(history: Floats) -> Bools:
    """Which of S series of T past demands have demand on average less often than every 1.32 days. Source: Syntetos and Boylan 2005."""
    days = np.count_nonzero(~np.isnan(history), axis=1)
    found: Bools = (days >= INTERMITTENT_FROM_DAYS * np.count_nonzero(history > 0, axis=1)) & (days > 0)
    return found


def groups(panel: Panel, found: Found, detector: str, zone: tzinfo) -> GroupsAtHand:
    """The findings in groups, as a source that the engine reads. Days are written as local midnights with their offset."""
    series, day = np.nonzero(found.reported)
    direction = np.where(panel.days.gap, 0, np.sign(np.nan_to_num(panel.days.residual)))[series, day].astype(np.int64)
    group = groups_of(direction, day, day, [codes[series] for codes in _codes(panel.dimensions)])
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order], prepend=-1))
    told = [_group(panel, found, series[members], day[members], zone) for members in np.split(order, bounds[1:]) if len(members)]
    return GroupsAtHand({detector: [one for one, _ in told]}, {one["AnomalyGroupId"]: {panel.measure: page} for one, page in told})


def _codes(dimensions: Sequence[Mapping[str, str]]) -> list[Ints]:
    names = sorted({name for one in dimensions for name in one})
    coded = []
    for name in names:
        values = {value: code for code, value in enumerate(sorted({one[name] for one in dimensions if name in one}))}
        coded.append(np.array([values[one[name]] if name in one else -1 for one in dimensions], dtype=np.int64))
    return coded


def _group(panel: Panel, found: Found, series: Ints, day: Ints, zone: tzinfo) -> tuple[dict[str, Any], dict[str, Any]]:
    members = sorted(set(series.tolist()), key=lambda one: sorted(panel.dimensions[one].items()))
    first, last = int(day.min()), int(day.max())
    stamps = [_midnight(panel.first_day + timedelta(days=place), zone) for place in range(first, last + 1)]
    name = repr((panel.measure, [sorted(panel.dimensions[one].items()) for one in members], stamps[0]))
    told = {
        "AnomalyGroupId": hashlib.sha256(name.encode()).hexdigest()[:32],
        "StartTime": stamps[0],
        "EndTime": stamps[-1],
        "AnomalyGroupScore": float(found.score[series, day].max()),
        "PrimaryMetricName": panel.measure,
        "MetricLevelImpactList": [{"MetricName": panel.measure, "NumTimeSeries": len(members)}],
    }
    codes = np.unique(found.kind[series, day])
    if len(codes) == 1:
        told["AnomalyType"] = str(list(Kind)[int(codes[0])])
    return told, {"TimestampList": stamps, "TimeSeriesList": [_series(panel, found, one, first, last) for one in members]}


def _series(panel: Panel, found: Found, one: int, first: int, last: int) -> dict[str, Any]:
    """A member's values on its own anomalous days; on the group's other days it has none."""
    reported = found.reported[one, first : last + 1]

    def values(of: Floats) -> list[float | None]:
        cut = of[one, first : last + 1]
        return [float(value) if there and np.isfinite(value) else None for value, there in zip(cut, reported, strict=True)]

    return {
        "TimeSeriesId": "|".join(f"{name}={value}" for name, value in sorted(panel.dimensions[one].items())),
        "DimensionList": [{"DimensionName": name, "DimensionValue": value} for name, value in sorted(panel.dimensions[one].items())],
        "MetricValueList": values(panel.days.actual),
        "ExpectedValueList": values(panel.days.expected),
        "LowerValueList": values(panel.days.lower),
        "UpperValueList": values(panel.days.upper),
        "CapacityValueList": values(panel.days.expected * np.nan if panel.capacity is None else panel.capacity),
    }


def _midnight(day: date, zone: tzinfo) -> str:
    return datetime.combine(day, time.min, tzinfo=zone).isoformat()
