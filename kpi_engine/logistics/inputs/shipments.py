"""The shipments in the historical data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.plausibility import find_implausible_loads
from kpi_engine.logistics.inputs.readable import check_days, check_flags, check_numbers, check_times
from kpi_engine.logistics.inputs.rows import Rows, find_repetition, name_columns, read_quantities, read_sizes, select_rows
from kpi_engine.logistics.inputs.vehicles import LOADS, VehicleTypes
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.columns import (
    Texts,
    days_as_floats,
    read_days,
    read_flags,
    read_hours,
    read_minutes,
    read_texts,
)
from kpi_engine.shared.errors import DuplicateKeys

DECK_WIDTH_M = 2.4
COSTS = ("transport_cost", "handling_cost", "storage_cost", "surcharge_cost")
SIZES = (*LOADS, "length_m", "width_m", "distance_km", "empty_km")
TEXTS = ("vehicle_type", "temp_class", "exclusive_customer", "carrier_id", "site_id", "door_id", "cost_currency")
TIMES = ("gate_in", "dock_in", "dock_out", "gate_out")
FLAGS = ("stackable", "hazmat")
FRAME = "historical_data"
LONE_SHIPMENT = "\x01"
"""Marks the trip of a shipment without a trip_id, whose id may be the trip_id of another shipment."""


@dataclass(frozen=True, eq=False)
class Shipments(Rows):
    """One entry per shipment, in the order of its id.

    SIZES, COSTS, FLAGS, `ship_date`, TIMES (minutes) and `gate_in_hour` are numbers; `shipment_id`, `lane_id` and TEXTS are texts.
    trip: the index in `trip_ids` of each shipment's trip. vehicle: its index in the vehicle types. loads: shipments x DIMENSIONS,
    NaN where unknown. is_implausible: the loads that are unknown because they are likely in another unit; stated_loads: as in the data.
    """

    trip: Ints
    trip_ids: tuple[str, ...]
    vehicle: Ints
    loads: Floats
    stated_loads: Floats
    is_implausible: Bools


def read_shipments(historical_data: pd.DataFrame, vehicle_types: VehicleTypes) -> Shipments:
    """Read the rows with a shipment_id, one per shipment.

    A shipment that is repeated, once per order line it carries, is one shipment. Raises DuplicateKeys when its rows differ.

    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> rows = pd.DataFrame({"shipment_id": ["S2", "S1", "S1"], "trip_id": ["T1", None, None], "gross_kg": [70, 80, 80]})
    >>> shipments = read_shipments(rows, read_vehicle_types(pd.DataFrame()))
    >>> shipments.text("shipment_id").tolist(), shipments.number("gross_kg").tolist(), shipments.trip_ids
    (['S1', 'S2'], [80.0, 70.0], ('S1', 'T1'))
    """
    rows = _read_columns(select_rows(historical_data, "shipment_id"))
    rows = rows.drop_duplicates().sort_values("shipment_id", ignore_index=True)
    repetition = find_repetition(rows, ["shipment_id"])
    if repetition is not None:
        raise DuplicateKeys(f"historical_data holds different rows for shipment {repetition['shipment_id']}")
    trip_keys = rows["trip_id"].where(rows["trip_id"] != "", LONE_SHIPMENT + rows["shipment_id"])
    trip, trip_ids = pd.factorize(trip_keys, sort=True)
    vehicle, stated_loads = vehicle_types.find(rows["vehicle_type"].to_numpy(dtype=object)), _read_loads(rows)
    is_implausible = find_implausible_loads(100 * stated_loads / vehicle_types.capacity_of(vehicle))
    return Shipments(
        rows,
        name_columns(historical_data),
        trip=trip.astype(np.int64),
        trip_ids=tuple(name.removeprefix(LONE_SHIPMENT) for name in trip_ids),
        vehicle=vehicle,
        loads=np.where(is_implausible, np.nan, stated_loads),
        stated_loads=stated_loads,
        is_implausible=is_implausible,
    )


def compute_loading_metres(length_m: Floats, width_m: Floats, stackable: Floats) -> Floats:
    """Return the deck length that one load unit takes, metres: length * width / 2.4, half of it when another one may stand on top.

    Source: European road freight practice (deck 13.6 x 2.4 m). A Euro pallet takes 0.4, an industrial pallet 0.5:

    >>> compute_loading_metres(np.array([1.2, 1.2]), np.array([0.8, 1.0]), np.array([0, np.nan])).round(9).tolist()
    [0.4, 0.5]
    """
    return length_m * width_m / DECK_WIDTH_M / np.where(stackable == 1, 2, 1)


def _read_columns(frame: pd.DataFrame) -> pd.DataFrame:
    check_numbers(FRAME, frame, (*SIZES, *COSTS))
    check_times(FRAME, frame, TIMES)
    check_flags(FRAME, frame, FLAGS)
    departure = "ship_date" if "ship_date" in frame else "actual_departure"
    check_days(FRAME, frame, (departure,))
    return pd.DataFrame(
        {"shipment_id": read_texts(frame, "shipment_id"), "trip_id": read_texts(frame, "trip_id"), "lane_id": _read_lanes(frame)}
        | {name: read_sizes(frame, name) for name in SIZES}
        | {name: read_quantities(frame, name) for name in COSTS}
        | {name: read_texts(frame, name) for name in TEXTS}
        | {name: read_minutes(frame, name) for name in TIMES}
        | {name: read_flags(frame, name) for name in FLAGS}
        | {"ship_date": days_as_floats(read_days(frame, departure, strict=False))}
        | {"gate_in_hour": read_hours(frame, "gate_in")}
    )


def _read_lanes(frame: pd.DataFrame) -> Texts:
    """Return lane_id, else origin-destination, else ""."""
    lanes, origins, destinations = (read_texts(frame, name) for name in ("lane_id", "origin", "destination"))
    names = [
        lane or (f"{origin}-{destination}" if origin and destination else "")
        for lane, origin, destination in zip(lanes, origins, destinations, strict=True)
    ]
    return np.array(names, dtype=object)


def _read_loads(rows: pd.DataFrame) -> Floats:
    return np.column_stack([rows["gross_kg"], rows["volume_m3"], rows["pallets"], _read_deck_lengths(rows)]).astype(np.float64)


def _read_deck_lengths(rows: pd.DataFrame) -> Floats:
    """Return the loading metres in the data, else those of the pallets by their size."""
    names = ("length_m", "width_m", "stackable", "pallets", "ldm")
    length, width, stackable, pallets, ldm = (rows[name].to_numpy(dtype=np.float64) for name in names)
    return np.where(np.isnan(ldm), pallets * compute_loading_metres(length, width, stackable), ldm)
