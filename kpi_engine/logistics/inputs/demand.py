"""What is expected per site and day, with its spread."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs import columns
from kpi_engine.logistics.inputs.checks import interval_levels
from kpi_engine.logistics.inputs.columns import Texts, count
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys

NO_SITE = "ALL"
DEFAULT_LEVEL = 0.8
NORMAL = NormalDist()
Z_90 = NORMAL.inv_cdf(0.9)
PER_UNIT = ("kg_per_unit", "m3_per_unit", "pallets_per_unit")
SPREADS = ("below", "above")


@dataclass(frozen=True)
class Forecasts:
    """One entry per forecast row with a value, in an order that does not depend on the rows' order.

    `below`, `above`: standard deviations of the two halves of a split normal through the median and the two bounds, NaN without bounds.
    """

    frame: pd.DataFrame
    present: frozenset[str]
    missing: int


@dataclass(frozen=True)
class Demand:
    """Demand of one site and resource per day: the median, the spread below and above it, and loads (days x PER_UNIT).

    `sized`: the columns of PER_UNIT that are given for at least one row; a load is NaN on the days where one row lacks it.
    """

    day: Ints
    median: Floats
    below: Floats
    above: Floats
    loads: Floats
    sized: Bools

    def where(self, held: Bools) -> Demand:
        """Only some of the days."""
        return Demand(self.day[held], self.median[held], self.below[held], self.above[held], self.loads[held], self.sized)

    @property
    def p90(self) -> Floats:
        """The 90 % quantile."""
        return self.median + Z_90 * self.above

    def p_breach(self, capacity: Floats) -> Floats:
        """The probability of a demand above the capacity, 0..1; with no spread it is 0 or 1."""
        over = capacity - self.median
        spread = np.where(over >= 0, self.above, self.below)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(over == 0, 0.0, over / spread)
        chance = np.array([NORMAL.cdf(-value) for value in z.tolist()], dtype=np.float64)
        return np.where((spread == 0) & (over == 0), 0.0, chance)


def forecasts_of(forecast_data: pd.DataFrame) -> Forecasts:
    """Read forecast_data. Raises DuplicateKeys when a site, SKU, resource and day occur twice, and InvalidValue."""
    sku = "sku_id" if "sku_id" in forecast_data else "sku"
    read = pd.DataFrame(
        {
            "site": np.where((site := columns.texts(forecast_data, "site_id")) == "", NO_SITE, site),
            "resource": columns.texts(forecast_data, "resource"),
            "sku": columns.texts(forecast_data, sku),
            "day": columns.days(forecast_data, "forecast_date"),
            "median": columns.numbers(forecast_data, "predicted_value"),
        }
        | _spread(forecast_data)
        | {name: columns.numbers(forecast_data, name) for name in PER_UNIT}
    )
    key = ["site", "resource", "sku", "day"]
    known = read["median"].notna() & read["day"].notna()
    kept = read[known].sort_values(key)
    twice = kept[kept.duplicated(key)]
    if len(twice):
        found = twice.iloc[0]
        raise DuplicateKeys(f"forecast_data holds two rows for site {found['site']}, SKU {found['sku']}, {columns.day_name(found['day'])}")
    return Forecasts(kept, frozenset(map(str, forecast_data.columns)), count(~known.to_numpy(dtype=np.bool_)))


def _spread(forecast_data: pd.DataFrame) -> dict[str, Floats]:
    names = ("predicted_value", "confidence_lower", "confidence_upper", "interval_level")
    median, lower, upper, level = (columns.numbers(forecast_data, name) for name in names)
    interval_levels(level)
    level = np.where(np.isnan(level), DEFAULT_LEVEL, level)
    steps, place = np.unique(level, return_inverse=True)
    z = np.array([NORMAL.inv_cdf((1 + step) / 2) for step in steps.tolist()], dtype=np.float64)[place] if len(level) else level
    return {"below": np.maximum(median - lower, 0) / z, "above": np.maximum(upper - median, 0) / z}


def demand_of(forecasts: Forecasts, site: str, resource: str, correlation: float) -> Demand:
    """Add up the SKUs of a site (ALL: of every site) and, where forecasts name resources, of one resource.

    Spreads s of SKUs whose errors are correlated by r add up to sqrt((1 - r) * sum(s^2) + r * sum(s)^2).
    """
    frame = forecasts.frame
    held = np.ones(len(frame), dtype=np.bool_) if site == NO_SITE else (frame["site"] == site).to_numpy(dtype=np.bool_)
    named: Texts = frame["resource"].to_numpy(dtype=object)
    rows = frame[held & ((named == "") | (named == resource))]
    days, place = np.unique(rows["day"].to_numpy(dtype=np.float64), return_inverse=True)

    def added(values: Floats) -> Floats:
        return np.bincount(place, weights=values, minlength=len(days)).astype(np.float64)

    def spread(values: Floats) -> Floats:
        return np.sqrt((1 - correlation) * added(values**2) + correlation * added(values) ** 2)

    median = rows["median"].to_numpy(dtype=np.float64)
    below, above = (spread(rows[name].to_numpy(dtype=np.float64)) for name in SPREADS)
    sizes = [rows[name].to_numpy(dtype=np.float64) for name in PER_UNIT]
    loads, sized = np.column_stack([added(median * size) for size in sizes]), np.array([not np.isnan(size).all() for size in sizes])
    return Demand(days.astype(np.int64), added(median), below, above, loads, sized)
