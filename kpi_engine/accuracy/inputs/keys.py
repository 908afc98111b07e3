"""The rows of one frame that have a series and a day, in order, each point once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grid
from kpi_engine.accuracy.inputs.series import Series
from kpi_engine.shared.arrays import Ints, Places, order_of
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.columns import NO_DAY
from kpi_engine.shared.errors import DuplicateKeys

EXAMPLES = 5


@dataclass(frozen=True)
class Keys:
    """Series and day of the rows that have both; `rows` says which those are (None: all), `missing` how many are not."""

    series: Ints
    day: Ints
    rows: Ints | None
    missing: int

    @classmethod
    def of(cls, series: Ints, day: Ints) -> Keys:
        """From the series of each row, -1 for none, and its day, NO_DAY for none."""
        if series.min(initial=0) >= 0 and day.min(initial=0) > NO_DAY:
            return cls(series, day, None, 0)
        held = (series >= 0) & (day != NO_DAY)
        rows = np.flatnonzero(held)
        return cls(series[rows], day[rows], rows, len(held) - len(rows))

    def in_order(self, name: str, grid: Grid, series: Series, lead: Ints | None = None) -> Ordered:
        """The cells of the rows in rising order, within a cell by lead. Raises DuplicateKeys with examples.

        Writes the cells over `series`, which nobody needs after this: keys are put in order once.
        """
        turns = 1 if lead is None else int(lead.max(initial=0)) + 1
        cells = grid.cells(self.series, self.day, out=self.series)
        wanted = cells if lead is None else cells * turns + (lead if self.rows is None else lead[self.rows])
        found = order_of(wanted, grid.size * turns)
        if found is None:
            raise DuplicateKeys(_duplicates(name, wanted, turns, grid, series))
        ordered, order = found
        rows = order if self.rows is None else self.rows if order is None else self.rows[order]
        return Ordered(ordered, None, rows) if lead is None else Ordered(ordered // turns, ordered % turns, rows)


@dataclass(frozen=True)
class Ordered:
    """Cells in rising order, their leads (None: not told), and the rows of the frame they stand for (None: every row as it comes)."""

    cells: Ints
    lead: Ints | None
    rows: Places | None


def _duplicates(name: str, keys: Ints, turns: int, grid: Grid, series: Series) -> str:
    distinct, counts = np.unique(keys, return_counts=True)
    several = distinct[counts > 1]
    shown = "; ".join(_point(int(key), turns, grid, series) for key in several[:EXAMPLES])
    more = " ..." if len(several) > EXAMPLES else ""
    return f"{name} has more than one row for {len(several):,} points; leave one for each of: {shown}{more}"


def _point(key: int, turns: int, grid: Grid, series: Series) -> str:
    cell, lead = divmod(key, turns)
    number, offset = divmod(cell, grid.span)
    ahead = f", {lead} days ahead" if lead else ""
    return f"{series.name(number)}, {date_of(grid.first + offset)}{ahead}"
