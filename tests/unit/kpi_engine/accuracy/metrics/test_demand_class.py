"""Demand classes of SKUs over all their sites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs import known_demand
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.metrics.demand_class import DEMAND_CLASS, DemandSums
from tests.unit.kpi_engine.accuracy import loops
from tests.unit.kpi_engine.accuracy.points import floats, integers

SPAN = 12
SITES = st.lists(st.lists(st.one_of(st.none(), st.integers(-3, 12).map(float)), min_size=SPAN, max_size=SPAN), min_size=1, max_size=4)


def classes_of(series: list[list[float | None]], sku_of: list[int], skus: int) -> list[str | None]:
    cells = [number * SPAN + day for number, values in enumerate(series) for day, value in enumerate(values) if value is not None]
    values = [value for own in series for value in own if value is not None]
    demand = KnownDemand(Grid(len(series), 0, SPAN), integers(cells), floats(values), 0)
    return DEMAND_CLASS(DemandSums.of_series(demand).sum_by_group(integers(sku_of), skus))


@given(SITES)
def test_the_days_of_all_sites_of_a_sku_make_one_class(series: list[list[float | None]]) -> None:
    values = [max(value, 0.0) for own in series for value in own if value is not None]
    expected = loops.demand_class(values) if any(values) else None
    assert classes_of(series, [0] * len(series), 1) == [expected]


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_blocks_of_any_size_give_the_same_classes(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(known_demand, "BLOCK_ROWS", rows)
    smooth: list[float | None] = [5.0] * SPAN
    lumpy: list[float | None] = [20.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    nothing: list[float | None] = [None] * SPAN
    assert classes_of([smooth, nothing, lumpy, [0.0] * SPAN], [0, 1, 2, 3], 5) == ["smooth", None, "lumpy", None, None]


def test_returns_are_days_without_demand() -> None:
    assert classes_of([[5.0, -5.0] * 6], [0], 1) == ["intermittent"]


def test_large_sizes_that_hardly_vary_are_smooth() -> None:
    assert classes_of([[1e9 + day for day in range(SPAN)]], [0], 1) == ["smooth"]
