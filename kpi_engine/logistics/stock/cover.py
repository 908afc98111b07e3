"""Which SKUs may run out before goods that are ordered now arrive, and which lie for longer than the policy allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.checks import check_positive, check_share
from kpi_engine.logistics.inputs.forecasts import Z_90, ForecastRows
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.split_normal import SplitNormal


@dataclass(frozen=True)
class StockParameters:
    """Limits of the stock [conv].

    day_correlation: of the forecast errors of one SKU on different days, 0..1. most_cover_days: a stock for more days is too large.
    """

    day_correlation: float = 0.3
    most_cover_days: float = 90.0

    def __post_init__(self) -> None:
        check_share("stock.day_correlation", self.day_correlation)
        check_positive("stock.most_cover_days", self.most_cover_days)


@dataclass(frozen=True, kw_only=True)
class StockRow:
    """The stock of a SKU at a site beside the demand of the days that it must last. None: unknown, for the forecast has no interval.

    stock: on hand and on its way, without what may not be sold. lead_days: until goods ordered now arrive; the demand of so many days, at
    most those of the forecast. expected_short: the mean of max(0, demand - stock). empty_day: the first day at whose end the median demand
    has used the stock up. cover_days: of the mean daily demand; None without any demand.
    """

    site_id: str
    sku_id: str
    stock: float
    lead_days: int
    demand: float
    demand_p90: float | None
    expected_short: float
    empty_day: date | None
    daily_demand: float
    cover_days: float | None
    excess: float


def measure_stock(stock: pd.DataFrame, forecasts: ForecastRows, parameters: StockParameters) -> tuple[StockRow, ...]:
    """Return a row for each SKU and site with stock, lead time and forecast. stock: columns site_id, sku_id, units, lead_days.

    The deviation of a sum of days adds up as in `sum_demand`: sqrt((1 - r) * sum(s^2) + r * sum(s)^2).

    >>> from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
    >>> days = {"site_id": "LDS1", "sku_id": "A", "forecast_date": ["2026-07-20", "2026-07-21", "2026-07-22"], "predicted_value": 40}
    >>> stock = pd.DataFrame({"site_id": ["LDS1"], "sku_id": ["A"], "units": [50.0], "lead_days": [2]})
    >>> (row,) = measure_stock(stock, read_forecast_rows(pd.DataFrame(days)), StockParameters())
    >>> row.demand, row.expected_short, row.empty_day.isoformat(), row.cover_days
    (80.0, 30.0, '2026-07-21', 1.25)
    """
    groups = dict(iter(forecasts.frame.groupby(["site", "sku"], sort=False))) if len(forecasts) else {}
    rows = []
    for site, sku, units, lead_days in stock[["site_id", "sku_id", "units", "lead_days"]].itertuples(index=False):
        days = groups.get((site, sku))
        if days is not None and not (math.isnan(units) or math.isnan(lead_days)):
            rows.append(_measure_row(str(site), str(sku), float(units), int(lead_days), days.sort_values("day"), parameters))
    return tuple(sorted(rows, key=lambda row: (row.site_id, row.sku_id)))


def _measure_row(site: str, sku: str, units: float, lead_days: int, days: pd.DataFrame, parameters: StockParameters) -> StockRow:
    median = days["median"].to_numpy(dtype=np.float64)
    n_days = min(max(lead_days, 1), len(median))
    demand = float(median[:n_days].sum())
    below, above = (_add_deviations(days[name].to_numpy(dtype=np.float64)[:n_days], parameters) for name in ("below", "above"))
    daily = float(median.mean())
    is_used_up = np.cumsum(median) > units
    return StockRow(
        site_id=site,
        sku_id=sku,
        stock=units,
        lead_days=n_days,
        demand=demand,
        demand_p90=None if math.isnan(above) else demand + Z_90 * above,
        expected_short=SplitNormal(demand, below, above).mean_above(units),
        empty_day=date_of(int(days["day"].iloc[int(is_used_up.argmax())])) if is_used_up.any() else None,
        daily_demand=daily,
        cover_days=units / daily if daily else None,
        excess=max(0.0, units - parameters.most_cover_days * daily),
    )


def _add_deviations(values: np.ndarray[tuple[int], np.dtype[np.float64]], parameters: StockParameters) -> float:
    r = parameters.day_correlation
    return math.sqrt((1 - r) * float((values**2).sum()) + r * float(values.sum()) ** 2)
