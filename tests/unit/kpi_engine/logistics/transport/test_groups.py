"""Which shipments may share a truck, why a trip stays as it is, and what the plan saves, by loops over the rows."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments, vehicles
from tests.unit.kpi_engine.logistics.lanes import plan_lanes
from tests.unit.kpi_engine.logistics.transport.small_fleet import TRUCK, VAN, row_of

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


@pytest.mark.parametrize(
    ("columns", "obstacle"),
    [
        ({"vehicle_type": "ship"}, "unknown_vehicle"),
        ({"vehicle_type": None}, "unknown_vehicle"),
        ({"gross_kg": None}, "unknown_load"),
        ({"gross_kg": -1.0}, "unknown_load"),
        ({"lane_id": None}, "unknown_lane_or_date"),
        ({"ship_date": None}, "unknown_lane_or_date"),
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


def test_origin_destination_and_departure_stand_in_for_lane_and_date() -> None:
    rows = [
        {"shipment_id": name, "origin": "A", "destination": "B", "actual_departure": f"2026-07-20T{hour}:30:00+02:00", "gross_kg": 4.0}
        for name, hour in (("S1", "00"), ("S2", "23"))
    ]
    plan = kpis(shipments(rows), capacity=vehicles(VAN))["truck_utilization"]["plan"]
    assert [(group["lane_id"], group["ship_date"], group["trucks_planned"]) for group in plan["groups"]] == [("A-B", "2026-07-20", 1)]
