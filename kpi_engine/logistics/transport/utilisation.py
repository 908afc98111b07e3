"""Utilisation of trucks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.inputs.vehicles import LOADS
from kpi_engine.logistics.metric import Part, compute_figures
from kpi_engine.logistics.transport.consolidation import ConsolidationPlan
from kpi_engine.logistics.transport.fleet_trips import ROUNDING, TripLoad, select_trips
from kpi_engine.logistics.transport.load_percent import find_fullest
from kpi_engine.logistics.transport.utilisation_metrics import (
    BINDING,
    CUBE,
    LDM,
    LOAD_FACTOR_WITH_EMPTY_KM,
    MEAN_BINDING,
    PALLET,
    RATES,
    SHARE_BELOW_LOW,
    TRIPS,
    TRIPS_QUARANTINED,
    TRIPS_UNKNOWN,
    WEIGHT,
)
from kpi_engine.shared.serialise import json_key

FULL = 100


@dataclass(frozen=True)
class Binding:
    """The fullest dimension of the fleet, and its percent."""

    dimension: str | None
    percent: float | None


@dataclass(frozen=True)
class ImplausibleLoad:
    """A load that counts as unknown: it is so small that it is likely in another unit, such as tonnes among kilograms."""

    shipment_id: str
    column: str
    value: float


@dataclass(frozen=True)
class TripExclusions:
    """Numbers of trips that no figure counts, by reason."""

    unknown_load_or_vehicle: int
    n_quarantined: int = field(metadata=json_key("quarantined"))


@dataclass(frozen=True)
class TruckUtilisation:
    """Load in percent of the capacity, by dimension and for the one that binds.

    mean_binding: the mean over trips of each trip's fullest dimension. overload: the trips above 100 percent; quarantined_trips: those so
    far above it that they are taken for wrong data. plan: None when lanes, dates or vehicle types are not there.
    """

    weight: float | None
    cube: float | None
    pallet: float | None
    ldm: float | None
    binding: Binding
    mean_binding: float | None
    share_below_low: float | None
    low_percent: float
    load_factor_with_empty_km: float | None
    trips: int
    overload: tuple[TripLoad, ...]
    quarantined_trips: tuple[TripLoad, ...] = field(metadata=json_key("quarantined"))
    implausible_loads: tuple[ImplausibleLoad, ...]
    n_excluded: TripExclusions
    plan: ConsolidationPlan | None


def measure_utilisation(
    shipments: Shipments, trips: Trips, plan: Part[ConsolidationPlan | None], parameters: TransportParameters
) -> Part[TruckUtilisation]:
    """Return the load in percent of the vehicles' capacity, with the consolidation plan of the same trips.

    A dimension: 100 * sum(load) / sum(capacity) over the trips where both are known. `binding`: the fullest dimension of the fleet;
    `mean_binding`: the mean over trips of each trip's fullest. More than 100 is an overload and listed; more than `quarantine_percent` is
    taken for wrong data and left out. Sources: ISO 14083:2023 (load factor); European road freight practice (LDM).

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10], "volume_m3": [20]}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1", "S2"], "gross_kg": [8, 5], "volume_m3": [10, 14]}), vans)
    >>> utilisation = measure_utilisation(shipments, sum_by_trip(shipments, vans), Part(None), TransportParameters()).value
    >>> utilisation.weight, utilisation.cube, utilisation.binding.dimension, utilisation.mean_binding
    (65.0, 60.0, 'weight', 75.0)
    """
    fleet = select_trips(shipments, trips, parameters)
    figures = compute_figures(fleet, (*RATES, LOAD_FACTOR_WITH_EMPTY_KM))
    utilisation = TruckUtilisation(
        weight=figures[WEIGHT],
        cube=figures[CUBE],
        pallet=figures[PALLET],
        ldm=figures[LDM],
        binding=Binding(find_fullest(fleet.rates()), figures[BINDING]),
        mean_binding=figures[MEAN_BINDING],
        share_below_low=figures[SHARE_BELOW_LOW],
        low_percent=parameters.low_percent,
        load_factor_with_empty_km=figures[LOAD_FACTOR_WITH_EMPTY_KM],
        trips=TRIPS(fleet),
        overload=fleet.list_loads(fleet.is_counted & (trips.binding_percent > FULL + ROUNDING)),
        quarantined_trips=fleet.list_loads(fleet.is_quarantined),
        implausible_loads=_list_implausible(shipments),
        n_excluded=TripExclusions(TRIPS_UNKNOWN(fleet), TRIPS_QUARANTINED(fleet)),
        plan=plan.value,
    )
    return Part(utilisation, {**figures.undefined_reasons, **plan.undefined_reasons})


def _list_implausible(shipments: Shipments) -> tuple[ImplausibleLoad, ...]:
    ids = shipments.text("shipment_id")
    places = np.argwhere(shipments.is_implausible).tolist()
    return tuple(ImplausibleLoad(ids[row], LOADS[column], float(shipments.stated_loads[row, column])) for row, column in places)
