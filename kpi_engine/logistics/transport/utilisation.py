"""Utilisation of trucks."""

from __future__ import annotations

from dataclasses import dataclass, field

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS, LOADS
from kpi_engine.logistics.metric import (
    CONVENTION,
    LARGER_IS_BETTER,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
    count_metric,
    explain_missing_columns,
    parameter_metric,
)
from kpi_engine.logistics.transport.consolidation import ConsolidationPlan
from kpi_engine.logistics.transport.fleet_trips import ROUNDING, FleetTrips, TripLoad, select_trips
from kpi_engine.logistics.transport.load_percent import find_fullest
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit
from kpi_engine.shared.serialise import json_key

FULL = 100
LDM_PRACTICE = "European road freight practice, loading metres on a deck of 13.6 x 2.4 m"
LOAD_FACTOR = "ISO 14083:2023, load factor"
UP_TO_FULL = "larger is better up to 100, an overload beyond it"
NULL_WITHOUT_TRIP = "null when no trip has a known load and vehicle"


@dataclass(frozen=True)
class Binding:
    """The fullest dimension of the fleet, and its percent."""

    dimension: str | None
    percent: float | None


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
    n_excluded: TripExclusions
    plan: ConsolidationPlan | None


def _explain(fleet: FleetTrips, *columns: str) -> str:
    fallback = "no_trip_with_known_load_and_vehicle" if len(fleet.trips.ids) else NO_OBSERVATIONS
    return (explain_missing_columns(fleet.columns, "shipment_id", *columns) if columns else None) or fallback


def _dimension_metric(dimension: str, title: str, ratio: str, source: str) -> LogisticsMetric[FleetTrips, float | None]:
    load_column = LOADS[DIMENSIONS.index(dimension)]
    return LogisticsMetric(
        name=f"truck_{dimension}",
        title=f"Truck utilisation by {title}",
        path=f"truck_utilization.{dimension}",
        formula=f"100 * sum {ratio}, each summed over trips",
        unit=Unit.PERCENT,
        sign=UP_TO_FULL,
        zero_policy=NULL_WITHOUT_TRIP,
        source=source,
        scor=ScorAttribute.ASSETS,
        compute=lambda fleet: fleet.rate(dimension),
        explain=lambda fleet: _explain(fleet, load_column),
    )


WEIGHT = _dimension_metric("weight", "weight", "kg / payload", LOAD_FACTOR)
CUBE = _dimension_metric("cube", "cube", "m3 / usable volume", LOAD_FACTOR)
PALLET = _dimension_metric("pallet", "pallet", "pallets / pallet positions", LDM_PRACTICE)
LDM = _dimension_metric("ldm", "loading metres", "loading metres / deck length", LDM_PRACTICE)
BINDING = LogisticsMetric[FleetTrips, float | None](
    name="truck_binding",
    title="Fullest dimension of the fleet",
    path="truck_utilization.binding.percent",
    formula="max of the four utilisations",
    unit=Unit.PERCENT,
    sign=UP_TO_FULL,
    zero_policy=NULL_WITHOUT_TRIP,
    source=LOAD_FACTOR,
    scor=ScorAttribute.ASSETS,
    compute=lambda fleet: max((rate for rate in fleet.rates().values() if rate is not None), default=None),
    explain=_explain,
    undefined_path="truck_utilization.binding",
)
MEAN_BINDING = LogisticsMetric[FleetTrips, float | None](
    name="truck_mean_binding",
    title="Binding utilisation of the mean trip",
    path="truck_utilization.mean_binding",
    formula="mean over trips of each trip's fullest dimension",
    unit=Unit.PERCENT,
    sign=UP_TO_FULL,
    zero_policy=NULL_WITHOUT_TRIP,
    source=CONVENTION,
    scor=ScorAttribute.ASSETS,
    compute=lambda fleet: sum_exactly(fleet.binding_percent) / len(fleet.binding_percent) if len(fleet.binding_percent) else None,
    explain=_explain,
)
SHARE_BELOW_LOW = LogisticsMetric[FleetTrips, float | None](
    name="trips_below_low",
    title="Poorly filled trips",
    path="truck_utilization.share_below_low",
    formula="100 * trips whose fullest dimension is below low_percent / trips",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_TRIP,
    source=CONVENTION,
    scor=ScorAttribute.ASSETS,
    compute=lambda fleet: percentage(count_true(fleet.binding_percent < fleet.low_percent - ROUNDING), len(fleet.binding_percent)),
    explain=_explain,
)
LOAD_FACTOR_WITH_EMPTY_KM = LogisticsMetric[FleetTrips, float | None](
    name="load_factor_with_empty_km",
    title="Load factor with empty kilometres",
    path="truck_utilization.load_factor_with_empty_km",
    formula="100 * sum kg * loaded km / sum payload * (loaded km + empty km)",
    unit=Unit.PERCENT,
    sign=LARGER_IS_BETTER,
    zero_policy="null when distances or empty kilometres are unknown",
    source=LOAD_FACTOR,
    scor=ScorAttribute.ASSETS,
    compute=FleetTrips.rate_with_empty_km,
    explain=lambda fleet: _explain(fleet, "gross_kg", "distance_km", "empty_km"),
)
TRIPS: LogisticsMetric[FleetTrips, int] = count_metric(
    "trips",
    "Trips measured",
    "truck_utilization.trips",
    "trips with a known load and vehicle that are not quarantined",
    lambda fleet: count_true(fleet.is_counted),
    scor=ScorAttribute.ASSETS,
)
TRIPS_UNKNOWN: LogisticsMetric[FleetTrips, int] = count_metric(
    "trips_unknown",
    "Trips left out: load or vehicle unknown",
    "truck_utilization.n_excluded.unknown_load_or_vehicle",
    "trips without a dimension of which load and capacity are known",
    lambda fleet: count_true(~fleet.trips.is_known),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.ASSETS,
)
TRIPS_QUARANTINED: LogisticsMetric[FleetTrips, int] = count_metric(
    "trips_quarantined",
    "Trips left out: taken for wrong data",
    "truck_utilization.n_excluded.quarantined",
    "trips whose fullest dimension is above 110 percent",
    lambda fleet: count_true(fleet.is_quarantined),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.ASSETS,
)
RATES = (WEIGHT, CUBE, PALLET, LDM, BINDING, MEAN_BINDING, SHARE_BELOW_LOW)
COUNTS = (TRIPS, TRIPS_UNKNOWN, TRIPS_QUARANTINED)
METRICS = (
    *RATES,
    parameter_metric(
        "trips_low_limit",
        "Limit of a poorly filled trip",
        "truck_utilization.low_percent",
        Unit.PERCENT,
        scor=ScorAttribute.ASSETS,
    ),
    LOAD_FACTOR_WITH_EMPTY_KM,
    *COUNTS,
)


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
        n_excluded=TripExclusions(TRIPS_UNKNOWN(fleet), TRIPS_QUARANTINED(fleet)),
        plan=plan.value,
    )
    return Part(utilisation, {**figures.undefined_reasons, **plan.undefined_reasons})
