"""The three frames of the engine, read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kpi_engine.logistics.inputs.forecasts import ForecastRows, read_forecast_rows
from kpi_engine.logistics.inputs.orders import OrderLines, read_order_lines
from kpi_engine.logistics.inputs.resources import Resource, read_resources
from kpi_engine.logistics.inputs.shipments import Shipments, read_shipments
from kpi_engine.logistics.inputs.trips import Trips, sum_by_trip
from kpi_engine.logistics.inputs.vehicles import VehicleTypes, read_vehicle_types
from kpi_engine.shared.columns import require_columns

HISTORICAL_COLUMNS = ("order_id", "ordered_qty", "shipped_qty")
FORECAST_COLUMNS = ("forecast_date", "predicted_value")
CAPACITY_COLUMNS = ("resource", "rated")


@dataclass(frozen=True, eq=False)
class LogisticsInputs:
    """Contents of the frames. n_missing_rated: rows of capacity_data that name a resource without `rated`."""

    lines: OrderLines
    shipments: Shipments
    trips: Trips
    forecasts: ForecastRows
    vehicle_types: VehicleTypes
    resources: tuple[Resource, ...]
    n_missing_rated: int


def read_inputs(historical_data: pd.DataFrame, forecast_data: pd.DataFrame, capacity_data: pd.DataFrame) -> LogisticsInputs:
    """Read the frames. Raises MissingColumns naming every column that any frame lacks, DuplicateKeys or InvalidValue.

    >>> lines = pd.DataFrame({"order_id": ["O1", "O2"], "ordered_qty": [10, 5], "shipped_qty": [10, 4]})
    >>> inputs = read_inputs(lines, pd.DataFrame(), pd.DataFrame())
    >>> len(inputs.lines), len(inputs.shipments), inputs.resources
    (2, 0, ())
    """
    require_columns(
        {
            "historical_data": (historical_data, HISTORICAL_COLUMNS),
            "forecast_data": (forecast_data, FORECAST_COLUMNS),
            "capacity_data": (capacity_data, CAPACITY_COLUMNS),
        }
    )
    vehicle_types, forecasts = read_vehicle_types(capacity_data), read_forecast_rows(forecast_data)
    lines, shipments = read_order_lines(historical_data), read_shipments(historical_data, vehicle_types)
    resources, n_missing_rated = read_resources(capacity_data)
    return LogisticsInputs(
        lines=lines,
        shipments=shipments,
        trips=sum_by_trip(shipments, vehicle_types),
        forecasts=forecasts,
        vehicle_types=vehicle_types,
        resources=tuple(resources),
        n_missing_rated=n_missing_rated,
    )
