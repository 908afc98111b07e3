"""What cancelled trips save, and the grid on which loads are compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.shipments import read_shipments
from kpi_engine.logistics.inputs.trips import sum_by_trip
from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
from kpi_engine.logistics.transport.cells import find_overloads, round_to_cells
from kpi_engine.logistics.transport.packing import improve, pack
from kpi_engine.logistics.transport.savings import TripCosts, sum_savings

COSTS = TripCosts(
    money=np.array([400.0, 150.0, np.nan]),
    km=np.array([200.0, 50.0, 80.0]),
    co2e_kg=np.array([180.0, np.nan, 72.0]),
    currency=["EUR", "EUR", "GBP"],
)


def test_a_saving_is_the_sum_over_the_cancelled_trips() -> None:
    saving = sum_savings(COSTS, np.array([0, 1]))
    assert (saving.money, saving.currency, saving.km) == (550, "EUR", 250)


def test_a_rate_that_is_missing_of_one_trip_makes_its_sum_unknown_alone() -> None:
    saving = sum_savings(COSTS, np.array([0, 1]))
    assert (saving.co2e_kg, saving.km) == (None, 250)


def test_money_of_several_currencies_is_not_added() -> None:
    saving = sum_savings(COSTS, np.array([0, 2]))
    assert (saving.money, saving.currency, saving.km) == (None, None, 280)


def test_no_cancelled_trip_saves_nothing() -> None:
    saving = sum_savings(COSTS, np.array([], dtype=np.int64))
    assert (saving.money, saving.currency, saving.km, saving.co2e_kg) == (0, None, 0, 0)


@given(st.lists(st.integers(1, 300_000), min_size=1, max_size=30), st.integers(1, 300_000))
@settings(max_examples=60, deadline=None)
def test_loads_of_whole_millionths_are_exact_on_the_grid(millionths: list[int], limit: int) -> None:
    types = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [limit / 1e6]}))
    rows = pd.DataFrame({"shipment_id": range(len(millionths)), "trip_id": "T", "gross_kg": [load / 1e6 for load in millionths]})
    shipments = read_shipments(rows, types)
    cells = round_to_cells(shipments, types)
    assert (cells.low == cells.high).all()
    assert find_overloads(cells, shipments, sum_by_trip(shipments, types)).tolist() == [sum(millionths) > limit]


@pytest.mark.parametrize("capacity", [1e-5, 0.3, 24_000.0, 5e9])
def test_a_full_truck_is_not_overloaded_whatever_the_size_of_its_capacity(capacity: float) -> None:
    types = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [capacity]}))
    rows = pd.DataFrame({"shipment_id": ["S1", "S2"], "gross_kg": [capacity, capacity * 1.001]})
    shipments = read_shipments(rows, types)
    assert find_overloads(round_to_cells(shipments, types), shipments, sum_by_trip(shipments, types)).tolist() == [False, True]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=25), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_no_truck_of_a_plan_is_over_capacity_and_improvement_never_adds_one(sizes: list[tuple[int, int]], rounds: int) -> None:
    loads, capacity = np.array(sizes), np.array([20, 20])
    plan = pack(loads, capacity, enough=0, rounds=0)
    better_plan = improve(loads, capacity, plan, enough=0, rounds=rounds)
    assert better_plan.max() <= plan.max()
    for trucks in (plan, better_plan):
        for truck in range(int(trucks.max()) + 1):
            carried_sizes = [size for size, number in zip(sizes, trucks.tolist(), strict=True) if number == truck]
            assert carried_sizes
            assert all(sum(dimension) <= 20 for dimension in zip(*carried_sizes, strict=True))
