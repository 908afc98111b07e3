"""The time series of a group, from pages to arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

import numpy as np

from kpi_engine.anomalies.formats import parse_number
from kpi_engine.anomalies.group import GroupSeries
from kpi_engine.anomalies.lookout.timestamps import parse_timestamp
from kpi_engine.anomalies.lookout.wire import SeriesPage, WireSeries
from kpi_engine.shared.errors import DuplicateKeys

Member: TypeAlias = tuple[tuple[tuple[str, str], ...], str]
Values: TypeAlias = tuple[float, ...]
Point: TypeAlias = tuple[Member, datetime]


def read_series(pages: Iterable[SeriesPage], start: datetime, end: datetime) -> GroupSeries:
    """Return the series of all pages, members in the order of their dimension values, at the instants from start to end.

    Raises DuplicateKeys when two values stand for one instant.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 21, tzinfo=UTC)
    >>> page: SeriesPage = {"TimestampList": [day.isoformat()], "TimeSeriesList": [{"TimeSeriesId": "SKU-1", "MetricValueList": [60]}]}
    >>> read_series([page], day, day).days.actual
    array([[60.]])
    """
    points: dict[Point, Values] = {}
    members: set[Member] = set()
    for page in pages:
        for series in page.get("TimeSeriesList") or ():
            member = _parse_member(series)
            members.add(member)
            for moment, values in _parse_points(page, series):
                if start <= moment <= end:
                    _add_point(points, (member, moment), values)
    return _arrange(sorted(members), points)


def _parse_member(series: WireSeries) -> Member:
    dimensions = {str(pair.get("DimensionName")): str(pair.get("DimensionValue")) for pair in series.get("DimensionList") or ()}
    return tuple(sorted(dimensions.items())), str(series.get("TimeSeriesId", ""))


def _parse_points(page: SeriesPage, series: WireSeries) -> Iterator[tuple[datetime, Values]]:
    """The values at each instant of the page; a list that is not there, or ends early, is missing."""
    columns = (
        series.get("MetricValueList") or (),
        series.get("ExpectedValueList") or (),
        series.get("LowerValueList") or (),
        series.get("UpperValueList") or (),
        series.get("CapacityValueList") or (),
        series.get("OrderCountList") or (),
    )
    for index, text in enumerate(page.get("TimestampList") or ()):
        moment = parse_timestamp(text)
        if moment is not None:
            yield moment, tuple(parse_number(column[index]) if index < len(column) else np.nan for column in columns)


def _add_point(points: dict[Point, Values], key: Point, values: Values) -> None:
    before = points.setdefault(key, values)
    if not np.array_equal(before, values, equal_nan=True):
        (dimensions, series_id), moment = key
        raise DuplicateKeys(f"time series {series_id or dict(dimensions)} has two values at {moment.isoformat()}")


def _arrange(members: list[Member], points: Mapping[Point, Values]) -> GroupSeries:
    moments = sorted({moment for _, moment in points})
    rows, columns = {member: row for row, member in enumerate(members)}, {moment: column for column, moment in enumerate(moments)}
    cube = np.full((6, len(members), len(moments)), np.nan)
    for (member, moment), values in points.items():
        cube[:, rows[member], columns[moment]] = values
    actual, expected, lower, upper, capacity, orders = cube
    return GroupSeries.of(
        tuple(dict(dimensions) for dimensions, _ in members),
        tuple(moments),
        actual=actual,
        expected=expected,
        lower=lower,
        upper=upper,
        capacity=capacity,
        orders=orders,
    )
