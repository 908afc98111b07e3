"""The visits of vehicles to a site, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.shared.arrays import Floats

VISIT_KEY = ["trip_id", "site_id", "gate_in", "gate_out"]


VISIT_COLUMNS = [*VISIT_KEY, "dock_in", "dock_out", "door_id", "carrier_id", "gate_in_hour"]


@dataclass(frozen=True, eq=False)
class DwellTimes:
    """The minutes that each visit took, and how many of them are free."""

    minutes: Floats
    free_minutes: float

    @property
    def detention(self) -> Floats:
        """The minutes beyond the free time."""
        return np.maximum(self.minutes - self.free_minutes, 0)


@dataclass(frozen=True, eq=False)
class Visits:
    """One entry per visit: its times and places, and its minutes, NaN where a gate time is missing."""

    frame: pd.DataFrame
    minutes: Floats


def list_visits(shipments: Shipments) -> Visits:
    """Return the visits of the trips: the same trip at the same site at the same times is one.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> rows = {"shipment_id": ["S1", "S2"], "trip_id": "T1", "gate_in": "2026-07-20T09:00", "gate_out": "2026-07-20T10:30"}
    >>> list_visits(read_shipments(pd.DataFrame(rows), read_vehicle_types(pd.DataFrame()))).minutes.tolist()
    [90.0]
    """
    visits = shipments.frame.assign(trip_id=shipments.trip)[VISIT_COLUMNS].sort_values(VISIT_COLUMNS)
    visits = visits[~visits.duplicated(VISIT_KEY)]
    return Visits(visits, (visits["gate_out"] - visits["gate_in"]).to_numpy(dtype=np.float64))
