"""Every known demand, in order of series and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grain, Grid, blocks
from kpi_engine.shared.arrays import Floats, Ints, Ranks, starts_of

BLOCK = 32_768


@dataclass(frozen=True)
class Demand:
    """Known demand: the cell of each in rising order, and its value in units. What is not there is not known, which is not zero.

    first_day: nothing is known of the days before it.
    """

    grid: Grid
    cells: Ints
    values: Floats
    first_day: int

    @cached_property
    def ranks(self) -> Ranks:
        """Where a cell stands among the known ones."""
        return Ranks(self.cells, self.grid.size)

    def at(self, cells: Ints) -> Floats:
        """The demand in each cell, NaN where it is not known."""
        if not len(self.cells):
            return np.full(len(cells), np.nan)
        place = np.minimum(self.ranks.before(cells), len(self.cells) - 1)
        return np.where(self.cells[place] == cells, self.values[place], np.nan)

    def on(self, series: Ints, day: Ints) -> Floats:
        """The demand of each series on each day, NaN where it is not known or the day is outside the grid."""
        offset = day - self.grid.first
        inside = (offset >= 0) & (offset < self.grid.span)
        found = self.at(series * self.grid.span + np.where(inside, offset, 0))
        return found if inside.all() else np.where(inside, found, np.nan)

    def before(self, day: int) -> Demand:
        """What was known before a day began."""
        if day <= self.first_day:
            return Demand(self.grid, self.cells[:0], self.values[:0], self.first_day)
        early = self.cells % self.grid.span < day - self.grid.first
        return self if early.all() else Demand(self.grid, self.cells[early], self.values[early], self.first_day)

    def count_since(self, day: int) -> int:
        """How many known demands are of this day or later."""
        return len(self.cells) - len(self.before(day).cells)

    def joined(self, other: Demand) -> Demand:
        """This demand, and the other's where this one knows nothing. Both on the same grid."""
        if not len(other.cells) or not len(self.cells):
            return other if len(other.cells) else self
        new = np.isnan(self.at(other.cells))
        cells = np.concatenate((self.cells, other.cells[new]))
        order = np.argsort(cells, kind="stable")
        return Demand(
            self.grid, cells[order], np.concatenate((self.values, other.values[new]))[order], min(self.first_day, other.first_day)
        )

    def blocks(self) -> Iterator[Demand]:
        """The same in parts that hold whole series."""
        starts = self.ranks.before(np.arange(self.grid.series + 1) * self.grid.span)
        for part in blocks(np.diff(starts), BLOCK):
            yield Demand(self.grid, self.cells[part], self.values[part], self.first_day)

    def bucketed(self, grain: Grain) -> Demand:
        """The sums of weeks or months that lie within the known days; a bucket stands for its days, with a number as its day."""
        if grain is Grain.DAY or not len(self.cells):
            return self
        day = self.day
        bucket = grain.buckets(day)
        whole = (grain.first_days(bucket) >= day.min()) & (grain.first_days(bucket + 1) <= day.max() + 1)
        grid = Grid.around(self.grid.series, [bucket[whole]])
        cells = grid.cells(self.series[whole], bucket[whole])
        starts = starts_of(cells)
        values = np.add.reduceat(self.values[whole], starts) if len(starts) else np.zeros(0)
        return Demand(grid, cells[starts], values, grid.first)

    @cached_property
    def series(self) -> Ints:
        """The series of each known demand."""
        return self.cells // self.grid.span

    @cached_property
    def day(self) -> Ints:
        """The day of each known demand."""
        return self.cells % self.grid.span + self.grid.first
