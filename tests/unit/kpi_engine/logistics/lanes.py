"""Random shipments on many lanes, and the plan the engine makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import shipments_of, trips_of
from kpi_engine.logistics.inputs.vehicles import vehicles_of
from kpi_engine.logistics.transport.consolidation import consolidation
from tests.unit.kpi_engine.logistics.checker import over
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, shipments, vehicles

MONDAY = date(2026, 7, 20)
FLEET: list[Row] = [
    TRAILER,
    {"vehicle_type": "box", "payload_kg": 9_000.0, "volume_m3": 40.0, "pallet_positions": None, "deck_ldm": None},
    {"vehicle_type": "tiny", "payload_kg": 1.0, "volume_m3": 0.3, "pallet_positions": 3.0, "deck_ldm": 1.2},
]
LOADS = {"gross_kg": "payload_kg", "volume_m3": "volume_m3", "pallets": "pallet_positions", "ldm": "deck_ldm"}


def planned(rows: list[Row], shift_days: int = 0, fleet: list[Row] = FLEET, rounds: int = 40) -> dict[str, Any]:
    """The consolidation plan of these shipments."""
    types = vehicles_of(vehicles(*fleet))
    read = shipments_of(shipments(rows), types)
    answer = consolidation(read, trips_of(read, types), types, TransportParameters(shift_days=shift_days, search_rounds=rounds)).answer
    assert answer is not None
    return answer


def instances(seed: int, lanes: int, most: int = 12, days: int = 1) -> list[Row]:
    """`lanes` planning problems of 1 to `most` shipments: sizes small, near a half, or of a few kinds; trucks filled badly."""
    chance = np.random.default_rng(seed)
    return [row for lane in range(lanes) for row in _lane(chance, f"L{lane:05}", int(chance.integers(1, most + 1)), days)]


def _lane(chance: np.random.Generator, lane: str, count: int, days: int) -> list[Row]:
    truck = FLEET[int(chance.integers(len(FLEET)))]
    low, high = [(0.02, 0.3), (0.25, 0.75), (0.4, 0.6), (0.05, 0.95)][int(chance.integers(4))]
    decimals = int(chance.integers(1, 4))
    rows = [
        {
            "shipment_id": f"{lane}-{number:04}",
            "lane_id": lane,
            "ship_date": str(MONDAY + timedelta(days=int(chance.integers(days)))),
            "vehicle_type": truck["vehicle_type"],
            "temp_class": str(chance.choice(["ambient", "ambient", "chilled"])),
            "hazmat": bool(chance.random() < 0.1),
            "exclusive_customer": str(chance.choice(["", "", "", "ACME"])),
            **{load: round(float(chance.uniform(low, high)) * (truck[limit] or 1), decimals) for load, limit in LOADS.items()},
        }
        for number in range(count)
    ]
    return _travelled(rows, truck, chance)


def _travelled(rows: list[Row], truck: Row, chance: np.random.Generator) -> list[Row]:
    """Name the trip of each: mostly with the one before when it fits, sometimes too much or with what it must not be mixed with."""
    trip: list[Row] = []
    number = 0
    for row in sorted(rows, key=lambda row: [str(row[name]) for name in ("temp_class", "hazmat", "exclusive_customer", "ship_date")]):
        alike = not trip or all(trip[-1][name] == row[name] for name in ("temp_class", "hazmat", "exclusive_customer", "ship_date"))
        if not ((alike and not over([*trip, row], truck) and chance.random() < 0.6) or chance.random() < 0.02):
            trip, number = [], number + 1
        trip.append(row)
        row["trip_id"] = f"{row['lane_id']}/{number}"
    return rows
