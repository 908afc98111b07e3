"""The panel: every series' daily demand side by side, one row per series and one column per day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast_engine.errors import InvalidDemand
from kpi_engine.shared.arrays import Bools, Floats, Ints

COLUMNS = ("site_id", "sku_id", "demand_date", "demand", "stockout")


class SeriesKey(NamedTuple):
    """What is forecast: one SKU at one site."""

    site_id: str
    sku_id: str


@dataclass(frozen=True, eq=False)
class Panel:
    """Daily demand of N series over T consecutive days.

    values: (N, T) float64 in units of demand, NaN = not known (out of stock, or before the series' first demand).
    first_day: the day of column 0. series: N keys, in the order of the rows.
    """

    values: Floats
    first_day: date
    series: tuple[SeriesKey, ...]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len(self.values) != len(self.series):
            raise InvalidDemand(
                f"a panel of {len(self.series)} series needs values of shape ({len(self.series)}, days), not {self.values.shape}"
            )

    @property
    def days(self) -> int:
        """T, the number of columns."""
        return int(self.values.shape[1])

    @property
    def last_day(self) -> date:
        """The last day the panel knows: the origin of a forecast made from it."""
        return self.first_day + timedelta(days=self.days - 1)

    def until(self, last_day: date) -> Panel:
        """The panel as it stood at the end of `last_day`; later days are gone, not masked."""
        keep = (last_day - self.first_day).days + 1
        if not 0 < keep <= self.days:
            raise InvalidDemand(f"the panel covers {self.first_day} to {self.last_day}; it cannot be cut at {last_day}")
        return Panel(self.values[:, :keep], self.first_day, self.series)

    def select(self, chosen: Bools) -> Panel:
        """The series where `chosen` (N,) is true."""
        kept = tuple(key for key, keep in zip(self.series, chosen, strict=True) if keep)
        return Panel(self.values[chosen], self.first_day, kept)


def panel_of(demand: pd.DataFrame, last_day: date) -> Panel:
    """Arrange a long frame as a panel that ends on `last_day`; series sorted by site, then SKU.

    demand: columns site_id, sku_id, demand_date (date or datetime), demand (units), stockout (bool). Days without a row, days out of
    stock and days before a series' first demand are not known. Raises InvalidDemand naming the series and day at fault.
    """
    _check(demand, last_day)
    row, series = _rows(demand)
    day = pd.to_datetime(demand["demand_date"]).to_numpy().astype("datetime64[D]")
    first_day = day.min()
    column = (day - first_day).astype(np.int64)
    days = int((np.datetime64(last_day, "D") - first_day).astype(np.int64)) + 1
    _refuse_repeated_days(row, column, (len(series), days), demand)
    values = np.full((len(series), days), np.nan)
    values[row, column] = np.where(demand["stockout"].to_numpy(dtype=bool), np.nan, demand["demand"].to_numpy(dtype=np.float64))
    return Panel(from_first_demand(values), first_day.astype(date), series)


def from_first_demand(values: Floats) -> Floats:
    """Forget the days before each row's first positive value; a row without any is forgotten whole."""
    sold_yet = np.logical_or.accumulate(values > 0, axis=1)
    return np.where(sold_yet, values, np.nan)


def _rows(demand: pd.DataFrame) -> tuple[Ints, tuple[SeriesKey, ...]]:
    """Number the series 0..N-1: the row of each line of the frame, and the keys in order."""
    site, sites = pd.factorize(demand["site_id"], sort=True)
    sku, skus = pd.factorize(demand["sku_id"], sort=True)
    row, pairs = pd.factorize(site.astype(np.int64) * len(skus) + sku, sort=True)
    keys = (SeriesKey(str(sites[pair // len(skus)]), str(skus[pair % len(skus)])) for pair in np.asarray(pairs).tolist())
    return row.astype(np.int64), tuple(keys)


def _check(demand: pd.DataFrame, last_day: date) -> None:
    missing = [name for name in COLUMNS if name not in demand.columns]
    if missing:
        raise InvalidDemand(f"the demand frame lacks {', '.join(missing)}; it has {', '.join(map(str, demand.columns))}")
    if demand.empty:
        raise InvalidDemand("the demand frame has no rows; a panel needs at least one series and one day")
    if demand[["site_id", "sku_id", "demand_date"]].isna().to_numpy().any():
        raise InvalidDemand("site_id, sku_id and demand_date must not be blank in the demand frame")
    amount = demand["demand"].to_numpy(dtype=np.float64)
    late = pd.to_datetime(demand["demand_date"]).to_numpy() > np.datetime64(last_day)
    _refuse(demand, (amount < 0) | np.isinf(amount), "demand must be a finite number >= 0")
    _refuse(demand, late, f"demand_date must not be after {last_day}, the last day the forecast may see")


def _refuse(demand: pd.DataFrame, faulty: Bools, rule: str) -> None:
    if faulty.any():
        example = demand.loc[faulty, list(COLUMNS)].iloc[0].to_dict()
        raise InvalidDemand(f"{rule}; {int(faulty.sum())} rows break this, the first is {example}")


def _refuse_repeated_days(row: Ints, column: Ints, shape: tuple[int, int], demand: pd.DataFrame) -> None:
    filled = np.zeros(shape, dtype=bool)
    filled[row, column] = True
    if filled.sum() < len(demand):
        line = demand.loc[pd.DataFrame({"row": row, "column": column}).duplicated().to_numpy()].iloc[0]
        where = f"{line['site_id']}/{line['sku_id']} has several on {pd.Timestamp(line['demand_date']).date()}"
        raise InvalidDemand(f"a series may have one row per day; {where} ({len(demand) - int(filled.sum())} rows too many in all)")
