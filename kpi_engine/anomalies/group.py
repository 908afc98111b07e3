"""One group of anomalies: what the source said, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import fsum

import numpy as np

from kpi_engine.anomalies.detection.kinds import Days
from kpi_engine.shared.arrays import Bools, Floats


@dataclass(frozen=True)
class Series:
    """Members x instants of the group's primary measure, members in alphabetical order of their dimension values; NaN is missing.

    has_interval: whether every known expectation came with both bounds.
    """

    dimensions: tuple[Mapping[str, str], ...]
    instants: tuple[datetime, ...]
    days: Days
    capacity: Floats
    orders: Floats
    has_interval: bool

    @property
    def known(self) -> Bools:
        """Where both the actual and the expectation are known: only these days move a figure."""
        return ~np.isnan(self.days.residual)

    def instants_known(self) -> list[datetime]:
        """The instants at which an actual of any member is known."""
        known: Bools = np.any(~np.isnan(self.days.actual), axis=0)
        return [moment for moment, is_known in zip(self.instants, known, strict=True) if is_known]

    def deltas(self) -> list[float]:
        """actual - expected of each member, summed over its known days."""
        return [fsum(row[known]) for row, known in zip(self.days.residual, self.known, strict=True)]


@dataclass(frozen=True)
class AnomalyGroup:
    """A group: its interval (instants in UTC, and local days, both ends included), score, measure, series and contributions.

    contributions: for each dimension the weight that the source gave each value, or none.
    """

    id: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date
    score: float
    measure: str | None
    also_affected: tuple[str, ...]
    told_kind: str | None
    contributions: Mapping[str, Mapping[str, float]]
    series: Series

    def values_of(self, dimension: str) -> tuple[str, ...]:
        """The values of one dimension in the group, sorted: of its series, or else of the contributions."""
        told = {member[dimension] for member in self.series.dimensions if dimension in member}
        return tuple(sorted(told or self.contributions.get(dimension, {})))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of all dimensions, sorted."""
        return tuple(sorted({*self.contributions, *(name for member in self.series.dimensions for name in member)}))
