"""The rows of one frame that have a series and a day, sorted, each point once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.shared.arrays import Ints, RowNumbers, sort_distinct
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.columns import NO_DAY
from kpi_engine.shared.errors import DuplicateKeys

EXAMPLES = 5


@dataclass(frozen=True)
class SortedKeys:
    """Cells in rising order, their leads (None: there are none), and the rows of the frame they come from (None: rows are in order)."""

    cells: Ints
    lead: Ints | None
    rows: RowNumbers | None


@dataclass(frozen=True)
class RowKeys:
    """Series and day of the rows that have both; `rows` are their numbers in the frame (None: all), `n_missing` counts the others."""

    series: Ints
    day: Ints
    rows: Ints | None
    n_missing: int

    @classmethod
    def of(cls, series: Ints, day: Ints) -> RowKeys:
        """Return the keys from the series of each row, -1 for none, and its day, NO_DAY for none.

        >>> keys = RowKeys.of(np.array([0, -1, 1]), np.array([5, 5, NO_DAY]))
        >>> keys.rows.tolist(), keys.n_missing
        ([0], 2)
        """
        if series.min(initial=0) >= 0 and day.min(initial=0) > NO_DAY:
            return cls(series, day, None, 0)
        has_both = (series >= 0) & (day != NO_DAY)
        rows = np.flatnonzero(has_both)
        return cls(series[rows], day[rows], rows, len(has_both) - len(rows))

    def sort(self, name: str, grid: Grid, index: SeriesIndex, lead: Ints | None = None) -> SortedKeys:
        """Return the cells of the rows in rising order, within a cell by lead. Raises DuplicateKeys with examples.

        Writes the cells over `series`, which is not needed afterwards: keys are sorted once.
        """
        turns = 1 if lead is None else int(lead.max(initial=0)) + 1
        cells = grid.cells(self.series, self.day, out=self.series)
        keys = cells if lead is None else cells * turns + (lead if self.rows is None else lead[self.rows])
        result = sort_distinct(keys, grid.size * turns)
        if result is None:
            raise DuplicateKeys(_describe_duplicates(name, keys, turns, grid, index))
        sorted_keys, order = result
        rows = order if self.rows is None else self.rows if order is None else self.rows[order]
        if lead is None:
            return SortedKeys(sorted_keys, None, rows)
        return SortedKeys(sorted_keys // turns, sorted_keys % turns, rows)


def _describe_duplicates(name: str, keys: Ints, turns: int, grid: Grid, index: SeriesIndex) -> str:
    distinct, counts = np.unique(keys, return_counts=True)
    several = distinct[counts > 1]
    examples = "; ".join(_describe_point(int(key), turns, grid, index) for key in several[:EXAMPLES])
    more = " ..." if len(several) > EXAMPLES else ""
    return f"{name} has more than one row for {len(several):,} points; leave one for each of: {examples}{more}"


def _describe_point(key: int, turns: int, grid: Grid, index: SeriesIndex) -> str:
    cell, lead = divmod(key, turns)
    series, offset = divmod(cell, grid.span)
    ahead = f", {lead} days ahead" if lead else ""
    return f"{index.describe(series)}, {date_of(grid.first_day + offset)}{ahead}"
