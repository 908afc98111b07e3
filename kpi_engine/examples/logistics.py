"""The golden week of logistics: the lines of GT-16, the truck of GT-17, the demand of GT-19, and a lane with a truck too many."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from kpi_engine.logistics_efficiency import LogisticsEfficiencyEngine

MONDAY = pd.Timestamp("2026-07-20")


def build_order_lines() -> pd.DataFrame:
    """Return the lines of GT-16, with prices, cases and dates: order O1 came a day late."""
    lines = [("O1", 1, 10, 10, 2.0), ("O1", 2, 5, 4, 3.0), ("O2", 1, 8, 8, 1.0), ("O3", 1, 20, 22, 0.5), ("O3", 2, 6, 6, 4.0)]
    frame = pd.DataFrame(lines, columns=["order_id", "line_no", "ordered_qty", "shipped_qty", "unit_price"])
    frame["units_per_case"], frame["currency"], frame["status"] = 2, "EUR", "DELIVERED"
    frame["requested_date"] = MONDAY + pd.Timedelta(days=1)
    frame["delivered_ts"] = MONDAY + pd.to_timedelta((frame["order_id"] == "O1").astype(int) + 1, unit="D")
    frame["docs_ok"], frame["damage_qty"] = True, 0
    return frame


def build_shipments() -> pd.DataFrame:
    """Return the truck of GT-17 on lane A-B, and on lane A-C three trucks whose loads fit into two."""
    loads = [
        ("S1", "T1", "A-B", 18_000, 70.0, 30, 12.0, 300.0),
        ("S2", "T2", "A-C", 9_000, 30.0, 12, 4.8, 200.0),
        ("S3", "T3", "A-C", 12_000, 40.0, 16, 6.4, 200.0),
        ("S4", "T4", "A-C", 11_000, 35.0, 14, 5.6, 200.0),
    ]
    frame = pd.DataFrame(loads, columns=["shipment_id", "trip_id", "lane_id", "gross_kg", "volume_m3", "pallets", "ldm", "distance_km"])
    frame["ship_date"], frame["vehicle_type"], frame["temp_class"] = MONDAY, "trailer", "ambient"
    frame["site_id"], frame["door_id"], frame["carrier_id"] = "LDS1", ["D1", "D1", "D2", "D2"], ["C1", "C1", "C2", "C2"]
    frame["gate_in"] = MONDAY + pd.to_timedelta([8, 9, 10, 13], unit="h")
    frame["dock_in"] = frame["gate_in"] + pd.to_timedelta([10, 20, 5, 40], unit="min")
    frame["dock_out"] = frame["dock_in"] + pd.to_timedelta([45, 50, 60, 90], unit="min")
    frame["gate_out"] = frame["dock_out"] + pd.to_timedelta([5, 5, 10, 20], unit="min")
    frame["empty_km"], frame["cost_currency"] = [30.0, 20.0, 20.0, 20.0], "EUR"
    frame["transport_cost"], frame["handling_cost"] = [420.0, 310.0, 310.0, 310.0], [60.0, 30.0, 35.0, 30.0]
    frame["storage_cost"], frame["surcharge_cost"] = [12.0, 5.0, 6.0, 5.0], [25.0, 18.0, 18.0, 18.0]
    return frame


def build_forecast() -> pd.DataFrame:
    """Return the demand of GT-19 as a forecast of seven days, with an interval of 80 percent and the size of a unit."""
    demand = [800, 950, 1_100, 1_200, 700, 900, 1_000]
    frame = pd.DataFrame({"forecast_date": pd.date_range(MONDAY, periods=7), "predicted_value": demand, "site_id": "LDS1", "sku_id": "A"})
    frame["confidence_lower"], frame["confidence_upper"] = frame["predicted_value"] - 100, frame["predicted_value"] + 120
    frame["kg_per_unit"], frame["m3_per_unit"], frame["pallets_per_unit"] = 100.0, 0.4, 0.2
    return frame


def build_capacity() -> pd.DataFrame:
    """Return 1,000 units a day at site LDS1, and the trailer that the shipments travel in."""
    resource = {"resource": "THROUGHPUT", "site_id": "LDS1", "rated": 1_250.0, "availability": 0.8, "units_per_hour": 8.0}
    vehicle = {"vehicle_type": "trailer", "payload_kg": 24_000.0, "volume_m3": 82.0, "pallet_positions": 33, "deck_ldm": 13.6}
    rates = {"cost_fixed": 150.0, "cost_km": 1.1, "co2e_kg_km": 0.8, "currency": "EUR"}
    return pd.DataFrame([resource, vehicle | rates])


def inputs() -> dict[str, pd.DataFrame]:
    """Return the frames of the example, by the name of the argument; order lines and shipments are put one below the other."""
    lines, trucks = "historical_data, order lines", "historical_data, shipments"
    return {lines: build_order_lines(), trucks: build_shipments(), "forecast_data": build_forecast(), "capacity_data": build_capacity()}


def example() -> dict[str, Any]:
    """Return the report of the golden week, as JSON."""
    engine = LogisticsEfficiencyEngine(LogisticsParameters(cost=CostParameters(baseline_per_unit=30.0)))
    historical = pd.concat([build_order_lines(), build_shipments()], ignore_index=True)
    return engine.calculate_logistics_kpis(historical, build_forecast(), build_capacity(), forecast_accuracy=82.0)
