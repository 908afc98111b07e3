"""A checker of consolidation plans: from the rows alone, in exact fractions, with nothing of the engine but its plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from tests.unit.kpi_engine.logistics.frames import Row

LIMITS = {"gross_kg": "payload_kg", "volume_m3": "volume_m3", "pallets": "pallet_positions", "ldm": "deck_ldm"}
CLASS = ("lane_id", "vehicle_type", "temp_class", "hazmat", "exclusive_customer")


def check(plan: dict[str, Any], shipments: Sequence[Row], vehicles: Sequence[Row], shift_days: int) -> None:
    """Raise AssertionError naming the first thing that is wrong."""
    by_id, trucks = {row["shipment_id"]: row for row in shipments}, {row["vehicle_type"]: row for row in vehicles}
    for group in plan["groups"]:
        _check_group(group, by_id, trucks, shift_days)
    _check_totals(plan)
    _check_complete(plan, shipments, trucks, shift_days)


def over(rows: Sequence[Row], truck: Row) -> list[str]:
    """The dimensions in which these shipments are too much for one truck."""
    return [load for load, limit in LIMITS.items() if truck.get(limit) is not None and _sum(rows, load) > Fraction(str(truck[limit]))]


def _check_group(group: dict[str, Any], by_id: dict[str, Row], trucks: dict[str, Row], shift_days: int) -> None:
    rows = [by_id[name] for load in group["loads"] for name in load["shipments"]]
    truck, was = trucks[group["vehicle_type"]], {row["trip_id"] for row in rows}
    assert len({tuple(row[name] for name in CLASS) for row in rows}) == 1, "classes are mixed"
    assert group["lane_id"] == rows[0]["lane_id"]
    assert group["trucks_used"] == len(was)
    assert group["trucks_planned"] == len(group["loads"])
    assert group["trucks_lower_bound"] == max(group["l1"], group["l2"])
    assert group["l1"] <= group["l2"] <= group["trucks_planned"] <= group["trucks_used"]
    assert group["l1"] == max(_liquid(rows, load, truck) for load in LIMITS)
    assert {load["load"] for load in group["loads"]} | set(group["cancelled_trips"]) == was
    assert len(group["loads"]) + len(group["cancelled_trips"]) == len(was)
    for load in group["loads"]:
        _check_load(load, [by_id[name] for name in load["shipments"]], truck, shift_days)


def _check_load(load: dict[str, Any], rows: Sequence[Row], truck: Row, shift_days: int) -> None:
    assert not over(rows, truck), f"load {load['load']} is over capacity"
    leaves = date.fromisoformat(load["ship_date"])
    days = {row["shipment_id"]: (leaves - date.fromisoformat(row["ship_date"])).days for row in rows}
    assert all(abs(shift) <= shift_days for shift in days.values()), f"load {load['load']} moves a shipment too far"
    expected = {(row["shipment_id"], row["trip_id"], days[row["shipment_id"]]) for row in rows if row["trip_id"] != load["load"]}
    assert {(move["shipment_id"], move["from_trip"], move["days"]) for move in load["moved_in"]} == expected


def _check_totals(plan: dict[str, Any]) -> None:
    for name in ("trucks_used", "trucks_lower_bound", "trucks_planned", "gap", "avoidable_trucks"):
        assert plan[name] == sum(group[name] for group in plan["groups"]), name
    assert plan["trucks_lower_bound"] <= plan["trucks_planned"] <= plan["trucks_used"]


def _check_complete(plan: dict[str, Any], shipments: Sequence[Row], trucks: dict[str, Row], shift_days: int) -> None:
    """Every shipment of a trip that can be planned is in one load, the others in none."""
    trips, planned_ids = defaultdict(list), [name for group in plan["groups"] for load in group["loads"] for name in load["shipments"]]
    for row in shipments:
        trips[row["trip_id"]].append(row)
    assert len(planned_ids) == len(set(planned_ids)), "a shipment is in two loads"
    assert plan["trucks_used"] + sum(plan["not_planned"].values()) == len(trips)
    for rows in trips.values():
        plan_states = {row["shipment_id"] in planned_ids for row in rows}
        assert len(plan_states) == 1, "a part of a trip is planned"
        sound = len({tuple(row[name] for name in CLASS) for row in rows}) == 1 and not over(rows, trucks[rows[0]["vehicle_type"]])
        one_day = len({row["ship_date"] for row in rows}) == 1
        assert plan_states == {sound and one_day} or (shift_days and sound and not one_day), "a trip is lost"


def _liquid(rows: Sequence[Row], load: str, truck: Row) -> int:
    limit = truck.get(LIMITS[load])
    return ceil(_sum(rows, load) / Fraction(str(limit))) if limit is not None else 0


def _sum(rows: Sequence[Row], load: str) -> Fraction:
    return sum((Fraction(str(row[load])) for row in rows), Fraction())
