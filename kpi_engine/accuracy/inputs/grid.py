"""Cells of series and days, by which frames are joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Ints


@dataclass(frozen=True)
class Grid:
    """One cell for each series and day, row by row; days from `first_day` on, `span` of them."""

    n_series: int
    first_day: int
    span: int

    @classmethod
    def around(cls, n_series: int, days: Sequence[Ints]) -> Grid:
        """Return the smallest grid that contains all days.

        >>> Grid.around(2, [np.array([5, 7]), np.array([4])])
        Grid(n_series=2, first_day=4, span=4)
        """
        columns = [column for column in days if len(column)]
        if not columns:
            return cls(n_series, 0, 1)
        first, last = min(int(column.min()) for column in columns), max(int(column.max()) for column in columns)
        return cls(n_series, first, last - first + 1)

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.n_series * self.span

    def cells(self, series: Ints, day: Ints, out: Ints | None = None) -> Ints:
        """Return the cell of each series and day in the grid, written into `out` where there is one.

        >>> Grid(n_series=2, first_day=4, span=3).cells(np.array([0, 1]), np.array([4, 6])).tolist()
        [0, 5]
        """
        cells = np.multiply(series, self.span, out=out)
        cells += day  # in place: at ten million rows fresh memory costs more than the sum
        cells -= self.first_day
        return cells

    def split(self, cells: Ints) -> tuple[Ints, Ints]:
        """Return series and day of each cell.

        >>> series, day = Grid(n_series=2, first_day=4, span=3).split(np.array([0, 5]))
        >>> series.tolist(), day.tolist()
        ([0, 1], [4, 6])
        """
        series = cells // self.span
        return series, cells - series * self.span + self.first_day  # half the time of np.divmod


def split_rows(counts: Ints, size: int) -> Iterator[slice]:
    """Yield slices of about `size` rows that contain whole series, for rows in order of series with `counts` rows each.

    >>> list(split_rows(np.array([2, 3, 4]), size=4))
    [slice(0, 5, None), slice(5, 9, None)]
    """
    ends = np.cumsum(counts)
    begin = 0
    while len(ends) and begin < ends[-1]:
        end = int(ends[np.searchsorted(ends, min(begin + size, int(ends[-1])))])
        yield slice(begin, end)
        begin = end
