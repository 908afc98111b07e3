"""The trips that carried the shipments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.vehicles import UNKNOWN_VEHICLE, VehicleTypes
from kpi_engine.shared.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Trips:
    """One entry per trip, in the order of its id.

    load, capacity and percent (load in percent of the vehicle's capacity) are trips x DIMENSIONS, NaN where unknown. vehicle:
    UNKNOWN_VEHICLE where it is unknown or where the trip's shipments name different ones.
    """

    ids: tuple[str, ...]
    load: Floats
    capacity: Floats
    percent: Floats
    vehicle: Ints

    @property
    def binding_percent(self) -> Floats:
        """The percent of each trip's fullest dimension, -inf where none is known."""
        return np.max(self.percent, axis=1, initial=-np.inf, where=~np.isnan(self.percent)) if len(self.percent) else np.zeros(0)

    @property
    def is_known(self) -> Bools:
        """The trips of which load and capacity are known in at least one dimension."""
        return np.asarray(~np.isnan(self.percent).all(axis=1), dtype=np.bool_)


def sum_by_trip(shipments: Shipments, vehicle_types: VehicleTypes) -> Trips:
    """Add up the shipments of each trip; a missing load makes the trip's load in that dimension unknown.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [1_000]}))
    >>> rows = pd.DataFrame({"shipment_id": ["S1", "S2"], "trip_id": ["T1", "T1"], "gross_kg": [300, 450]})
    >>> sum_by_trip(read_shipments(rows, vans), vans).percent[:, 0].tolist()
    [75.0]
    """
    trips, trip = len(shipments.trip_ids), shipments.trip
    load = np.column_stack([np.bincount(trip, weights=column, minlength=trips) for column in shipments.loads.T]).astype(np.float64)
    lowest, highest = np.full(trips, len(vehicle_types.names)), np.full(trips, UNKNOWN_VEHICLE)
    np.minimum.at(lowest, trip, shipments.vehicle)
    np.maximum.at(highest, trip, shipments.vehicle)
    vehicle = np.where(lowest == highest, highest, UNKNOWN_VEHICLE)
    capacity = vehicle_types.capacity_of(vehicle)
    return Trips(shipments.trip_ids, load, capacity, 100 * load / capacity, vehicle)


def read_trip_figure(shipments: Shipments, column: str) -> Floats:
    """Return a figure of the whole trip that its shipments repeat, such as its distance: the largest of them, NaN where all lack it.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> rows = pd.DataFrame({"shipment_id": ["S1", "S2", "S3"], "trip_id": ["T1", "T1", "T2"], "distance_km": [80, None, None]})
    >>> read_trip_figure(read_shipments(rows, read_vehicle_types(pd.DataFrame())), "distance_km").tolist()
    [80.0, nan]
    """
    largest = np.full(len(shipments.trip_ids), -np.inf)
    np.maximum.at(largest, shipments.trip, np.nan_to_num(shipments.number(column), nan=-np.inf))
    return np.where(np.isfinite(largest), largest, np.nan)
