"""Loads that are known in part, orders without cases, and plans of nothing."""

from __future__ import annotations

import numpy as np
import pytest

from kpi_engine.logistics.transport.load_percent import LoadPercent, find_fullest
from kpi_engine.logistics.transport.packing import compute_lower_bounds, count_trucks, improve, pack
from tests.unit.kpi_engine.logistics.frames import NO_LINE, Row, kpis, shipments, vehicles

VAN: Row = {"vehicle_type": "van", "payload_kg": 10.0, "volume_m3": 10.0}


def row_of(name: str, **columns: float | None) -> Row:
    return {"shipment_id": name, "lane_id": "A", "ship_date": "2026-07-20", "gross_kg": 4.0, "volume_m3": 2.0} | columns


@pytest.mark.parametrize("missing", ["gross_kg", "volume_m3"])
def test_a_trip_that_lacks_one_of_the_loads_that_its_vehicle_limits_stays_as_it_is(missing: str) -> None:
    rows = [row_of("S1"), row_of("S2"), row_of("S3", **{missing: None})]
    plan = kpis(shipments(rows), capacity=vehicles(VAN))["truck_utilization"]["plan"]
    assert plan["not_planned"]["unknown_load"] == 1
    assert [load["shipments"] for group in plan["groups"] for load in group["loads"]] == [["S1", "S2"]]


def test_a_load_that_no_shipment_states_limits_nothing() -> None:
    rows = [row_of(f"S{number}", volume_m3=None) for number in range(3)]
    plan = kpis(shipments(rows), capacity=vehicles(VAN))["truck_utilization"]["plan"]
    assert plan["not_planned"]["unknown_load"] == 0
    assert (plan["trucks_used"], plan["trucks_planned"]) == (3, 2)


def test_a_load_that_the_vehicle_does_not_limit_may_be_unknown() -> None:
    rows = [row_of("S1"), row_of("S2", volume_m3=None)]
    plan = kpis(shipments(rows), capacity=vehicles({"vehicle_type": "van", "payload_kg": 10.0}))["truck_utilization"]["plan"]
    assert (plan["not_planned"]["unknown_load"], plan["trucks_planned"]) == (0, 1)


def test_a_plan_of_no_shipments_takes_no_truck() -> None:
    nothing, capacity = np.zeros((0, 2), dtype=np.int64), np.array([10, 10])
    plan = pack(nothing, capacity, enough=0, rounds=5)
    assert (plan.tolist(), count_trucks(plan)) == ([], 0)
    assert count_trucks(improve(nothing, capacity, plan, enough=0, rounds=5)) == 0
    assert [bounds.tolist() for bounds in compute_lower_bounds(nothing, capacity)] == [[0, 0], [0, 0]]


@pytest.mark.parametrize("enough", [0, 2, 3])
def test_a_search_that_has_enough_ends_with_a_plan_that_is_no_better(enough: int) -> None:
    loads, capacity = np.array([[6], [5], [5], [4]]), np.array([10])
    assert count_trucks(pack(loads, capacity, enough, rounds=20)) == (2 if enough < 3 else count_trucks(pack(loads, capacity, enough, 0)))


@pytest.mark.parametrize(
    ("percent", "fullest"),
    [
        ([75.0, np.nan, 91.0, 91.0], "pallet"),
        ([np.nan, 0.0, np.nan, np.nan], "cube"),
        ([np.nan] * 4, None),
        ([120.0, 119.0, 0.0, np.nan], "weight"),
    ],
)
def test_the_fullest_dimension_is_the_first_of_the_largest_that_are_known(percent: list[float], fullest: str | None) -> None:
    load = LoadPercent.of(np.array(percent))
    assert load.binding == fullest
    assert (load.weight, load.cube, load.pallet, load.ldm) == tuple(None if np.isnan(value) else value for value in percent)
    assert find_fullest({}) is None


@pytest.mark.parametrize("units_per_case", [0, -6, None])
def test_lines_without_a_case_size_give_no_cost_per_case_and_no_broken_case(units_per_case: float | None) -> None:
    line = {"order_id": "O1", "line_no": 1, "ordered_qty": 12, "shipped_qty": 12, "units_per_case": units_per_case, "shipment_id": "S1"}
    cost = {"transport_cost": 60.0, "cost_currency": "EUR"}
    report = kpis(shipments([line | cost, line | cost | {"line_no": 2, "units_per_case": 6}]))
    assert (report["cost_per_unit"]["per_unit"], report["cost_per_unit"]["per_case"]) == (2.5, None)
    assert report["fill_rate"]["n_excluded"]["no_units_per_case"] == 1
    assert (report["fill_rate"]["case"], report["fill_rate"]["broken_cases"]) == (100, 0)


@pytest.mark.parametrize(("shipped_qty", "broken_cases"), [(12, 0), (13, 1), (0, 0), (6, 0), (5.5, 1), (30, 0)])
def test_a_broken_case_is_a_quantity_between_two_cases_and_a_surplus_is_none(shipped_qty: float, broken_cases: int) -> None:
    line = NO_LINE | {"order_id": "O1", "ordered_qty": 18, "shipped_qty": shipped_qty, "units_per_case": 6}
    assert kpis(shipments([line]))["fill_rate"]["broken_cases"] == broken_cases
