"""The days of a resource: its demand, capacity, headroom and band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.logistics.arithmetic import percentage
from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.shared.calendar import date_of


@dataclass(frozen=True)
class CapacityDay:
    """One day of a resource, in its own unit; None without an interval of the forecast, headroom None without capacity."""

    date: date
    demand: float
    demand_p10: float | None
    demand_p90: float | None
    capacity: float
    headroom_pct: float | None
    p_breach: float | None
    band: str


def name_band(utilisation: float, parameters: CapacityParameters) -> str:
    """Return slack below 70 %, healthy below 85, tight below 95, critical to 100, over beyond it.

    >>> name_band(70, CapacityParameters()), name_band(100, CapacityParameters()), name_band(100.1, CapacityParameters())
    ('healthy', 'critical', 'over')
    """
    *lower_bands, (full, critical) = parameters.bands
    for limit, name in lower_bands:
        if utilisation < limit:
            return name
    return critical if utilisation <= full else "over"


def compute_headroom(demand: float, capacity: float) -> float | None:
    """Return 100 * (capacity - demand) / capacity, percent; None without capacity.

    >>> compute_headroom(1_200, 1_000), compute_headroom(10, 0)
    (-20.0, None)
    """
    return percentage(capacity - demand, capacity)


def build_days(load: ResourceLoad, parameters: CapacityParameters) -> tuple[CapacityDay, ...]:
    """Return the days of a resource, in order.

    >>> from kpi_engine.logistics.capacity.load import load_resource
    >>> from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
    >>> from kpi_engine.logistics.inputs.resources import read_resources
    >>> forecasts = read_forecast_rows(pd.DataFrame({"forecast_date": ["2026-07-20"], "predicted_value": [900]}))
    >>> (throughput,), _ = read_resources(pd.DataFrame({"resource": ["THROUGHPUT"], "rated": [1_000]}))
    >>> (day,) = build_days(load_resource(throughput, forecasts, n_sites=1, correlation=1.0), CapacityParameters())
    >>> day.headroom_pct, day.band
    (10.0, 'tight')
    """
    columns = (load.demand.days, load.median, load.p10, load.p90, load.capacity, load.p_breach, load.utilisation)
    return tuple(
        CapacityDay(
            date=date_of(int(day)),
            demand=float(median),
            demand_p10=None if np.isnan(p10) else float(p10),
            demand_p90=None if np.isnan(p90) else float(p90),
            capacity=float(capacity),
            headroom_pct=compute_headroom(float(median), float(capacity)),
            p_breach=None if np.isnan(p_breach) else float(p_breach),
            band=name_band(float(utilisation), parameters),
        )
        for day, median, p10, p90, capacity, p_breach, utilisation in zip(*columns, strict=True)
    )
