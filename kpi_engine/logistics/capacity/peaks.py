"""Which SKUs make the day of a resource that is most likely over its capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kpi_engine.logistics.capacity.days import CapacityDay
from kpi_engine.logistics.inputs.forecasts import ForecastRows
from kpi_engine.shared.calendar import EPOCH

TOP_SKUS = 20


@dataclass(frozen=True)
class SkuLoad:
    """Units of one SKU on the peak day, and on the mean of all days. count: of how many SKUs; "others" stands for those that move less."""

    sku_id: str
    units: float
    usual_units: float
    count: int = 1


def find_peak(days: Sequence[CapacityDay]) -> CapacityDay:
    """Return the day that most likely exceeds its capacity; of equals the one with the least headroom, then the first.

    >>> one, two = (CapacityDay(date(2026, 7, day), load, None, None, 100, 100 - load, None, "") for day, load in ((20, 90), (21, 120)))
    >>> find_peak([one, two]).date.day
    21
    """
    return max(days, key=lambda day: (day.p_breach or 0.0, day.demand - day.capacity, -day.date.toordinal()))


def list_peak_loads(forecasts: ForecastRows, site: str, peak: date, days: Sequence[date]) -> list[SkuLoad]:
    """Return the SKUs of a site whose units on the peak day differ most from their mean over the days, and all others as one.

    >>> from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
    >>> import pandas as pd
    >>> rows = {"site_id": "LDS1", "sku_id": ["A", "A"], "forecast_date": ["2026-07-20", "2026-07-21"], "predicted_value": [10, 30]}
    >>> list_peak_loads(read_forecast_rows(pd.DataFrame(rows)), "LDS1", date(2026, 7, 21), [date(2026, 7, 20), date(2026, 7, 21)])
    [SkuLoad(sku_id='A', units=30.0, usual_units=20.0, count=1)]
    """
    numbers = {(day - EPOCH).days for day in days}
    rows = forecasts.frame
    rows = rows[(rows["site"] == site) & rows["day"].isin(numbers)]
    usual = rows.groupby("sku")["median"].sum() / len(numbers)
    at_peak = rows[rows["day"] == (peak - EPOCH).days].groupby("sku")["median"].sum().reindex(usual.index, fill_value=0.0)
    loads = [SkuLoad(str(sku), float(at_peak[sku]), float(usual[sku])) for sku in usual.index]
    loads.sort(key=lambda load: (-abs(load.units - load.usual_units), load.sku_id))
    top, rest = loads[:TOP_SKUS], loads[TOP_SKUS:]
    if rest:
        top.append(SkuLoad("others", sum(load.units for load in rest), sum(load.usual_units for load in rest), len(rest)))
    return top
