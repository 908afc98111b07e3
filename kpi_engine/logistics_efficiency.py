"""How well goods move: the engine for service, trucks, dwell, cost, capacity and the efficiency grade.

Pure: frames in, a dict out. The order of rows does not matter, inputs are not changed, and what is undefined is null with a reason in
`undefined`, never 0 and never infinite.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kpi_engine.logistics.capacity.balance import overall
from kpi_engine.logistics.capacity.load import Load, load_of
from kpi_engine.logistics.capacity.rows import capacity_rows
from kpi_engine.logistics.inputs.columns import Part, require
from kpi_engine.logistics.inputs.demand import Forecasts, forecasts_of
from kpi_engine.logistics.inputs.orders import lines_of
from kpi_engine.logistics.inputs.parameters import LogisticsParameters
from kpi_engine.logistics.inputs.resources import Resource, resources_of
from kpi_engine.logistics.inputs.shipments import shipments_of, trips_of
from kpi_engine.logistics.inputs.vehicles import Vehicles, vehicles_of
from kpi_engine.logistics.score.cost import cost_per_unit
from kpi_engine.logistics.score.dwell import dwell
from kpi_engine.logistics.score.grade import efficiency_score
from kpi_engine.logistics.service.fill import fill_rate
from kpi_engine.logistics.service.otif import otif
from kpi_engine.logistics.transport.consolidation import consolidation
from kpi_engine.logistics.transport.utilisation import truck_utilization

DEFINITIONS_VERSION = "1"
HISTORICAL_COLUMNS = ("order_id", "ordered_qty", "shipped_qty")
FORECAST_COLUMNS = ("forecast_date", "predicted_value")
CAPACITY_COLUMNS = ("resource", "rated")


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
        """Every measure that the columns allow.

        historical_data: order lines and shipments, joined or one below the other: a row with an order_id is a line, a row with a
        shipment_id a shipment. Rows that repeat a shipment_id, or a line_no of an order, count once; a row without line_no is a line.
        Lines: order_id, ordered_qty, shipped_qty; optional line_no, final_qty, delivered_qty, units_per_case, unit_price, currency,
        status (CANCELLED_CUSTOMER, CANCELLED_US), requested_date, promised_date, confirmed_date, delivered_ts, docs_ok, damage_qty.
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

        Percentages are 0..100, money in its currency, times in minutes. None, NaN and infinities are missing and counted. Raises
        MissingColumns naming every column that any frame lacks, DuplicateKeys or InvalidValue.
        """
        require(
            {
                "historical_data": (historical_data, HISTORICAL_COLUMNS),
                "forecast_data": (forecast_data, FORECAST_COLUMNS),
                "capacity_data": (capacity_data, CAPACITY_COLUMNS),
            }
        )
        vehicles, forecasts = vehicles_of(capacity_data), forecasts_of(forecast_data)
        parts = self._service_and_transport(historical_data, vehicles)
        resources, missing_rated = resources_of(capacity_data)
        loads = self._loads(resources, forecasts)
        parts["capacity_overall"] = overall([load for _, load in loads if isinstance(load, Load)], self.parameters.capacity)
        answers = {name: part.answer for name, part in parts.items()}
        grade = efficiency_score(self._grade_values(answers, forecast_accuracy), self.parameters.grade)
        undefined = [part.undefined for part in (*parts.values(), grade)]
        return answers | {
            "capacity": capacity_rows(loads, vehicles, self.parameters.capacity),
            "efficiency_score": grade.answer,
            "undefined": {name: reason for reasons in undefined for name, reason in reasons.items()},
            "n_excluded": {"forecast_without_value_or_date": forecasts.missing, "missing_rated": missing_rated},
            "definitions_version": DEFINITIONS_VERSION,
        }

    def _service_and_transport(self, historical_data: pd.DataFrame, vehicles: Vehicles) -> dict[str, Part]:
        settings = self.parameters
        lines, shipments = lines_of(historical_data), shipments_of(historical_data, vehicles)
        trips = trips_of(shipments, vehicles)
        filled, plan = (
            truck_utilization(shipments, trips, settings.transport),
            consolidation(shipments, trips, vehicles, settings.transport),
        )
        return {
            "fill_rate": fill_rate(lines, settings.fill_basis),
            "otif": otif(lines, settings.otif),
            "truck_utilization": Part((filled.answer or {}) | {"plan": plan.answer}, filled.undefined | plan.undefined),
            "dwell": dwell(shipments, settings.dwell.free_minutes),
            "cost_per_unit": cost_per_unit(lines, shipments, settings.cost),
        }

    def _loads(self, resources: list[Resource], forecasts: Forecasts) -> list[tuple[Resource, Load | str]]:
        sites = len({resource.site for resource in resources})
        return [(resource, load_of(resource, forecasts, sites, self.parameters.capacity)) for resource in resources]

    def _grade_values(self, answers: dict[str, dict[str, Any] | None], forecast_accuracy: float | None) -> dict[str, float | None]:
        def value(part: str, name: str) -> float | None:
            return (answers[part] or {}).get(name)

        baseline, cost = self.parameters.cost.baseline_per_unit, value("cost_per_unit", "per_unit")
        return {
            "otif": value("otif", "otif"),
            "unit_fill": value("fill_rate", "unit"),
            "truck_utilization": value("truck_utilization", "mean_binding"),
            "capacity_balance": value("capacity_overall", "balance"),
            "accuracy": forecast_accuracy,
            "dwell_p90": value("dwell", "p90"),
            "cost_per_unit": 100 * (cost / baseline - 1) if cost is not None and baseline else None,
        }
