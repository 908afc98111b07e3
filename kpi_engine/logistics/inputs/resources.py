"""The capacity of resources per site and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs import columns
from kpi_engine.logistics.inputs.demand import NO_SITE
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys

KEY = ["site", "resource", "vehicle_type", "day", "shift"]


@dataclass(frozen=True)
class Resource:
    """One resource of one site: its effective capacity by day, and on all other days (`standing`, NaN when there is none)."""

    site: str
    resource: str
    vehicle_type: str
    day: Ints
    capacity: Floats
    standing: float
    use_per_unit: float
    units_per_hour: float

    def on(self, days: Ints) -> Floats:
        """The capacity on each day, NaN where none is known."""
        own = dict(zip(self.day.tolist(), self.capacity.tolist(), strict=True))
        return np.array([own.get(day, self.standing) for day in days.tolist()], dtype=np.float64)


def resources_of(capacity_data: pd.DataFrame) -> tuple[list[Resource], int]:
    """The rows with a resource, and how many of them lack `rated`.

    Effective capacity = rated * availability * efficiency (each 1 when missing), shifts of a day added up. A row without valid_date holds
    on every day without a row of its own. Raises DuplicateKeys when a shift of a day occurs twice.
    """
    site = columns.texts(capacity_data, "site_id")
    given = {name: columns.numbers(capacity_data, name) for name in ("rated", "use_per_unit", "units_per_hour")}
    availability, efficiency = (np.nan_to_num(columns.numbers(capacity_data, name), nan=1.0) for name in ("availability", "efficiency"))
    read = pd.DataFrame(
        {"site": np.where(site == "", NO_SITE, site), "day": columns.days(capacity_data, "valid_date")}
        | {name: columns.texts(capacity_data, name) for name in ("resource", "vehicle_type", "shift")}
        | given
        | {"effective": given["rated"] * availability * efficiency}
    )
    named = read[read["resource"] != ""]
    held = named[named["rated"] >= 0].sort_values(KEY)
    if len(twice := held[held.duplicated(KEY)]):
        found = twice.iloc[0]
        raise DuplicateKeys(f"capacity_data holds two rows for resource {found['resource']} of site {found['site']} on one day")
    return [_resource(rows) for _, rows in held.groupby(KEY[:3], sort=True)], len(named) - len(held)


def _resource(rows: pd.DataFrame) -> Resource:
    dated = rows[rows["day"].notna()]
    standing = rows["effective"][rows["day"].isna()].to_numpy(dtype=np.float64)
    days, place = np.unique(dated["day"].to_numpy(dtype=np.int64), return_inverse=True)
    capacity = np.bincount(place, weights=dated["effective"].to_numpy(dtype=np.float64), minlength=len(days))
    first = rows.iloc[0]
    return Resource(
        site=first["site"],
        resource=first["resource"],
        vehicle_type=first["vehicle_type"],
        day=days,
        capacity=capacity.astype(np.float64),
        standing=float(standing.sum()) if len(standing) else np.nan,
        use_per_unit=float(rows["use_per_unit"].max()),
        units_per_hour=float(rows["units_per_hour"].max()),
    )
