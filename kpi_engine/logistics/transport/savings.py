"""What the cancelled trips would have cost, in money, kilometres and CO2e."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.columns import total
from kpi_engine.logistics.inputs.shipments import Shipments, Trips
from kpi_engine.logistics.inputs.vehicles import Vehicles
from kpi_engine.logistics.transport.utilisation import of_trips
from kpi_engine.shared.arrays import Floats, Ints


@dataclass(frozen=True)
class Rates:
    """One entry per trip: what not driving it saves; NaN where a rate or the distance is missing."""

    money: Floats
    km: Floats
    co2e_kg: Floats
    currency: Sequence[str]


def rates_of(shipments: Shipments, trips: Trips, vehicles: Vehicles) -> Rates:
    """Money: cost_fixed + cost_km * km; CO2e: co2e_kg_km * km; km: distance_km, with empty_km where it is given."""
    km = of_trips(shipments, "distance_km") + np.nan_to_num(of_trips(shipments, "empty_km"))

    def rate(values: Floats) -> Floats:
        return np.append(values, np.nan)[trips.vehicle]

    money = rate(vehicles.cost_fixed) + rate(vehicles.cost_km) * km
    currency = [vehicles.currency[vehicle] if vehicle >= 0 else "" for vehicle in trips.vehicle.tolist()]
    return Rates(money, km, rate(vehicles.co2e_kg_km) * km, currency)


def saving(rates: Rates, cancelled: Ints) -> dict[str, Any]:
    """The sum over the cancelled trips; null when a rate of one is missing, or when their money is in several currencies."""
    currencies = {rates.currency[trip] for trip in cancelled.tolist()}
    single = len(currencies) <= 1
    return {
        "money": _sum(rates.money[cancelled]) if single else None,
        "currency": next(iter(currencies)) or None if len(currencies) == 1 else None,
        "km": _sum(rates.km[cancelled]),
        "co2e_kg": _sum(rates.co2e_kg[cancelled]),
    }


def _sum(values: Floats) -> float | None:
    return None if np.isnan(values).any() else total(values)
