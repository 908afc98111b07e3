"""A group of anomalies: what a detector or a source of anomalies reports, before anything is concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import fsum

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.kind import NO_KIND, AnomalyKind
from kpi_engine.anomalies.thresholds import Threshold
from kpi_engine.shared.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class GroupSeries:
    """The values of a group's primary measure: M members x N instants; NaN is missing.

    dimensions: of each member. capacity, orders: M x N, what can be handled and how many orders were due. kinds: M x N, the
    AnomalyKind.code of each day, -1 where it is unknown or none. has_interval: whether every known expectation has both bounds.
    """

    dimensions: tuple[Mapping[str, str], ...]
    instants: tuple[datetime, ...]
    days: DailyValues
    capacity: Floats
    orders: Floats
    kinds: Ints
    has_interval: bool

    @classmethod
    def of(
        cls,
        dimensions: tuple[Mapping[str, str], ...],
        instants: tuple[datetime, ...],
        *,
        actual: Floats,
        expected: Floats,
        lower: Floats,
        upper: Floats,
        capacity: Floats | None = None,
        orders: Floats | None = None,
        kinds: Ints | None = None,
    ) -> GroupSeries:
        """Arrange the M x N values of the members: bounds that are missing or crossed move to the expectation."""
        return cls(
            dimensions=dimensions,
            instants=instants,
            days=DailyValues.of(actual, expected, lower, upper),
            capacity=np.full(actual.shape, np.nan) if capacity is None else capacity,
            orders=np.full(actual.shape, np.nan) if orders is None else orders,
            kinds=np.full(actual.shape, NO_KIND, dtype=np.int64) if kinds is None else kinds,
            has_interval=not np.any(~np.isnan(expected) & (np.isnan(lower) | np.isnan(upper))),
        )

    @property
    def is_known(self) -> Bools:
        """Mask of the days whose actual and expectation are both known: only these days move a figure."""
        return ~np.isnan(self.days.residual)

    @property
    def last_instant_with_data(self) -> datetime | None:
        """The last instant at which the actual of any member is known."""
        has_data: Bools = np.any(~np.isnan(self.days.actual), axis=0)
        return max((moment for moment, has_value in zip(self.instants, has_data, strict=True) if has_value), default=None)

    def member_deltas(self) -> list[float]:
        """Return actual - expected of each member, units, summed over its known days."""
        return [fsum(row[mask]) for row, mask in zip(self.days.residual, self.is_known, strict=True)]


@dataclass(frozen=True, eq=False)
class AnomalyGroup:
    """One group: its interval (instants in UTC, and local days, both ends included), score, measure, members and contributions.

    score: 0..100. also_affected: other measures. reported_kind: the one kind that the detector or source gives to the whole group, None
    when it gives several or none. contributions: for each dimension the weight that the source gives each value, or none. scope: the
    dimension values that its cause is limited to, empty for all series, None where the source names no cause. threshold: the least distance
    at which the scope is reported, None where nobody has given feedback on it. series: what was reported, that is the values that moved.
    scope_series: all values of the scope on these days, beside the mean of their forecast; None where the scope as a whole did not move.
    zone: of its days, None where it is not known.
    """

    id: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date
    score: float
    measure: str | None
    series: GroupSeries
    reported_kind: AnomalyKind | None = None
    also_affected: tuple[str, ...] = ()
    contributions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    scope: Mapping[str, str] | None = None
    threshold: Threshold | None = None
    scope_series: GroupSeries | None = None
    zone: tzinfo | None = None

    @property
    def figures(self) -> GroupSeries:
        """The values from which the group's figures follow: those of its whole scope, else those that moved."""
        return self.series if self.scope_series is None else self.scope_series

    def in_zone(self, zone: tzinfo) -> AnomalyGroup:
        """Return a group of whole days as days of a time zone: each instant is its midnight there."""
        n_days = len(self.series.instants)
        days = [self.last_day - timedelta(days=n_days - 1 - place) for place in range(n_days)]
        instants = tuple(_midnight(day, zone) for day in days)
        return replace(
            self,
            start=_midnight(self.first_day, zone),
            end=_midnight(self.last_day, zone),
            series=replace(self.series, instants=instants),
            scope_series=None if self.scope_series is None else replace(self.scope_series, instants=instants),
            zone=zone,
        )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of all dimensions, sorted."""
        return tuple(sorted({*self.contributions, *(name for member in self.figures.dimensions for name in member)}))

    @property
    def dimension_values(self) -> dict[str, tuple[str, ...]]:
        """The values of each dimension, names and values sorted."""
        return {name: self.values_of(name) for name in self.dimensions}

    def values_of(self, dimension: str) -> tuple[str, ...]:
        """Return the values of one dimension, sorted: of its series, or else of the contributions."""
        values = {member[dimension] for member in self.figures.dimensions if dimension in member}
        return tuple(sorted(values or self.contributions.get(dimension, {})))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
