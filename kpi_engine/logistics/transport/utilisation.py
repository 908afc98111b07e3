"""How full the trucks were."""

from __future__ import annotations

from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count, lacking, percent, total
from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments, Trips
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS, LOADS
from kpi_engine.shared.arrays import Bools, Floats

ROUNDING = 1e-9  # 3 x 0.1 of 0.3 is 100.00000000000001 in floating point, and no overload


def truck_utilization(shipments: Shipments, trips: Trips, parameters: TransportParameters) -> Part:
    """Load in percent of the vehicle's capacity, by dimension and for the one that binds.

    A dimension: 100 * sum(load) / sum(capacity) over the trips where both are known. `binding`: the fullest dimension of the fleet;
    `mean_binding`: the mean over trips of each trip's fullest. More than 100 is an overload and listed; more than `quarantine_percent` is
    taken for wrong data and left out. Sources: ISO 14083:2023 (load factor); European road freight practice (LDM).
    """
    wrong = trips.known & (trips.binding > parameters.quarantine_percent + ROUNDING)
    held = trips.known & ~wrong
    rates = {name: _pooled(trips, place, held) for place, name in enumerate(DIMENSIONS)}
    known = {name: value for name, value in rates.items() if value is not None}
    fullest = max(known, key=lambda name: known[name]) if known else None
    binding = trips.binding[held]
    answer: dict[str, Any] = {
        **rates,
        "binding": {"dimension": fullest, "percent": known[fullest] if fullest else None},
        "mean_binding": total(binding) / len(binding) if len(binding) else None,
        "share_below_low": percent(count(binding < parameters.low_percent - ROUNDING), len(binding)),
        "low_percent": parameters.low_percent,
        "load_factor_with_empty_km": _with_empty_km(shipments, trips, held),
        "trips": len(binding),
        "overload": _rows(shipments, trips, held & (trips.binding > 100 + ROUNDING)),
        "quarantined": _rows(shipments, trips, wrong),
        "n_excluded": {"unknown_load_or_vehicle": count(~trips.known), "quarantined": count(wrong)},
    }
    return Part(answer, _undefined(shipments, answer))


def _pooled(trips: Trips, place: int, held: Bools) -> float | None:
    both = held & ~np.isnan(trips.percent[:, place])
    return percent(total(trips.load[both, place]), total(trips.capacity[both, place]))


def _with_empty_km(shipments: Shipments, trips: Trips, held: Bools) -> float | None:
    """100 * sum(kg * loaded km) / sum(payload * (loaded km + empty km)), percent."""
    loaded, empty = (of_trips(shipments, name) for name in ("distance_km", "empty_km"))
    known = held & ~np.isnan(trips.percent[:, 0]) & ~np.isnan(loaded) & ~np.isnan(empty)
    load, payload = trips.load[known, 0], trips.capacity[known, 0]
    return percent(total(load * loaded[known]), total(payload * (loaded + empty)[known]))


def of_trips(shipments: Shipments, column: str) -> Floats:
    """A figure of the whole trip that its shipments repeat, such as its distance: the largest one stated, NaN where none is."""
    found = np.full(len(shipments.trips), -np.inf)
    np.maximum.at(found, shipments.trip, np.nan_to_num(shipments.number(column), nan=-np.inf))
    return np.where(np.isfinite(found), found, np.nan)


def _rows(shipments: Shipments, trips: Trips, held: Bools) -> list[dict[str, Any]]:
    return [{"trip_id": shipments.trips[trip], **load_percent(trips.percent[trip])} for trip in np.flatnonzero(held).tolist()]


def load_percent(row: Floats) -> dict[str, Any]:
    """One load's percent by dimension, with the dimension that binds."""
    known = {name: float(value) for name, value in zip(DIMENSIONS, row, strict=True) if not np.isnan(value)}
    fullest = max(known, key=lambda name: known[name]) if known else None
    return {name: known.get(name) for name in DIMENSIONS} | {"binding": fullest}


def _undefined(shipments: Shipments, answer: dict[str, Any]) -> dict[str, str]:
    reasons = {name: lacking(shipments.present, "shipment_id", column) for name, column in zip(DIMENSIONS, LOADS, strict=True)}
    reasons["load_factor_with_empty_km"] = lacking(shipments.present, "shipment_id", "gross_kg", "distance_km", "empty_km")
    fallback = NO_OBSERVATIONS if not len(shipments) else "no_trip_with_known_load_and_vehicle"
    names = (*DIMENSIONS, "mean_binding", "share_below_low", "load_factor_with_empty_km")
    found = {f"truck_utilization.{name}": reasons.get(name) or fallback for name in names if answer[name] is None}
    return found | ({} if answer["binding"]["dimension"] else {"truck_utilization.binding": fallback})
