"""The consolidation plan, held against a checker and an optimum that share no code with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.kpi_engine.logistics.checker import check
from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments, vehicles
from tests.unit.kpi_engine.logistics.lanes import FLEET, instances, plan_lanes

VAN: Row = {"vehicle_type": "van", "payload_kg": 10.0, "volume_m3": 10.0, "pallet_positions": 10.0, "deck_ldm": 10.0}
RATES = {"cost_fixed": 100.0, "cost_km": 1.5, "co2e_kg_km": 0.9, "currency": "EUR"}
SIZES = st.integers(1, 60).map(lambda tenths: tenths / 10)
SHIPMENTS = st.fixed_dictionaries(
    {
        "lane_id": st.sampled_from(["A-B", "A-B", "A-C"]),
        "ship_date": st.sampled_from(["2026-07-20", "2026-07-20", "2026-07-21", "2026-07-23"]),
        "temp_class": st.sampled_from(["ambient", "ambient", "frozen"]),
        "hazmat": st.sampled_from([False, False, True]),
        "exclusive_customer": st.sampled_from(["", "", "ACME"]),
        "gross_kg": SIZES,
        "volume_m3": SIZES,
        "pallets": SIZES,
        "ldm": SIZES,
    }
)


@given(st.lists(SHIPMENTS, min_size=1, max_size=15), st.integers(0, 3), st.sampled_from([1, 1, 3]))
@settings(max_examples=25, deadline=None)
def test_a_plan_keeps_every_promise(columns: list[dict[str, Any]], shift_days: int, per_trip: int) -> None:
    rows = [
        row | {"shipment_id": f"S{number:02}", "trip_id": f"T{number // per_trip}", "vehicle_type": "van"}
        for number, row in enumerate(columns)
    ]
    check(plan_lanes(rows, shift_days, [VAN]), rows, [VAN], shift_days)


@pytest.mark.parametrize("shift_days", [0, 2])
def test_random_lanes_keep_every_promise(shift_days: int) -> None:
    rows = instances(shift_days, lanes=25, days=1 + 2 * shift_days)
    plan = plan_lanes(rows, shift_days)
    check(plan, rows, FLEET, shift_days)
    assert plan["avoidable_trucks"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_ten_thousand_random_lanes_keep_every_promise(batch: int) -> None:
    shift_days = batch % 3
    rows = instances(100 + batch, lanes=1_000, days=1 + 2 * shift_days)
    check(plan_lanes(rows, shift_days), rows, FLEET, shift_days)


def rows_of(*loads: tuple[str, str, float], **columns: Any) -> list[Row]:
    """Shipments of one lane and day: id, trip and kilograms."""
    common = {"lane_id": "A-B", "ship_date": "2026-07-20", "vehicle_type": "van"} | columns
    return [{"shipment_id": name, "trip_id": trip, "gross_kg": weight} | common for name, trip, weight in loads]


def test_the_saving_of_a_plan_is_that_of_its_cancelled_trips() -> None:
    plan = plan_lanes(rows_of(("S1", "T1", 4), ("S2", "T2", 5), distance_km=200, empty_km=20), fleet=[VAN | RATES])
    assert plan["groups"][0]["cancelled_trips"] == ["T2"]
    assert plan["groups"][0]["loads"][0]["moved_in"] == [{"shipment_id": "S2", "from_trip": "T2", "days": 0}]
    assert plan["saving"] == pytest.approx({"money": 100 + 1.5 * 220, "currency": "EUR", "km": 220, "co2e_kg": 0.9 * 220})


def test_a_saving_without_rates_or_distance_is_null_with_a_reason() -> None:
    report = kpis(shipments(rows_of(("S1", "T1", 4), ("S2", "T2", 5))), capacity=vehicles(VAN))
    assert report["truck_utilization"]["plan"]["saving"] == {"money": None, "currency": None, "km": None, "co2e_kg": None}
    assert report["undefined"]["truck_utilization.plan.saving.km"] == "no_distance"


def test_loads_that_fill_a_truck_to_the_last_gram_fit() -> None:
    van = VAN | {"payload_kg": 0.3}
    assert 0.1 + 0.2 > 0.3
    assert plan_lanes(rows_of(("S1", "T1", 0.1), ("S2", "T2", 0.2)), fleet=[van])["trucks_planned"] == 1
    assert plan_lanes(rows_of(("S1", "T1", 0.1), ("S2", "T2", 0.200001)), fleet=[van])["trucks_planned"] == 2


def test_no_truck_is_planned_a_hundredth_too_full_even_where_the_bound_would_allow_one_less() -> None:
    rows = rows_of(("S1", "T1", 6), ("S2", "T2", 5), ("S3", "T3", 3), ("S4", "T4", 4.01))
    plan = plan_lanes([row | {"volume_m3": volume} for row, volume in zip(rows, (6, 3, 5, 3), strict=True)], fleet=[VAN])
    assert (plan["trucks_lower_bound"], plan["trucks_planned"]) == (2, 3)


def test_a_trip_of_the_same_name_as_a_lone_shipment_is_another_trip() -> None:
    assert plan_lanes(rows_of(("1", "", 9), ("2", "1", 9)), fleet=[VAN])["trucks_used"] == 2


def test_shipments_that_were_spread_over_days_meet_only_when_they_may_move() -> None:
    rows = [*rows_of(("S1", "T1", 4)), *rows_of(("S2", "T2", 5), ship_date="2026-07-22")]
    assert [plan_lanes(rows, days, [VAN])["trucks_planned"] for days in (0, 1, 2)] == [2, 2, 1]


def test_trips_that_cannot_be_planned_are_counted_by_reason() -> None:
    rows = rows_of(("S1", "T1", 11), ("S2", "T2", 5), ("S3", "T3", 5), ("S4", "T4", 5), ("S5", "T4", 1), ("S6", "T6", 1))
    rows[1], rows[2] = rows[1] | {"vehicle_type": "ship"}, rows[2] | {"lane_id": None}
    rows[3], rows[5] = rows[3] | {"temp_class": "frozen"}, rows[5] | {"gross_kg": None}
    counts = dict.fromkeys(("unknown_vehicle", "unknown_load", "unknown_lane_or_date", "overloaded", "several_groups"), 1)
    assert plan_lanes(rows, fleet=[VAN])["not_planned"] == counts
