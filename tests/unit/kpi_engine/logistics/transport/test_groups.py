"""Which shipments may share a truck, why a trip stays as it is, and what the whole plan saves, by loops over the rows."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import LogisticsParameters, TransportParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments, vehicles
from tests.unit.kpi_engine.logistics.lanes import plan_lanes

VAN: Row = {"vehicle_type": "van", "payload_kg": 10.0, "cost_fixed": 80.0, "cost_km": 1.25, "co2e_kg_km": 0.5, "currency": "EUR"}
TRUCK: Row = VAN | {"vehicle_type": "truck", "payload_kg": 25.0, "cost_fixed": 200.0, "co2e_kg_km": 0.9}
CLASS = ("lane_id", "temp_class", "hazmat", "exclusive_customer", "vehicle_type")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "lane_id": st.sampled_from(["A", "B"]),
            "ship_date": st.integers(10, 18).map(lambda day: f"2026-07-{day}"),
            "temp_class": st.sampled_from(["ambient", "frozen"]),
            "hazmat": st.booleans(),
            "exclusive_customer": st.sampled_from(["", "ACME"]),
            "vehicle_type": st.sampled_from(["van", "truck"]),
            "gross_kg": st.integers(1, 100).map(lambda tenths: tenths / 10),
            "distance_km": st.integers(1, 300),
            "empty_km": st.none() | st.integers(0, 50),
        }
    ),
    min_size=1,
    max_size=14,
)


def name_rows(rows: list[Row]) -> list[Row]:
    """Each shipment on a trip of its own."""
    return [row | {"shipment_id": f"S{number:02}", "trip_id": f"T{number:02}"} for number, row in enumerate(rows)]


def group_plainly(rows: list[Row], shift_days: int) -> list[set[str]]:
    """Per class, days in runs: a day opens a new run when it lies more than shift_days after the first of the last run."""
    classes: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        classes[tuple(row[name] for name in CLASS)].append(row)
    groups: list[set[str]] = []
    for members in classes.values():
        first = None
        for row in sorted(members, key=lambda row: row["ship_date"]):
            day = int(row["ship_date"][-2:])
            if first is None or day - first > shift_days:
                groups.append(set())
                first = day
            groups[-1].add(row["shipment_id"])
    return groups


@given(ROWS, st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_groups_are_the_runs_of_days_of_each_class(columns: list[Row], shift_days: int) -> None:
    rows = name_rows(columns)
    plan = plan_lanes(rows, shift_days, [VAN, TRUCK], rounds=2)
    groups = [{name for load in group["loads"] for name in load["shipments"]} for group in plan["groups"]]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, group_plainly(rows, shift_days)))
    keys = [(group["lane_id"], group["temp_class"], group["hazmat"], group["exclusive_customer"] or "") for group in plan["groups"]]
    assert all(one <= other for one, other in pairwise(keys))


@given(ROWS, st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_a_plan_saves_what_its_cancelled_trips_would_have_cost(columns: list[Row], shift_days: int) -> None:
    rows = name_rows(columns)
    plan = plan_lanes(rows, shift_days, [VAN, TRUCK], rounds=2)
    by_trip, types = {row["trip_id"]: row for row in rows}, {row["vehicle_type"]: row for row in (VAN, TRUCK)}
    money = km = co2e = 0.0
    for group in plan["groups"]:
        own = 0.0
        for trip in group["cancelled_trips"]:
            row, vehicle = by_trip[trip], types[group["vehicle_type"]]
            distance = row["distance_km"] + (row["empty_km"] or 0)
            own += vehicle["cost_fixed"] + vehicle["cost_km"] * distance
            km, co2e = km + distance, co2e + vehicle["co2e_kg_km"] * distance
        assert group["saving"]["money"] == pytest.approx(own)
        money += own
    currency = "EUR" if money else None
    assert plan["saving"] == {
        "money": pytest.approx(money),
        "currency": currency,
        "km": pytest.approx(km),
        "co2e_kg": pytest.approx(co2e),
    }


@given(ROWS, st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_longer_shifts_within_a_lane_of_one_class_never_need_more_trucks_than_no_shift(columns: list[Row], shift_days: int) -> None:
    rows = [row | {name: columns[0][name] for name in CLASS} for row in name_rows(columns)]
    without_shift, with_shift = (plan_lanes(rows, days, [VAN, TRUCK], rounds=20) for days in (0, shift_days))
    assert with_shift["trucks_lower_bound"] <= without_shift["trucks_lower_bound"]
    assert with_shift["trucks_used"] == without_shift["trucks_used"] == len(rows)


def row_of(name: str, trip: str, weight: float | None = 4.0, **columns: Any) -> Row:
    common = {"shipment_id": name, "trip_id": trip, "gross_kg": weight, "lane_id": "A", "ship_date": "2026-07-20", "vehicle_type": "van"}
    return common | columns


@pytest.mark.parametrize(
    ("columns", "obstacle"),
    [
        ({"vehicle_type": "ship"}, "unknown_vehicle"),
        ({"vehicle_type": None}, "unknown_vehicle"),
        ({"gross_kg": None}, "unknown_load"),
        ({"gross_kg": -1.0}, "unknown_load"),
        ({"lane_id": None}, "unknown_lane_or_date"),
        ({"ship_date": None}, "unknown_lane_or_date"),
        ({"ship_date": "soon"}, "unknown_lane_or_date"),
        ({"gross_kg": 10.5}, "overloaded"),
        ({"vehicle_type": "ship", "gross_kg": None, "lane_id": None}, "unknown_vehicle"),
        ({"gross_kg": None, "lane_id": None}, "unknown_load"),
        ({"gross_kg": 99.0, "lane_id": None}, "unknown_lane_or_date"),
    ],
)
def test_a_trip_is_counted_under_its_first_obstacle_alone(columns: Row, obstacle: str) -> None:
    plan = plan_lanes(
        [row_of("S1", "T1"), row_of("S2", "T2", **columns) if "gross_kg" not in columns else row_of("S2", "T2") | columns],
        fleet=[VAN, TRUCK],
    )
    assert plan["not_planned"] == dict.fromkeys(plan["not_planned"], 0) | {obstacle: 1}
    assert plan["trucks_used"] == 1


@pytest.mark.parametrize(
    "columns", [{"lane_id": "B"}, {"ship_date": "2026-07-21"}, {"temp_class": "frozen"}, {"hazmat": True}, {"exclusive_customer": "X"}]
)
def test_a_trip_of_two_groups_stays_as_it_is(columns: Row) -> None:
    plan = plan_lanes([row_of("S1", "T1"), row_of("S2", "T1", **columns)], fleet=[VAN])
    assert (plan["trucks_used"], plan["not_planned"]["several_groups"]) == (0, 1)


def test_an_unknown_danger_is_none() -> None:
    rows = [row_of("S1", "T1", hazmat=None), row_of("S2", "T2", hazmat=False), row_of("S3", "T3", hazmat="yes")]
    plan = plan_lanes(rows, fleet=[VAN])
    assert [(group["hazmat"], group["shipments"]) for group in plan["groups"]] == [(False, 2), (True, 1)]


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


def test_origin_destination_and_departure_stand_in_for_lane_and_date() -> None:
    rows = [
        {"shipment_id": name, "origin": "A", "destination": "B", "actual_departure": f"2026-07-20T{hour}:30:00+02:00", "gross_kg": 4.0}
        for name, hour in (("S1", "00"), ("S2", "23"))
    ]
    plan = kpis(shipments(rows), capacity=vehicles(VAN))["truck_utilization"]["plan"]
    assert [(group["lane_id"], group["ship_date"], group["trucks_planned"]) for group in plan["groups"]] == [("A-B", "2026-07-20", 1)]


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
