"""A van and a truck with their rates, and shipments of one lane and day."""

from __future__ import annotations

from typing import Any

from tests.unit.kpi_engine.logistics.frames import Row

VAN: Row = {"vehicle_type": "van", "payload_kg": 10.0, "cost_fixed": 80.0, "cost_km": 1.25, "co2e_kg_km": 0.5, "currency": "EUR"}
TRUCK: Row = VAN | {"vehicle_type": "truck", "payload_kg": 25.0, "cost_fixed": 200.0, "co2e_kg_km": 0.9}


def row_of(name: str, trip: str, weight: float | None = 4.0, **columns: Any) -> Row:
    common = {"shipment_id": name, "trip_id": trip, "gross_kg": weight, "lane_id": "A", "ship_date": "2026-07-20", "vehicle_type": "van"}
    return common | columns
