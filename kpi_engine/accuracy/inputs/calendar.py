"""Cells of series and days, and the buckets of days: ISO weeks and months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.calendar import week_numbers, week_starts
from kpi_engine.shared.errors import InvalidValue


class Grain(StrEnum):
    """How long the time is over which demand is summed before an error is formed."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def of(cls, name: str) -> Grain:
        """The grain of that name. Raises InvalidValue."""
        if name not in list(cls):
            raise InvalidValue(f"error_grain is day, week or month, not {name}")
        return cls(name)

    @property
    def season(self) -> int:
        """Buckets in a season: 7 days, 52 weeks, 12 months."""
        return {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12}[self]

    def buckets(self, day: Ints) -> Ints:
        """The number of each day's bucket; buckets that follow each other have numbers that do."""
        if self is Grain.WEEK:
            return week_numbers(day)
        return day if self is Grain.DAY else day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    def first_days(self, bucket: Ints) -> Ints:
        """The first day of each bucket."""
        if self is Grain.WEEK:
            return week_starts(bucket)
        return bucket if self is Grain.DAY else bucket.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


@dataclass(frozen=True)
class Grid:
    """One cell for each series and day, row by row; days from `first` on, `span` of them."""

    series: int
    first: int
    span: int

    @classmethod
    def around(cls, series: int, days: Sequence[Ints]) -> Grid:
        """The smallest grid that holds all days."""
        held = [own for own in days if len(own)]
        first, last = (min(int(own.min()) for own in held), max(int(own.max()) for own in held)) if held else (0, 0)
        return cls(series, first, last - first + 1)

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.series * self.span

    def cells(self, series: Ints, day: Ints, out: Ints | None = None) -> Ints:
        """The cell of each series and day in the grid, written into `out` where that is given."""
        cells = np.multiply(series, self.span, out=out)
        cells += day  # in place: at ten million rows fresh memory costs more than the sum
        cells -= self.first
        return cells


def blocks(counts: Ints, rows: int) -> Iterator[slice]:
    """Slices of about `rows` rows that hold whole series, for rows in order of series with `counts` rows each."""
    ends = np.cumsum(counts)
    begin = 0
    while len(ends) and begin < ends[-1]:
        end = int(ends[np.searchsorted(ends, min(begin + rows, int(ends[-1])))])
        yield slice(begin, end)
        begin = end
