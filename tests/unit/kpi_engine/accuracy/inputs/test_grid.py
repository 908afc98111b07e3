"""Cells of series and days, forth and back, and blocks that contain whole series."""

from __future__ import annotations

import numpy as np
import pytest

from kpi_engine.accuracy.inputs.grid import Grid, split_rows


@pytest.mark.parametrize("seed", range(6))
def test_series_and_day_of_a_cell_are_those_that_it_was_made_of(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = Grid(n_series=int(rng.integers(1, 50)), first_day=int(rng.integers(-800_000, 800_000)), span=int(rng.integers(1, 3_000)))
    series = rng.integers(0, grid.n_series, 200)
    day = rng.integers(grid.first_day, grid.first_day + grid.span, 200)
    cells = grid.cells(series, day)
    assert cells.tolist() == [int(own) * grid.span + int(date) - grid.first_day for own, date in zip(series, day, strict=True)]
    assert (cells.min() >= 0, cells.max() < grid.size) == (True, True)
    back_series, back_day = grid.split(cells)
    assert (back_series.tolist(), back_day.tolist()) == (series.tolist(), day.tolist())


def test_every_cell_of_a_grid_has_a_series_and_a_day_of_its_own() -> None:
    grid = Grid(n_series=3, first_day=-2, span=4)
    series, day = grid.split(np.arange(grid.size))
    assert list(zip(series.tolist(), day.tolist(), strict=True)) == [(own, date) for own in range(3) for date in range(-2, 2)]


def test_a_grid_without_days_has_one_day() -> None:
    assert Grid.around(4, [np.zeros(0, dtype=np.int64)]) == Grid(n_series=4, first_day=0, span=1)


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("seed", range(4))
def test_blocks_follow_each_other_and_none_divides_a_series(seed: int, size: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 6, 12)
    blocks = list(split_rows(counts, size))
    ends = [0, *np.cumsum(counts).tolist()]
    assert [row for block in blocks for row in range(block.start, block.stop)] == list(range(int(counts.sum())))
    assert all(block.start in ends and block.stop in ends for block in blocks)
    assert all(block.stop - block.start >= size for block in blocks[:-1])
    assert all(block.stop - block.start < size + counts.max() for block in blocks)


def test_no_rows_make_no_block() -> None:
    assert list(split_rows(np.zeros(3, dtype=np.int64), 10)) == list(split_rows(np.zeros(0, dtype=np.int64), 10)) == []
