"""Every known demand, in order of series and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.grid import Grid, split_rows
from kpi_engine.shared.arrays import Floats, Ints, Ranks, find_runs

BLOCK_ROWS = 32_768


@dataclass(frozen=True)
class KnownDemand:
    """Known demand: the cell of each in rising order, and its value in units. A cell that is not here is unknown, which is not zero.

    first_day: nothing is known of the days before it.

    >>> demand = KnownDemand(Grid(n_series=1, first_day=0, span=9), cells=np.array([2, 5]), values=np.array([3.0, 8.0]), first_day=2)
    >>> demand.on(np.array([0, 0, 0]), np.array([2, 3, 99])).tolist()
    [3.0, nan, nan]
    """

    grid: Grid
    cells: Ints
    values: Floats
    first_day: int

    @cached_property
    def ranks(self) -> Ranks:
        """The rank of a cell among the known ones."""
        return Ranks(self.cells, self.grid.size)

    @cached_property
    def series(self) -> Ints:
        """The series of each known demand."""
        return self.cells // self.grid.span

    @cached_property
    def day(self) -> Ints:
        """The day of each known demand."""
        return self.cells % self.grid.span + self.grid.first_day

    def at(self, cells: Ints) -> Floats:
        """Return the demand in each cell, NaN where it is unknown."""
        if not len(self.cells):
            return np.full(len(cells), np.nan)
        rank = np.minimum(self.ranks.before(cells), len(self.cells) - 1)
        return np.where(self.cells[rank] == cells, self.values[rank], np.nan)

    def on(self, series: Ints, day: Ints) -> Floats:
        """Return the demand of each series on each day, NaN where it is unknown or the day is outside the grid."""
        offset = day - self.grid.first_day
        is_inside = (offset >= 0) & (offset < self.grid.span)
        demand = self.at(series * self.grid.span + np.where(is_inside, offset, 0))
        return demand if is_inside.all() else np.where(is_inside, demand, np.nan)

    def before(self, day: int) -> KnownDemand:
        """Return what was known before a day began."""
        if day <= self.first_day:
            return KnownDemand(self.grid, self.cells[:0], self.values[:0], self.first_day)
        is_early = self.cells % self.grid.span < day - self.grid.first_day
        return self if is_early.all() else KnownDemand(self.grid, self.cells[is_early], self.values[is_early], self.first_day)

    def count_since(self, day: int) -> int:
        """Count the known demands of this day or later."""
        return len(self.cells) - len(self.before(day).cells)

    def combine(self, other: KnownDemand) -> KnownDemand:
        """Return this demand, and the other's where this one is unknown. Both on the same grid."""
        if not len(other.cells) or not len(self.cells):
            return other if len(other.cells) else self
        is_new = np.isnan(self.at(other.cells))
        cells = np.concatenate((self.cells, other.cells[is_new]))
        values = np.concatenate((self.values, other.values[is_new]))
        order = np.argsort(cells, kind="stable")
        return KnownDemand(self.grid, cells[order], values[order], min(self.first_day, other.first_day))

    def iter_blocks(self) -> Iterator[KnownDemand]:
        """Yield the same demand in blocks that contain whole series."""
        starts = self.ranks.before(np.arange(self.grid.n_series + 1) * self.grid.span)
        for rows in split_rows(np.diff(starts), BLOCK_ROWS):
            yield KnownDemand(self.grid, self.cells[rows], self.values[rows], self.first_day)

    def sum_by_grain(self, grain: Grain) -> KnownDemand:
        """Return the sums of weeks or months that lie within the known days; the number of a bucket takes the place of its day."""
        if grain is Grain.DAY or not len(self.cells):
            return self
        day = self.day
        bucket = grain.buckets(day)
        is_whole = (grain.first_days(bucket) >= day.min()) & (grain.first_days(bucket + 1) <= day.max() + 1)
        grid = Grid.around(self.grid.n_series, [bucket[is_whole]])
        cells = grid.cells(self.series[is_whole], bucket[is_whole])
        starts = find_runs(cells)
        values = np.add.reduceat(self.values[is_whole], starts) if len(starts) else np.zeros(0)
        return KnownDemand(grid, cells[starts], values, grid.first_day)
