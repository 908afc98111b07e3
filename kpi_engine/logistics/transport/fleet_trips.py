"""The trips that count in the utilisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import percentage, sum_exactly
from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips, read_trip_figure
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS
from kpi_engine.logistics.transport.load_percent import LoadPercent
from kpi_engine.shared.arrays import Bools, Floats

ROUNDING = 1e-9  # 3 x 0.1 of 0.3 is 100.00000000000001 in floating point, and no overload


@dataclass(frozen=True)
class TripLoad(LoadPercent):
    """The load of one trip."""

    trip_id: str


@dataclass(frozen=True, eq=False)
class FleetTrips:
    """All trips, which of them the figures count, and which are taken for wrong data. columns: those of the caller's frame."""

    trips: Trips
    is_counted: Bools
    is_quarantined: Bools
    distance_km: Floats
    empty_km: Floats
    low_percent: float
    columns: frozenset[str]

    @property
    def binding_percent(self) -> Floats:
        """The percent of the fullest dimension of each trip that counts."""
        return self.trips.binding_percent[self.is_counted]

    def rate(self, dimension: str) -> float | None:
        """Return 100 * sum(load) / sum(capacity) of a dimension, percent, over the trips of which both are known."""
        column = DIMENSIONS.index(dimension)
        is_known = self.is_counted & ~np.isnan(self.trips.percent[:, column])
        return percentage(sum_exactly(self.trips.load[is_known, column]), sum_exactly(self.trips.capacity[is_known, column]))

    def rates(self) -> dict[str, float | None]:
        """Return the rate of every dimension."""
        return {dimension: self.rate(dimension) for dimension in DIMENSIONS}

    def rate_with_empty_km(self) -> float | None:
        """Return 100 * sum(kg * km) / sum(payload * (km + empty km)), percent."""
        weight = DIMENSIONS.index("weight")
        has_weight = ~np.isnan(self.trips.percent[:, weight])
        is_known = self.is_counted & has_weight & ~np.isnan(self.distance_km) & ~np.isnan(self.empty_km)
        load, payload = self.trips.load[is_known, weight], self.trips.capacity[is_known, weight]
        total_km = (self.distance_km + self.empty_km)[is_known]
        return percentage(sum_exactly(load * self.distance_km[is_known]), sum_exactly(payload * total_km))

    def list_loads(self, mask: Bools) -> tuple[TripLoad, ...]:
        """Return the loads of some of the trips."""
        loads = [(trip, LoadPercent.of(self.trips.percent[trip])) for trip in np.flatnonzero(mask).tolist()]
        return tuple(TripLoad(**vars(load), trip_id=self.trips.ids[trip]) for trip, load in loads)


def select_trips(shipments: Shipments, trips: Trips, parameters: TransportParameters) -> FleetTrips:
    """Return which trips count: those with a known load and vehicle that are not taken for wrong data.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10]}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1", "S2", "S3"], "gross_kg": [8, 12, None]}), vans)
    >>> select_trips(shipments, sum_by_trip(shipments, vans), TransportParameters()).is_counted.tolist()
    [True, False, False]
    """
    is_quarantined = trips.is_known & (trips.binding_percent > parameters.quarantine_percent + ROUNDING)
    return FleetTrips(
        trips=trips,
        is_counted=trips.is_known & ~is_quarantined,
        is_quarantined=is_quarantined,
        distance_km=read_trip_figure(shipments, "distance_km"),
        empty_km=read_trip_figure(shipments, "empty_km"),
        low_percent=parameters.low_percent,
        columns=shipments.columns,
    )
