"""Loads and capacities as whole numbers, so that bounds and plans are exact.

Floating point says that 0.1 + 0.2 does not fit into 0.3. On a grid of millionths sums are exact: a bound comes from loads rounded down, a
plan from loads rounded up, and for figures with at most six decimals the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.shipments import Shipments, Trips
from kpi_engine.logistics.inputs.vehicles import Vehicles
from kpi_engine.shared.arrays import Bools, Floats, Ints

CELLS_TO_CAPACITY = 1e12
FINEST_GRID = 1e6
SLACK = 1e-3
ABSURD = 1000.0


@dataclass(frozen=True)
class Cells:
    """`low` and `high`: shipments x DIMENSIONS, 0 where unknown; `capacity`: vehicle types x DIMENSIONS; `limits`: where both are known."""

    low: Ints
    high: Ints
    capacity: Ints
    limits: Bools


def cells_of(shipments: Shipments, vehicles: Vehicles) -> Cells:
    """Put every shipment on the grid of its vehicle type; a load beyond a thousand trucks is cut there, which no truck can take anyway."""
    measured = ~np.isnan(shipments.loads).all(axis=0)
    limits = measured & ~np.isnan(vehicles.capacity)
    capacity = np.where(limits, vehicles.capacity, 1.0)
    grid = _grid(capacity)
    known = shipments.vehicle >= 0
    at = np.where(known, shipments.vehicle, 0)
    empty = np.zeros_like(shipments.loads)
    if not len(vehicles.names):
        return Cells(empty.astype(np.int64), empty.astype(np.int64), capacity.astype(np.int64), limits)
    loads = np.where(known[:, None] & limits[at], np.nan_to_num(shipments.loads), empty)
    loads = np.minimum(loads, ABSURD * capacity[at]) * grid[at]
    low, high = np.floor(loads + SLACK), np.maximum(np.ceil(loads - SLACK), 0)
    return Cells(low.astype(np.int64), high.astype(np.int64), np.floor(capacity * grid + SLACK).astype(np.int64), limits)


def over_capacity(cells: Cells, shipments: Shipments, trips: Trips) -> Bools:
    """Trips that carried more than their vehicle may, in any dimension."""
    load = np.zeros((len(shipments.trips), cells.low.shape[1]), dtype=np.int64)
    np.add.at(load, shipments.trip, cells.low)
    over = (
        (load > cells.capacity[trips.vehicle]) & cells.limits[trips.vehicle]
        if len(cells.capacity)
        else np.zeros(load.shape, dtype=np.bool_)
    )
    return over.any(axis=1) & (trips.vehicle >= 0)


def _grid(capacity: Floats) -> Floats:
    """Cells per unit: a million, or fewer or more where a capacity is very large or very small."""
    decades = np.ceil(np.log10(capacity))
    return np.where(decades > 6, CELLS_TO_CAPACITY / 10**decades, np.where(decades < -2, FINEST_GRID / 10**decades, FINEST_GRID))
