"""The forecast rows, and the demand that they add up to per site and day, with its deviation."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from kpi_engine.logistics.arithmetic import count_true
from kpi_engine.logistics.inputs.checks import check_interval_levels
from kpi_engine.logistics.inputs.readable import check_days, check_numbers
from kpi_engine.logistics.inputs.rows import Rows, find_repetition, name_columns, read_quantities
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.columns import days_as_floats, read_days, read_texts
from kpi_engine.shared.errors import DuplicateKeys

ALL_SITES = "ALL"
DEFAULT_LEVEL = 0.8
NORMAL = NormalDist()
Z_90 = NORMAL.inv_cdf(0.9)
PER_UNIT = ("kg_per_unit", "m3_per_unit", "pallets_per_unit")
FRAME = "forecast_data"
NUMBERS = ("predicted_value", "confidence_lower", "confidence_upper", "interval_level", *PER_UNIT)
KEY = ["site", "resource", "sku", "day"]


@dataclass(frozen=True, eq=False)
class ForecastRows(Rows):
    """One entry per forecast row with a value, in an order that does not depend on the rows' order.

    Numbers: day, median, below, above, PER_UNIT; texts: site, resource, sku. `below` and `above` are standard deviations of the two halves
    of a split normal through the median and the two bounds, NaN without bounds. n_missing: rows without a value or a date.
    """

    n_missing: int


@dataclass(frozen=True, eq=False)
class ExpectedDemand:
    """Demand of one site and resource per day: the median, the deviation below and above it, and loads (days x PER_UNIT).

    has_size: the columns of PER_UNIT that at least one row has; a load is NaN on the days where one row lacks it.
    """

    days: Ints
    median: Floats
    below: Floats
    above: Floats
    loads: Floats
    has_size: Bools

    def select(self, mask: Bools) -> ExpectedDemand:
        """Return the demand of some of the days."""
        return ExpectedDemand(
            self.days[mask], self.median[mask], self.below[mask], self.above[mask], self.loads[mask], has_size=self.has_size
        )

    @property
    def p10(self) -> Floats:
        """The 10 % quantile."""
        return self.median - Z_90 * self.below

    @property
    def p90(self) -> Floats:
        """The 90 % quantile."""
        return self.median + Z_90 * self.above

    def breach_probability(self, capacity: Floats) -> Floats:
        """Return the probability of a demand above the capacity, 0..1; with no deviation it is 0 or 1, NaN where it is unknown."""
        headroom = capacity - self.median
        deviation = np.where(headroom >= 0, self.above, self.below)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(headroom == 0, 0.0, headroom / deviation)
        probability = np.array([NORMAL.cdf(-value) for value in z.tolist()], dtype=np.float64)
        probability = np.where((deviation == 0) & (headroom == 0), 0.0, probability)
        return np.where(np.isnan(deviation), np.nan, probability)


def read_forecast_rows(forecast_data: pd.DataFrame) -> ForecastRows:
    """Read forecast_data. Raises DuplicateKeys when a site, SKU, resource and day occur twice, and InvalidValue.

    >>> rows = {"forecast_date": ["2026-07-20", None], "predicted_value": [900, 950], "confidence_upper": [1_000, 1_000]}
    >>> forecasts = read_forecast_rows(pd.DataFrame(rows))
    >>> forecasts.number("median").tolist(), forecasts.number("above").round(2).tolist(), forecasts.n_missing
    ([900.0], [78.03], 1)
    """
    check_numbers(FRAME, forecast_data, NUMBERS)
    check_days(FRAME, forecast_data, ("forecast_date",))
    site = read_texts(forecast_data, "site_id")
    rows = pd.DataFrame(
        {
            "site": np.where(site == "", ALL_SITES, site),
            "resource": read_texts(forecast_data, "resource"),
            "sku": read_texts(forecast_data, "sku_id" if "sku_id" in forecast_data else "sku"),
            "day": days_as_floats(read_days(forecast_data, "forecast_date", strict=False)),
            "median": read_quantities(forecast_data, "predicted_value"),
        }
        | _read_spreads(forecast_data)
        | {name: read_quantities(forecast_data, name) for name in PER_UNIT}
    )
    is_usable = rows["median"].notna() & rows["day"].notna()
    usable_rows = rows[is_usable].sort_values(KEY)
    repetition = find_repetition(usable_rows, KEY)
    if repetition is not None:
        day = date_of(int(repetition["day"]))
        raise DuplicateKeys(f"forecast_data holds two rows for site {repetition['site']}, SKU {repetition['sku']}, {day}")
    return ForecastRows(usable_rows, name_columns(forecast_data), n_missing=count_true(~is_usable.to_numpy(dtype=np.bool_)))


def _read_spreads(forecast_data: pd.DataFrame) -> dict[str, Floats]:
    names = ("predicted_value", "confidence_lower", "confidence_upper", "interval_level")
    median, lower, upper, level = (read_quantities(forecast_data, name) for name in names)
    check_interval_levels(level)
    level = np.where(np.isnan(level), DEFAULT_LEVEL, level)
    levels, level_index = np.unique(level, return_inverse=True)
    z = np.array([NORMAL.inv_cdf((1 + one) / 2) for one in levels.tolist()], dtype=np.float64)[level_index] if len(level) else level
    return {"below": np.maximum(median - lower, 0) / z, "above": np.maximum(upper - median, 0) / z}


def sum_demand(forecasts: ForecastRows, site: str, resource: str, correlation: float) -> ExpectedDemand:
    """Add up the SKUs of a site (ALL_SITES: of every site) and, where forecasts name resources, of one resource.

    Spreads s of SKUs whose errors are correlated by r add up to sqrt((1 - r) * sum(s^2) + r * sum(s)^2).

    >>> rows = {"forecast_date": ["2026-07-20", "2026-07-20"], "sku_id": ["A", "B"], "predicted_value": [900, 50]}
    >>> sum_demand(read_forecast_rows(pd.DataFrame(rows)), ALL_SITES, "THROUGHPUT", correlation=1.0).median.tolist()
    [950.0]
    """
    in_site = np.ones(len(forecasts), dtype=np.bool_) if site == ALL_SITES else np.asarray(forecasts.text("site") == site, dtype=np.bool_)
    resources = forecasts.text("resource")
    rows = forecasts.frame[in_site & ((resources == "") | (resources == resource))]
    days, day_index = np.unique(rows["day"].to_numpy(dtype=np.float64), return_inverse=True)
    columns = {name: rows[name].to_numpy(dtype=np.float64) for name in ("median", "below", "above", *PER_UNIT)}

    def add(values: Floats) -> Floats:
        return np.bincount(day_index, weights=values, minlength=len(days)).astype(np.float64)

    def add_spreads(values: Floats) -> Floats:
        return np.sqrt((1 - correlation) * add(values**2) + correlation * add(values) ** 2)

    return ExpectedDemand(
        days=days.astype(np.int64),
        median=add(columns["median"]),
        below=add_spreads(columns["below"]),
        above=add_spreads(columns["above"]),
        loads=np.column_stack([add(columns["median"] * columns[name]) for name in PER_UNIT]),
        has_size=np.array([not np.isnan(columns[name]).all() for name in PER_UNIT]),
    )
