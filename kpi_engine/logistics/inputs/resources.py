"""The capacity of resources per site and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.forecasts import ALL_SITES
from kpi_engine.logistics.inputs.readable import check_days, check_numbers, check_shares
from kpi_engine.logistics.inputs.rows import find_repetition, read_quantities, read_sizes
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.columns import days_as_floats, read_days, read_texts
from kpi_engine.shared.errors import DuplicateKeys

RESOURCE_KEY = ["site", "resource", "vehicle_type"]
FRAME = "capacity_data"
NUMBERS = ("rated", "use_per_unit", "units_per_hour")
SHARES = {"availability": 1.0, "efficiency": 2.0}
"""Shares of the rated capacity and their greatest value: people may work faster than the standard, but not be there more than always."""
ROW_KEY = [*RESOURCE_KEY, "day", "shift"]


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of one site: its effective capacity on days of its own, and on all other days (NaN when there is none)."""

    site: str
    name: str
    vehicle_type: str
    days: Ints
    capacity: Floats
    other_days_capacity: float
    use_per_unit: float
    units_per_hour: float

    def capacity_on(self, days: Ints) -> Floats:
        """Return the capacity on each day, NaN where none is known."""
        by_day = dict(zip(self.days.tolist(), self.capacity.tolist(), strict=True))
        return np.array([by_day.get(day, self.other_days_capacity) for day in days.tolist()], dtype=np.float64)


def read_resources(capacity_data: pd.DataFrame) -> tuple[list[Resource], int]:
    """Read the rows with a resource; return the resources, and how many rows were left out because they lack `rated`.

    Effective capacity = rated * availability * efficiency (each 1 when missing), shifts of a day added up; negative numbers are missing.
    A row without valid_date holds on every day without a row of its own. Raises DuplicateKeys when a shift of a day occurs twice.

    >>> rows = {"resource": ["DOORS", "DOORS"], "shift": ["early", "late"], "rated": [10, 4], "availability": [0.9, None]}
    >>> (doors,), n_missing_rated = read_resources(pd.DataFrame(rows))
    >>> doors.site, doors.other_days_capacity, n_missing_rated
    ('ALL', 13.0, 0)
    """
    rows = _read_columns(capacity_data)
    rows = rows[rows["resource"] != ""]
    rows_with_rating = rows[rows["rated"] >= 0].sort_values(ROW_KEY)
    repetition = find_repetition(rows_with_rating, ROW_KEY)
    if repetition is not None:
        raise DuplicateKeys(f"capacity_data holds two rows for resource {repetition['resource']} of site {repetition['site']} on one day")
    groups = rows_with_rating.groupby(RESOURCE_KEY, sort=True)
    return [_read_resource(group) for _, group in groups], len(rows) - len(rows_with_rating)


def _read_columns(capacity_data: pd.DataFrame) -> pd.DataFrame:
    site = read_texts(capacity_data, "site_id")
    numbers = {name: read_sizes(capacity_data, name) for name in NUMBERS}
    check_numbers(FRAME, capacity_data, (*NUMBERS, *SHARES))
    check_days(FRAME, capacity_data, ("valid_date",))
    for name, highest in SHARES.items():
        check_shares(FRAME, capacity_data, name, read_quantities(capacity_data, name), highest)
    availability, efficiency = (np.nan_to_num(read_sizes(capacity_data, name), nan=1.0) for name in SHARES)
    return pd.DataFrame(
        {"site": np.where(site == "", ALL_SITES, site)}
        | {"day": days_as_floats(read_days(capacity_data, "valid_date", strict=False))}
        | {name: read_texts(capacity_data, name) for name in ("resource", "vehicle_type", "shift")}
        | numbers
        | {"effective": numbers["rated"] * availability * efficiency}
    )


def _read_resource(rows: pd.DataFrame) -> Resource:
    has_day = rows["day"].notna()
    other_days = rows["effective"][~has_day].to_numpy(dtype=np.float64)
    days, day_index = np.unique(rows["day"][has_day].to_numpy(dtype=np.int64), return_inverse=True)
    capacity = np.bincount(day_index, weights=rows["effective"][has_day].to_numpy(dtype=np.float64), minlength=len(days))
    first = rows.iloc[0]
    return Resource(
        site=first["site"],
        name=first["resource"],
        vehicle_type=first["vehicle_type"],
        days=days,
        capacity=capacity.astype(np.float64),
        other_days_capacity=float(other_days.sum()) if len(other_days) else np.nan,
        use_per_unit=float(rows["use_per_unit"].max()),
        units_per_hour=float(rows["units_per_hour"].max()),
    )
