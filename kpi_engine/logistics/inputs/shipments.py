"""The shipments in the historical data, and the trips that carried them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs import columns
from kpi_engine.logistics.inputs.columns import Texts
from kpi_engine.logistics.inputs.vehicles import LOADS, Vehicles
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys

DECK_WIDTH_M = 2.4
COSTS = ("transport_cost", "handling_cost", "storage_cost", "surcharge_cost")
NUMBERS = (*LOADS, "length_m", "width_m", "distance_km", "empty_km", *COSTS)
TEXTS = ("lane_id", "vehicle_type", "temp_class", "exclusive_customer", "carrier_id", "site_id", "door_id", "cost_currency")
ALONE = "\x01"  # marks the trip of a shipment without a trip_id, which may have the id of somebody else's trip
TIMES = ("gate_in", "dock_in", "dock_out", "gate_out")


def loading_metres(length_m: Floats, width_m: Floats, stackable: Floats) -> Floats:
    """Deck length that one load unit takes, metres: length * width / 2.4, half of it when another one may stand on top.

    Euro pallet 1.2 x 0.8 m: 0.4; industrial pallet 1.2 x 1.0 m: 0.5. Source: European road freight practice (deck 13.6 x 2.4 m).
    """
    return length_m * width_m / DECK_WIDTH_M / np.where(stackable == 1, 2, 1)


@dataclass(frozen=True)
class Shipments:
    """One entry per shipment, in the order of its id; `loads` is shipments x DIMENSIONS."""

    frame: pd.DataFrame
    present: frozenset[str]
    trip: Ints
    trips: tuple[str, ...]
    loads: Floats
    vehicle: Ints

    def __len__(self) -> int:
        return len(self.frame)

    def number(self, column: str) -> Floats:
        """A column of NUMBERS, or `ship_date`, or a time in minutes, or an hour (`gate_in_hour`)."""
        return self.frame[column].to_numpy(dtype=np.float64)

    def text(self, column: str) -> Texts:
        """`shipment_id`, or a column of TEXTS."""
        return self.frame[column].to_numpy(dtype=object)


def shipments_of(historical: pd.DataFrame, vehicles: Vehicles) -> Shipments:
    """The rows with a shipment_id, one per shipment.

    A shipment that is repeated, once per order line it carries, is one shipment. Raises DuplicateKeys when its rows differ.
    """
    read = _read(historical).drop_duplicates().sort_values("shipment_id", ignore_index=True)
    twice = read[read["shipment_id"].duplicated()]
    if len(twice):
        raise DuplicateKeys(f"historical_data holds different rows for shipment {twice.iloc[0]['shipment_id']}")
    own = read["trip_id"].where(read["trip_id"] != "", ALONE + read["shipment_id"])
    trip, trips = pd.factorize(own, sort=True)
    present = frozenset(map(str, historical.columns))
    loads = np.column_stack([read["gross_kg"], read["volume_m3"], read["pallets"], _deck(read)]).astype(np.float64)
    loads = np.where(loads >= 0, loads, np.nan)
    vehicle = vehicles.of(read["vehicle_type"].to_numpy(dtype=object))
    return Shipments(read, present, trip.astype(np.int64), tuple(name.removeprefix(ALONE) for name in trips), loads, vehicle)


def _read(historical: pd.DataFrame) -> pd.DataFrame:
    held = historical[columns.texts(historical, "shipment_id") != ""] if len(historical.columns) else historical
    lane = columns.texts(held, "lane_id")
    ends = columns.texts(held, "origin"), columns.texts(held, "destination")
    named = [own or (f"{start}-{end}" if start and end else "") for own, start, end in zip(lane, *ends, strict=True)]
    departure = "ship_date" if "ship_date" in held else "actual_departure"
    return pd.DataFrame(
        {"shipment_id": columns.texts(held, "shipment_id"), "trip_id": columns.texts(held, "trip_id")}
        | {name: columns.numbers(held, name) for name in NUMBERS}
        | {name: columns.texts(held, name) for name in TEXTS}
        | {name: columns.minutes(held, name) for name in TIMES}
        | {name: columns.flags(held, name) for name in ("stackable", "hazmat")}
        | {"lane_id": np.array(named, dtype=object), "ship_date": columns.days(held, departure)}
        | {"gate_in_hour": columns.hours(held, "gate_in")}
    )


def _deck(read: pd.DataFrame) -> Floats:
    """Loading metres as given, else from the pallets and their size."""
    size = [read[name].to_numpy(dtype=np.float64) for name in ("length_m", "width_m", "stackable", "pallets", "ldm")]
    length, width, stackable, pallets, given = size
    return np.where(np.isnan(given), pallets * loading_metres(length, width, stackable), given)


@dataclass(frozen=True)
class Trips:
    """One entry per trip, in the order of its id.

    `percent` is trips x DIMENSIONS: load in percent of the vehicle's capacity, NaN where either is unknown. `vehicle` is -1 where it is
    unknown or where the trip's shipments name different ones.
    """

    load: Floats
    capacity: Floats
    percent: Floats
    vehicle: Ints

    @property
    def binding(self) -> Floats:
        """The fullest of the dimensions, percent; NaN where none is known."""
        return np.max(self.percent, axis=1, initial=-np.inf, where=~np.isnan(self.percent)) if len(self.percent) else np.zeros(0)

    @property
    def known(self) -> Bools:
        """Trips of which at least one dimension is known."""
        return np.asarray(~np.isnan(self.percent).all(axis=1), dtype=np.bool_)


def trips_of(shipments: Shipments, vehicles: Vehicles) -> Trips:
    """Add up the shipments of each trip; a missing load makes the trip's load in that dimension unknown."""
    trips, trip = len(shipments.trips), shipments.trip
    load = np.column_stack([np.bincount(trip, weights=column, minlength=trips) for column in shipments.loads.T]).astype(np.float64)
    lowest, highest = np.full(trips, len(vehicles.names)), np.full(trips, -1)
    np.minimum.at(lowest, trip, shipments.vehicle)
    np.maximum.at(highest, trip, shipments.vehicle)
    vehicle = np.where(lowest == highest, highest, -1)
    unknown = np.full((1, len(LOADS)), np.nan)
    capacity = np.concatenate([vehicles.capacity.reshape(-1, len(LOADS)), unknown])[vehicle]
    return Trips(load, capacity, 100 * load / capacity, vehicle)
