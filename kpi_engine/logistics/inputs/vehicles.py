"""What a vehicle of each type can carry, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs import columns
from kpi_engine.logistics.inputs.columns import Texts
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys

DIMENSIONS = ("weight", "cube", "pallet", "ldm")
LOADS = ("gross_kg", "volume_m3", "pallets", "ldm")
CAPACITIES = ("payload_kg", "volume_m3", "pallet_positions", "deck_ldm")
RATES = ("cost_fixed", "cost_km", "co2e_kg_km")


@dataclass(frozen=True)
class Vehicles:
    """The vehicle types in alphabetical order; capacity is types x DIMENSIONS, NaN where unknown."""

    names: tuple[str, ...]
    capacity: Floats
    cost_fixed: Floats
    cost_km: Floats
    co2e_kg_km: Floats
    currency: tuple[str, ...]

    def of(self, names: Texts) -> Ints:
        """The place of each name, -1 where it is unknown; no name at all is the only type, when there is only one."""
        place = {name: at for at, name in enumerate(self.names)} | ({"": 0} if len(self.names) == 1 else {})
        return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def vehicles_of(capacity_data: pd.DataFrame) -> Vehicles:
    """The rows of capacity_data that state a vehicle type with a capacity. Raises DuplicateKeys when two rows of a type differ."""
    given = {name: columns.numbers(capacity_data, name) for name in (*CAPACITIES, *RATES)}
    limited = {name: np.where(given[name] > 0, given[name], np.nan) for name in CAPACITIES}
    names = {name: columns.texts(capacity_data, column) for name, column in (("name", "vehicle_type"), ("currency", "currency"))}
    held = (names["name"] != "") & ~np.isnan(list(limited.values())).all(axis=0)
    types = pd.DataFrame({name: values[held] for name, values in (names | given | limited).items()})
    types = types.drop_duplicates().sort_values("name")
    twice = types[types["name"].duplicated()]
    if len(twice):
        raise DuplicateKeys(f"capacity_data holds different rows for vehicle type {twice.iloc[0]['name']}")
    rates = {name: types[name].to_numpy(dtype=np.float64) for name in RATES}
    return Vehicles(tuple(types["name"]), types[list(CAPACITIES)].to_numpy(dtype=np.float64), **rates, currency=tuple(types["currency"]))
