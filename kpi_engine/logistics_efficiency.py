"""Logistics efficiency: the engine for service, trucks, dwell, cost, capacity and the efficiency grade.

Pure: frames in, a report out. The order of rows does not matter, inputs are not changed, and what is undefined is None with a reason, never
0 and never infinite.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kpi_engine.logistics.build import build_report
from kpi_engine.logistics.inputs.logistics_inputs import read_inputs
from kpi_engine.logistics.inputs.parameters import LogisticsParameters
from kpi_engine.logistics.report import LogisticsReport


class LogisticsEfficiencyEngine:
    """The measures of logistics under the names of the field; what a company may set is in its parameters."""

    def __init__(self, parameters: LogisticsParameters | None = None) -> None:
        self.parameters = parameters or LogisticsParameters()

    def calculate_logistics_kpis(
        self,
        historical_data: pd.DataFrame,
        forecast_data: pd.DataFrame,
        capacity_data: pd.DataFrame,
        *,
        forecast_accuracy: float | None = None,
    ) -> dict[str, Any]:
        """Return `report` as a dict, ready for JSON.

        >>> lines = pd.DataFrame({"order_id": ["O1", "O2"], "ordered_qty": [10, 5], "shipped_qty": [10, 4]})
        >>> kpis = LogisticsEfficiencyEngine().calculate_logistics_kpis(lines, pd.DataFrame(), pd.DataFrame())
        >>> kpis["fill_rate"]["line"], kpis["undefined"]["dwell"]
        (50.0, 'missing_columns: shipment_id, gate_in, gate_out')
        """
        return self.report(historical_data, forecast_data, capacity_data, forecast_accuracy=forecast_accuracy).as_dict()

    def report(
        self,
        historical_data: pd.DataFrame,
        forecast_data: pd.DataFrame,
        capacity_data: pd.DataFrame,
        *,
        forecast_accuracy: float | None = None,
    ) -> LogisticsReport:
        """Compute every measure that the columns allow.

        historical_data: order lines and shipments, joined or one below the other: a row with an order_id is a line, a row with a
        shipment_id a shipment. Rows that repeat a shipment_id count once. A line of an order in several shipments has a row for each, whose
        quantities are added up; a row without line_no is a line.
        Lines: order_id, ordered_qty, shipped_qty; optional line_no, uom, final_qty, delivered_qty, units_per_case, unit_price, currency,
        status (CANCELLED_CUSTOMER, CANCELLED_US), requested_date, promised_date, confirmed_date, delivered_ts, docs_ok, damage_qty,
        known_until (the last day that is known of the line, in place of as_of), delivery_unknown (nobody reports its delivery).
        Shipments: shipment_id; optional trip_id (the truck; without it each shipment had its own), lane_id or origin and destination,
        ship_date or actual_departure, vehicle_type, gross_kg, volume_m3, pallets, ldm (or length_m and width_m of a pallet, stackable),
        temp_class, hazmat, exclusive_customer, site_id, door_id, carrier_id, gate_in, dock_in, dock_out, gate_out, distance_km, empty_km,
        transport_cost, handling_cost, storage_cost, surcharge_cost, cost_currency.

        forecast_data: forecast_date, predicted_value; optional site_id, sku_id (or sku), resource, confidence_lower, confidence_upper,
        interval_level (0.8), kg_per_unit, m3_per_unit, pallets_per_unit.

        capacity_data: resources and vehicle types, one below the other. Resources: resource, rated; optional site_id, valid_date (a row
        without it holds on every other day), shift, availability, efficiency, use_per_unit (of the resource per forecast unit; needed
        unless forecasts name the resource or it is THROUGHPUT), units_per_hour. Vehicle types: vehicle_type, payload_kg, volume_m3,
        pallet_positions, deck_ldm; optional cost_fixed, cost_km, co2e_kg_km, currency.

        forecast_accuracy: 100 - WAPE in percent, at the lag that planning works with, for the grade.

        Percentages are 0..100, money in its currency, times in minutes. None, NaN and infinities are missing and counted; what is there but
        cannot be read is refused. Raises MissingColumns naming every column that any frame lacks, DuplicateKeys or InvalidValue, also for a
        number beyond 1e50.

        >>> lines = pd.DataFrame({"order_id": ["O1", "O2"], "ordered_qty": [10, 5], "shipped_qty": [10, 4]})
        >>> report = LogisticsEfficiencyEngine().report(lines, pd.DataFrame(), pd.DataFrame())
        >>> report.fill_rate.line, report.dwell, report.efficiency_score.weight_coverage
        (50.0, None, 15.0)
        """
        inputs = read_inputs(historical_data, forecast_data, capacity_data)
        return build_report(inputs, self.parameters, forecast_accuracy)
