"""How much of a resource one forecast unit needs, measured in the window: no data set states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.parameters import CapacityParameters
from runtime.services.logistics.order_lines import select_lines

THROUGHPUT = "THROUGHPUT"
STORAGE = "STORAGE_POS"
SEVERAL_UNITS = "several_units_of_measure"
NO_SHIPMENTS = "no_shipments_of_the_site"
NO_DEMAND = "no_order_lines_of_the_site"
UNKNOWN_USE = {
    "LABOUR_H": "no_data_set_states_hours_per_unit",
    "DOORS_IN": "no_data_set_has_inbound_shipments",
}


@dataclass(frozen=True)
class ResourceUse:
    """What one forecast unit needs of a resource, and what it was measured by; per_unit None: reason says why it is unknown."""

    per_unit: float | None
    basis: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SiteActivity:
    """What one site did in the window: units ordered, trips, and the hours in which vehicles stood at a door.

    has_several_units: the units of measure of its forecasts differ, so that they cannot be added up.
    """

    units: float
    trips: int
    door_hours: float
    has_several_units: bool

    def use_of(self, resource: str, parameters: CapacityParameters) -> ResourceUse:
        """Return the use of a resource by one unit.

        >>> activity = SiteActivity(units=1_000, trips=20, door_hours=16.0, has_several_units=False)
        >>> activity.use_of("VEHICLES", CapacityParameters()).per_unit, activity.use_of("DOORS_OUT", CapacityParameters()).per_unit
        (0.02, 0.00125)
        """
        if self.has_several_units:
            return ResourceUse(None, reason=SEVERAL_UNITS)
        if resource == THROUGHPUT:
            return ResourceUse(1.0, "forecast units")
        if resource in UNKNOWN_USE:
            return ResourceUse(None, reason=UNKNOWN_USE[resource])
        if not self.units:
            return ResourceUse(None, reason=NO_DEMAND)
        if resource == "VEHICLES" and self.trips:
            return ResourceUse(self.trips / self.units, f"{self.trips:,} trips for {self.units:,.0f} units ordered in the window")
        if resource == "DOORS_OUT" and self.door_hours:
            doors = self.door_hours / parameters.opening_hours * parameters.peak_factor / self.units
            hours = f"{self.door_hours:,.0f} hours at doors for {self.units:,.0f} units ordered in the window"
            return ResourceUse(
                doors, f"{hours}, {parameters.opening_hours:g} hours a day, peak hour {parameters.peak_factor:g} times the mean"
            )
        return ResourceUse(None, reason=NO_SHIPMENTS)


def measure_activity(lines: pd.DataFrame, shipments: pd.DataFrame, units_of_sites: Mapping[str, frozenset[str]]) -> dict[str, SiteActivity]:
    """Return the activity of every site that has forecasts. units_of_sites: the units of measure of its forecasts."""
    ordered_units = _sum_ordered(lines)
    trips = shipments.groupby("site_id")["trip_id"].nunique() if len(shipments) else pd.Series(dtype=float)
    hours = _sum_door_hours(shipments)
    return {
        site: SiteActivity(
            units=float(ordered_units.get(site, 0.0)),
            trips=int(trips.get(site, 0)),
            door_hours=float(hours.get(site, 0.0)),
            has_several_units=len(units) > 1,
        )
        for site, units in units_of_sites.items()
    }


def _sum_ordered(lines: pd.DataFrame) -> pd.Series[float]:
    if not len(lines):
        return pd.Series(dtype=float)
    open_lines = lines[lines["status"] != "CANCELLED_CUSTOMER"] if "status" in lines else lines
    return select_lines(open_lines).groupby("site_id")["ordered_qty"].sum()


def _sum_door_hours(shipments: pd.DataFrame) -> pd.Series[float]:
    if not {"dock_in", "dock_out"} <= set(shipments.columns):
        return pd.Series(dtype=float)
    visits = shipments.drop_duplicates(["trip_id", "site_id", "dock_in", "dock_out"])
    start, end = (pd.to_datetime(visits[name], utc=True, format="ISO8601") for name in ("dock_in", "dock_out"))
    hours = (end - start).dt.total_seconds() / 3600
    return hours.where(hours >= 0, np.nan).groupby(visits["site_id"]).sum()
