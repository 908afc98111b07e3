"""The time series of a group, from pages to arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from kpi_engine.anomalies.alerts.numbers import number
from kpi_engine.anomalies.detection.kinds import Days
from kpi_engine.anomalies.group import Series
from kpi_engine.anomalies.lookout.source import Response
from kpi_engine.anomalies.window import instant
from kpi_engine.shared.errors import DuplicateKeys

LISTS = ("MetricValueList", "ExpectedValueList", "LowerValueList", "UpperValueList", "CapacityValueList", "OrderCountList")

Member = tuple[tuple[tuple[str, str], ...], str]


def read_series(pages: Iterable[Response], start: datetime, end: datetime) -> Series:
    """The series of all pages, at the instants from start to end. Raises DuplicateKeys when two values stand for one instant."""
    points: dict[tuple[Member, datetime], tuple[float, ...]] = {}
    members: set[Member] = set()
    for page in pages:
        for one in page.get("TimeSeriesList") or ():
            member = _member(one)
            members.add(member)
            for moment, values in _points(page, one):
                if start <= moment <= end:
                    _put(points, (member, moment), values)
    return _arrays(sorted(members), points)


def _member(one: Mapping[str, Any]) -> Member:
    dimensions = {str(pair.get("DimensionName")): str(pair.get("DimensionValue")) for pair in one.get("DimensionList") or ()}
    return tuple(sorted(dimensions.items())), str(one.get("TimeSeriesId", ""))


def _points(page: Response, one: Mapping[str, Any]) -> Iterator[tuple[datetime, tuple[float, ...]]]:
    """The values at each instant of the page; a list that is not there, or ends early, is missing."""
    lists = [one.get(name) or () for name in LISTS]
    for place, text in enumerate(page.get("TimestampList") or ()):
        moment = instant(text)
        if moment is not None:
            yield moment, tuple(number(values[place]) if place < len(values) else np.nan for values in lists)


def _put(points: dict[tuple[Member, datetime], tuple[float, ...]], key: tuple[Member, datetime], values: tuple[float, ...]) -> None:
    before = points.setdefault(key, values)
    if not np.array_equal(before, values, equal_nan=True):
        (dimensions, series), moment = key
        raise DuplicateKeys(f"time series {series or dict(dimensions)} has two values at {moment.isoformat()}")


def _arrays(members: list[Member], points: Mapping[tuple[Member, datetime], tuple[float, ...]]) -> Series:
    moments = sorted({moment for _, moment in points})
    rows, columns = {member: row for row, member in enumerate(members)}, {moment: column for column, moment in enumerate(moments)}
    cube = np.full((len(LISTS), len(members), len(moments)), np.nan)
    for (member, moment), values in points.items():
        cube[:, rows[member], columns[moment]] = values
    actual, expected, lower, upper, capacity, orders = cube
    has_interval = not np.any(~np.isnan(expected) & (np.isnan(lower) | np.isnan(upper)))
    days = Days.of(actual, expected, lower, upper)
    return Series(tuple(dict(dimensions) for dimensions, _ in members), tuple(moments), days, capacity, orders, has_interval)
