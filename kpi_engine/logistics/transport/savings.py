"""Savings of cancelled trips, in money, kilometres and CO2e."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import sum_exactly
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips, read_trip_figure
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.shared.arrays import Floats, Ints


@dataclass(frozen=True)
class Saving:
    """Savings of cancelled trips; None when a rate or distance of one is missing, or their money is in several currencies."""

    money: float | None
    currency: str | None
    km: float | None
    co2e_kg: float | None


@dataclass(frozen=True, eq=False)
class TripCosts:
    """One entry per trip: what not driving it saves; NaN where a rate or the distance is missing."""

    money: Floats
    km: Floats
    co2e_kg: Floats
    currency: Sequence[str]

    def list_currencies(self, trips: Ints) -> frozenset[str]:
        """Return the currencies of these trips; "" is none."""
        return frozenset(self.currency[trip] for trip in trips.tolist())


def compute_trip_costs(shipments: Shipments, trips: Trips, vehicle_types: VehicleTypes) -> TripCosts:
    """Return money: cost_fixed + cost_km * km; CO2e: co2e_kg_km * km; km: distance_km, with empty_km where there is one.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": 900, "cost_fixed": 100, "cost_km": 1.5}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1"], "distance_km": [200]}), vans)
    >>> compute_trip_costs(shipments, sum_by_trip(shipments, vans), vans).money.tolist()
    [400.0]
    """
    km = read_trip_figure(shipments, "distance_km") + np.nan_to_num(read_trip_figure(shipments, "empty_km"))

    def rate(values: Floats) -> Floats:
        return np.append(values, np.nan)[trips.vehicle]

    money = rate(vehicle_types.cost_fixed) + rate(vehicle_types.cost_km) * km
    currency = [vehicle_types.currency[vehicle] if vehicle >= 0 else "" for vehicle in trips.vehicle.tolist()]
    return TripCosts(money, km, rate(vehicle_types.co2e_kg_km) * km, currency)


def sum_savings(costs: TripCosts, trips: Ints) -> Saving:
    """Add up what not driving these trips saves.

    >>> costs = TripCosts(money=np.array([400.0, np.nan]), km=np.array([200.0, 50.0]), co2e_kg=np.zeros(2), currency=["EUR", "EUR"])
    >>> sum_savings(costs, np.array([0])), sum_savings(costs, np.array([0, 1])).money
    (Saving(money=400.0, currency='EUR', km=200.0, co2e_kg=0.0), None)
    """
    currencies = costs.list_currencies(trips)
    return Saving(
        money=_sum_complete(costs.money[trips]) if len(currencies) <= 1 else None,
        currency=next(iter(currencies)) or None if len(currencies) == 1 else None,
        km=_sum_complete(costs.km[trips]),
        co2e_kg=_sum_complete(costs.co2e_kg[trips]),
    )


def _sum_complete(values: Floats) -> float | None:
    return None if np.isnan(values).any() else sum_exactly(values)
