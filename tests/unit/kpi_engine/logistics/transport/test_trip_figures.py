"""Figures of trips and of the plan that depend on parameters, rates and distances, and why each is null."""

from __future__ import annotations

import numpy as np
import pytest

from kpi_engine.logistics.inputs.parameters import LogisticsParameters, TransportParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments, vehicles
from tests.unit.kpi_engine.logistics.transport.small_fleet import TRUCK, VAN, row_of


@pytest.mark.parametrize(
    ("columns", "fleet", "reason"),
    [
        ({"ship_date": "2026-07-20"}, [VAN], "missing_columns: lane_id"),
        ({"lane_id": "A"}, [VAN], "missing_columns: ship_date"),
        ({"origin": "A"}, [VAN], "missing_columns: lane_id, ship_date"),
        ({"origin": "A", "destination": "B", "actual_departure": "2026-07-20T09:00"}, [], "no_vehicle_types"),
    ],
)
def test_without_lanes_dates_or_vehicles_the_plan_is_null_with_a_reason(columns: Row, fleet: list[Row], reason: str) -> None:
    report = kpis(shipments([{"shipment_id": "S1", "gross_kg": 4.0, **columns}]), capacity=vehicles(*fleet))
    assert (report["truck_utilization"]["plan"], report["undefined"]["truck_utilization.plan"]) == (None, reason)


def test_a_plan_in_which_nothing_can_move_has_no_share_of_avoidable_trucks() -> None:
    report = kpis(shipments([row_of("S1", "T1", 99.0)]), capacity=vehicles(VAN))
    plan = report["truck_utilization"]["plan"]
    assert (plan["trucks_used"], plan["avoidable_percent"], plan["groups"]) == (0, None, [])
    assert report["undefined"]["truck_utilization.plan.avoidable_percent"] == "no_trip_to_plan"


@pytest.mark.parametrize(
    ("vehicle", "distance", "reasons"),
    [
        (VAN | {"cost_km": None}, 50, {"money": "no_cost_rate_or_distance"}),
        (VAN | {"co2e_kg_km": None}, 50, {"co2e_kg": "no_emission_rate_or_distance"}),
        (VAN, None, {"money": "no_cost_rate_or_distance", "km": "no_distance", "co2e_kg": "no_emission_rate_or_distance"}),
    ],
)
def test_each_part_of_a_saving_that_is_unknown_has_its_reason(vehicle: Row, distance: float | None, reasons: dict[str, str]) -> None:
    rows = [row_of("S1", "T1", distance_km=distance), row_of("S2", "T2", distance_km=distance)]
    report = kpis(shipments(rows), capacity=vehicles(vehicle))
    saving = report["truck_utilization"]["plan"]["saving"]
    assert {name for name, value in saving.items() if value is None} == set(reasons)
    for name, reason in reasons.items():
        assert report["undefined"][f"truck_utilization.plan.saving.{name}"] == reason


def test_savings_in_two_currencies_have_kilometres_but_no_money() -> None:
    rows = [
        row_of(f"S{kind}{number}", f"T{kind}{number}", vehicle_type=kind, distance_km=10) for kind in ("van", "truck") for number in (1, 2)
    ]
    report = kpis(shipments(rows), capacity=vehicles(VAN, TRUCK | {"currency": "GBP"}))
    assert report["truck_utilization"]["plan"]["saving"] == {"money": None, "currency": None, "km": 20, "co2e_kg": pytest.approx(14)}
    assert report["undefined"]["truck_utilization.plan.saving.money"] == "several_currencies"


def test_the_limits_of_poor_filling_and_of_wrong_data_are_those_of_the_parameters() -> None:
    rows = [row_of(f"S{number}", f"T{number}", load) for number, load in enumerate((4.0, 7.9, 8.0, 11.9, 12.1))]
    parameters = LogisticsParameters(transport=TransportParameters(low_percent=80, quarantine_percent=120))
    utilisation = kpis(shipments(rows), capacity=vehicles(VAN), parameters=parameters)["truck_utilization"]
    assert (utilisation["share_below_low"], utilisation["low_percent"]) == (50, 80)
    assert [trip["trip_id"] for trip in utilisation["quarantined"]] == ["T4"]
    assert [trip["trip_id"] for trip in utilisation["overload"]] == ["T3"]


@pytest.mark.parametrize("seed", range(3))
def test_the_load_factor_with_empty_kilometres_equals_a_loop_over_the_trips(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        row_of(f"S{number:02}", f"T{number // 2:02}", float(rng.integers(1, 6)))
        | {
            "distance_km": 10.0 + number // 2 if rng.random() < 0.9 else None,
            "empty_km": float(number // 4) if rng.random() < 0.9 else None,
        }
        for number in range(40)
    ]
    top = bottom = 0.0
    for number in range(20):
        trip = rows[2 * number : 2 * number + 2]
        distances, empties = ([row[name] for row in trip if row[name] is not None] for name in ("distance_km", "empty_km"))
        if distances and empties and sum(row["gross_kg"] for row in trip) <= 11:
            top += sum(row["gross_kg"] for row in trip) * max(distances)
            bottom += 10.0 * (max(distances) + max(empties))
    utilisation = kpis(shipments(rows), capacity=vehicles(VAN))["truck_utilization"]
    assert utilisation["load_factor_with_empty_km"] == pytest.approx(100 * top / bottom, abs=1e-9)


@pytest.mark.parametrize(
    ("columns", "path", "reason"),
    [
        ({"gross_kg": 4.0}, "cube", "missing_columns: volume_m3"),
        ({"gross_kg": 4.0}, "load_factor_with_empty_km", "missing_columns: distance_km, empty_km"),
        ({"gross_kg": None}, "weight", "no_trip_with_known_load_and_vehicle"),
        ({"gross_kg": None}, "binding", "no_trip_with_known_load_and_vehicle"),
        ({"gross_kg": 99.0}, "mean_binding", "no_trip_with_known_load_and_vehicle"),
        ({"gross_kg": 99.0}, "share_below_low", "no_trip_with_known_load_and_vehicle"),
    ],
)
def test_each_utilisation_that_is_null_has_its_reason(columns: Row, path: str, reason: str) -> None:
    report = kpis(shipments([{"shipment_id": "S1", **columns}]), capacity=vehicles(VAN))
    assert report["undefined"][f"truck_utilization.{path}"] == reason
