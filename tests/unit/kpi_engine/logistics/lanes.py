"""Random shipments on many lanes, and the plan the engine makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import read_shipments
from kpi_engine.logistics.inputs.trips import sum_by_trip
from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
from kpi_engine.logistics.transport.consolidation import plan_consolidation
from kpi_engine.shared.serialise import to_json
from tests.unit.kpi_engine.logistics.checker import over
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, shipments, vehicles

MONDAY = date(2026, 7, 20)
FLEET: list[Row] = [
    TRAILER,
    {"vehicle_type": "box", "payload_kg": 9_000.0, "volume_m3": 40.0, "pallet_positions": None, "deck_ldm": None},
    {"vehicle_type": "tiny", "payload_kg": 1.0, "volume_m3": 0.3, "pallet_positions": 3.0, "deck_ldm": 1.2},
]
LOADS = {"gross_kg": "payload_kg", "volume_m3": "volume_m3", "pallets": "pallet_positions", "ldm": "deck_ldm"}


def plan_lanes(rows: list[Row], shift_days: int = 0, fleet: list[Row] = FLEET, rounds: int = 40) -> dict[str, Any]:
    """The consolidation plan of these shipments, as JSON."""
    types = read_vehicle_types(vehicles(*fleet))
    inputs = read_shipments(shipments(rows), types)
    parameters = TransportParameters(shift_days=shift_days, search_rounds=rounds)
    plan: dict[str, Any] = to_json(plan_consolidation(inputs, sum_by_trip(inputs, types), types, parameters).value)
    return plan


def instances(seed: int, lanes: int, most: int = 12, days: int = 1) -> list[Row]:
    """`lanes` planning problems of 1 to `most` shipments: sizes small, near a half, or of a few kinds; trucks filled badly."""
    rng = np.random.default_rng(seed)
    return [row for lane in range(lanes) for row in _lane(rng, f"L{lane:05}", int(rng.integers(1, most + 1)), days)]


def _lane(rng: np.random.Generator, lane: str, count: int, days: int) -> list[Row]:
    truck = FLEET[int(rng.integers(len(FLEET)))]
    low, high = [(0.02, 0.3), (0.25, 0.75), (0.4, 0.6), (0.05, 0.95)][int(rng.integers(4))]
    decimals = int(rng.integers(1, 4))
    rows = [
        {
            "shipment_id": f"{lane}-{number:04}",
            "lane_id": lane,
            "ship_date": str(MONDAY + timedelta(days=int(rng.integers(days)))),
            "vehicle_type": truck["vehicle_type"],
            "temp_class": str(rng.choice(["ambient", "ambient", "chilled"])),
            "hazmat": bool(rng.random() < 0.1),
            "exclusive_customer": str(rng.choice(["", "", "", "ACME"])),
            **{load: round(float(rng.uniform(low, high)) * (truck[limit] or 1), decimals) for load, limit in LOADS.items()},
        }
        for number in range(count)
    ]
    return _assign_trips(rows, truck, rng)


def _assign_trips(rows: list[Row], truck: Row, rng: np.random.Generator) -> list[Row]:
    """Name the trip of each: mostly with the one before when it fits, sometimes too much or with what it must not be mixed with."""
    trip: list[Row] = []
    number = 0
    for row in sorted(rows, key=lambda row: [str(row[name]) for name in ("temp_class", "hazmat", "exclusive_customer", "ship_date")]):
        alike = not trip or all(trip[-1][name] == row[name] for name in ("temp_class", "hazmat", "exclusive_customer", "ship_date"))
        if not ((alike and not over([*trip, row], truck) and rng.random() < 0.6) or rng.random() < 0.02):
            trip, number = [], number + 1
        trip.append(row)
        row["trip_id"] = f"{row['lane_id']}/{number}"
    return rows
