"""The metrics of truck utilisation."""

from __future__ import annotations

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS, LOADS
from kpi_engine.logistics.metric import (
    CONVENTION,
    LARGER_IS_BETTER,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    count_metric,
    explain_missing_columns,
    parameter_metric,
)
from kpi_engine.logistics.transport.fleet_trips import ROUNDING, FleetTrips
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit

LDM_PRACTICE = "European road freight practice, loading metres on a deck of 13.6 x 2.4 m"
LOAD_FACTOR = "ISO 14083:2023, load factor"
UP_TO_FULL = "larger is better up to 100, an overload beyond it"
NULL_WITHOUT_TRIP = "null when no trip has a known load and vehicle"


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
