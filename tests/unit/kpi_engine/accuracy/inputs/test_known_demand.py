"""Known demand, beside a dict of series and day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from kpi_engine.accuracy.inputs import known_demand
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.grid import Grid, split_rows
from kpi_engine.accuracy.inputs.known_demand import KnownDemand

Values = dict[tuple[int, int], float]
FIRST_DAY, SPAN, SERIES = 20_000, 90, 4


def random_values(seed: int, share: float = 0.6) -> Values:
    generator = np.random.default_rng(seed)
    keys = [(series, FIRST_DAY + day) for series in range(SERIES) for day in range(SPAN)]
    return {key: float(generator.poisson(5)) for key in keys if generator.random() < share}


def demand_of(values: Values) -> KnownDemand:
    grid = Grid(SERIES, FIRST_DAY, SPAN)
    series, day = (np.array([key[axis] for key in sorted(values)], dtype=np.int64) for axis in (0, 1))
    cells = grid.cells(series.copy(), day)
    return KnownDemand(grid, cells, np.array([values[key] for key in sorted(values)]), FIRST_DAY)


def values_of(demand: KnownDemand) -> Values:
    return {
        (series, day): value for series, day, value in zip(demand.series.tolist(), demand.day.tolist(), demand.values.tolist(), strict=True)
    }


def test_demand_on_a_day_is_known_or_not_a_number() -> None:
    values = random_values(1)
    demand = demand_of(values)
    for series in range(SERIES):
        days = np.arange(FIRST_DAY - 3, FIRST_DAY + SPAN + 3)
        expected = [values.get((series, day), np.nan) for day in days.tolist()]
        assert np.array_equal(demand.on(np.full(len(days), series), days), expected, equal_nan=True)


def test_nothing_is_known_of_an_empty_demand() -> None:
    assert np.isnan(demand_of({}).on(np.array([0]), np.array([FIRST_DAY]))).all()


@pytest.mark.parametrize("day", [FIRST_DAY - 1, FIRST_DAY, FIRST_DAY + 30, FIRST_DAY + SPAN + 1])
def test_demand_before_a_day_leaves_that_day_and_later_ones_out(day: int) -> None:
    values = random_values(2)
    early = {key: value for key, value in values.items() if key[1] < day}
    assert values_of(demand_of(values).before(day)) == early
    assert demand_of(values).count_since(day) == len(values) - len(early)


def test_combined_demand_prefers_the_first() -> None:
    one, other = random_values(3), {key: -value for key, value in random_values(4).items()}
    assert values_of(demand_of(one).combine(demand_of(other))) == other | one
    assert values_of(demand_of(one).combine(demand_of({}))) == one
    assert values_of(demand_of({}).combine(demand_of(other))) == other


def test_blocks_contain_whole_series_and_together_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_demand, "BLOCK_ROWS", 10)
    values = random_values(5)
    blocks = [values_of(block) for block in demand_of(values).iter_blocks()]
    assert {key: value for block in blocks for key, value in block.items()} == values
    assert len(blocks) == SERIES
    assert all(len({series for series, _ in block}) == 1 for block in blocks)


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH])
def test_sums_of_buckets_are_those_of_whole_buckets(grain: Grain) -> None:
    values = random_values(6)
    days = {day for _, day in values}
    sums: Values = {}
    for (series, day), value in values.items():
        bucket = int(grain.buckets(np.array([day]))[0])
        first, end = grain.first_days(np.array([bucket, bucket + 1])).tolist()
        if first >= min(days) and end <= max(days) + 1:
            sums[series, bucket] = sums.get((series, bucket), 0) + value
    assert values_of(demand_of(values).sum_by_grain(grain)) == sums
    assert len(sums) >= SERIES


def test_daily_demand_is_its_own_sum_by_day() -> None:
    demand = demand_of(random_values(7))
    assert demand.sum_by_grain(Grain.DAY) is demand


def test_a_grid_without_days_has_one_of_them() -> None:
    assert Grid.around(3, [np.zeros(0, dtype=np.int64)]) == Grid(3, 0, 1)
    assert Grid.around(3, [np.array([5]), np.array([9, 7])]) == Grid(3, 5, 5)
    assert Grid.around(3, [np.array([5])]).size == 3


@pytest.mark.parametrize("size", [1, 3, 100])
def test_slices_end_where_a_series_does(size: int) -> None:
    counts = np.array([2, 0, 5, 1])
    slices = list(split_rows(counts, size))
    assert [row for part in slices for row in range(part.start, part.stop)] == list(range(8))
    assert {part.stop for part in slices} <= {2, 7, 8}


def test_months_are_those_of_the_calendar() -> None:
    first, last = (day.toordinal() - date(1970, 1, 1).toordinal() for day in (date(2026, 1, 1), date(2026, 2, 28)))
    days = np.arange(first, last + 1)
    grid = Grid(1, first, len(days))
    monthly = KnownDemand(grid, np.arange(len(days)), np.ones(len(days)), first).sum_by_grain(Grain.MONTH)
    assert monthly.values.tolist() == [31.0, 28.0]
