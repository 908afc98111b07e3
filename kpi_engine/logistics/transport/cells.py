"""Loads and capacities as whole numbers, so that bounds and plans are exact.

Floating point says that 0.1 + 0.2 does not fit into 0.3. On a grid of millionths sums are exact: a bound comes from loads rounded down, a
plan from loads rounded up, and for figures with at most six decimals the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.shared.arrays import Bools, Floats, Ints

CELLS_PER_CAPACITY = 1e12
FINEST_GRID = 1e6
SLACK = 1e-3
MOST_TRUCKS = 1000.0


@dataclass(frozen=True, eq=False)
class Cells:
    """Loads rounded down (`low`) and up (`high`), shipments x DIMENSIONS, 0 where unknown.

    capacity: vehicle types x DIMENSIONS. is_limited: where the capacity is known and the load of at least one shipment.
    """

    low: Ints
    high: Ints
    capacity: Ints
    is_limited: Bools


def round_to_cells(shipments: Shipments, vehicle_types: VehicleTypes) -> Cells:
    """Put every shipment on the grid of its vehicle type; a load beyond a thousand trucks is cut there, which no truck can take anyway.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [0.3]}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1", "S2"], "gross_kg": [0.1, 0.2]}), vans)
    >>> cells = round_to_cells(shipments, vans)
    >>> int(cells.high[:, 0].sum()) == int(cells.capacity[0, 0])
    True
    """
    has_load = ~np.isnan(shipments.loads).all(axis=0)
    is_limited = has_load & ~np.isnan(vehicle_types.capacity)
    capacity = np.where(is_limited, vehicle_types.capacity, 1.0)
    no_cells = np.zeros(shipments.loads.shape, dtype=np.int64)
    if not len(vehicle_types.names):
        return Cells(no_cells, no_cells, capacity.astype(np.int64), is_limited)
    grid = _choose_grid(capacity)
    is_known = shipments.vehicle >= 0
    vehicle = np.where(is_known, shipments.vehicle, 0)
    loads = np.where(is_known[:, None] & is_limited[vehicle], np.nan_to_num(shipments.loads), 0.0)
    loads = np.minimum(loads, MOST_TRUCKS * capacity[vehicle]) * grid[vehicle]
    low, high = np.floor(loads + SLACK), np.maximum(np.ceil(loads - SLACK), 0)
    return Cells(low.astype(np.int64), high.astype(np.int64), np.floor(capacity * grid + SLACK).astype(np.int64), is_limited)


def find_overloads(cells: Cells, shipments: Shipments, trips: Trips) -> Bools:
    """Return which trips carried more than their vehicle may, in any dimension.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10]}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1", "S2"], "gross_kg": [10, 10.1]}), vans)
    >>> find_overloads(round_to_cells(shipments, vans), shipments, sum_by_trip(shipments, vans)).tolist()
    [False, True]
    """
    load = np.zeros((len(trips.ids), cells.low.shape[1]), dtype=np.int64)
    if not len(cells.capacity):
        return np.zeros(len(trips.ids), dtype=np.bool_)
    np.add.at(load, shipments.trip, cells.low)
    is_over = (load > cells.capacity[trips.vehicle]) & cells.is_limited[trips.vehicle]
    return np.asarray(is_over.any(axis=1) & (trips.vehicle >= 0), dtype=np.bool_)


def _choose_grid(capacity: Floats) -> Floats:
    """Return the cells per unit: a million, or fewer or more where a capacity is very large or very small."""
    decades = np.ceil(np.log10(capacity))
    return np.where(decades > 6, CELLS_PER_CAPACITY / 10**decades, np.where(decades < -2, FINEST_GRID / 10**decades, FINEST_GRID))
