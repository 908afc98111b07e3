"""Capacity and cost of each vehicle type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.readable import check_numbers
from kpi_engine.logistics.inputs.rows import find_repetition, read_quantities
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.columns import Texts, read_texts
from kpi_engine.shared.errors import DuplicateKeys

DIMENSIONS = ("weight", "cube", "pallet", "ldm")
LOADS = ("gross_kg", "volume_m3", "pallets", "ldm")
CAPACITIES = ("payload_kg", "volume_m3", "pallet_positions", "deck_ldm")
RATES = ("cost_fixed", "cost_km", "co2e_kg_km")
UNKNOWN_VEHICLE = -1


@dataclass(frozen=True, eq=False)
class VehicleTypes:
    """The vehicle types in alphabetical order; capacity is types x DIMENSIONS, NaN where unknown."""

    names: tuple[str, ...]
    capacity: Floats
    cost_fixed: Floats
    cost_km: Floats
    co2e_kg_km: Floats
    currency: tuple[str, ...]

    def capacity_of(self, vehicle: Ints) -> Floats:
        """Return the capacity of vehicles by their index, vehicles x DIMENSIONS; NaN for UNKNOWN_VEHICLE."""
        unknown_capacity = np.full((1, len(LOADS)), np.nan)  # the last row, which the index -1 selects
        return np.concatenate([self.capacity.reshape(-1, len(LOADS)), unknown_capacity])[vehicle]

    def find(self, names: Texts) -> Ints:
        """Return the index of each name, UNKNOWN_VEHICLE where it is unknown; "" is the only type when there is only one."""
        index = {name: number for number, name in enumerate(self.names)} | ({"": 0} if len(self.names) == 1 else {})
        return np.array([index.get(name, UNKNOWN_VEHICLE) for name in names], dtype=np.int64)


def read_vehicle_types(capacity_data: pd.DataFrame) -> VehicleTypes:
    """Read the rows that state a vehicle type with a capacity. Raises DuplicateKeys when two rows of a type differ.

    >>> types = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van", "box"], "payload_kg": [900, 9_000]}))
    >>> types.names, types.capacity[:, 0].tolist()
    (('box', 'van'), [9000.0, 900.0])
    """
    check_numbers("capacity_data", capacity_data, (*CAPACITIES, *RATES))
    numbers = {name: read_quantities(capacity_data, name) for name in (*CAPACITIES, *RATES)}
    capacities = {name: np.where(numbers[name] > 0, numbers[name], np.nan) for name in CAPACITIES}
    texts = {"name": read_texts(capacity_data, "vehicle_type"), "currency": read_texts(capacity_data, "currency")}
    is_type = (texts["name"] != "") & ~np.isnan(list(capacities.values())).all(axis=0)
    types = pd.DataFrame({name: values[is_type] for name, values in (texts | numbers | capacities).items()})
    types = types.drop_duplicates().sort_values("name")
    repetition = find_repetition(types, ["name"])
    if repetition is not None:
        raise DuplicateKeys(f"capacity_data holds different rows for vehicle type {repetition['name']}")
    rates = {name: types[name].to_numpy(dtype=np.float64) for name in RATES}
    capacity = types[list(CAPACITIES)].to_numpy(dtype=np.float64)
    return VehicleTypes(tuple(types["name"]), capacity, **rates, currency=tuple(types["currency"]))
