"""The metrics of one resource."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.capacity.days import compute_headroom
from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.capacity.needs import NEED_METRICS
from kpi_engine.logistics.capacity.overall import NO_QUANTILES
from kpi_engine.logistics.metric import CONVENTION, SMALLER_IS_BETTER, LogisticsMetric
from kpi_engine.shared.metric import ScorAttribute, Unit

NO_CAPACITY = "no_capacity"


def _row_metric(
    key: str,
    title: str,
    formula: str,
    unit: Unit,
    compute: Callable[[ResourceLoad], float | None],
    *,
    name: str | None = None,
    sign: str = SMALLER_IS_BETTER,
    zero_policy: str = "0, never left out",
    scor: ScorAttribute = ScorAttribute.ASSETS,
    reason: str = NO_CAPACITY,
) -> LogisticsMetric[ResourceLoad, float | None]:
    return LogisticsMetric(
        name=name or f"capacity_{key}",
        title=title,
        path=f"capacity[].{key}",
        formula=formula,
        unit=unit,
        sign=sign,
        zero_policy=zero_policy,
        source=CONVENTION,
        scor=scor,
        compute=compute,
        reason=reason,
        undefined_path=key,
    )


def _days_metric(
    key: str,
    title: str,
    formula: str,
    compute: Callable[[ResourceLoad], int | None],
    *,
    zero_policy: str = "0, never left out",
    reason: str = NO_CAPACITY,
) -> LogisticsMetric[ResourceLoad, int | None]:
    return LogisticsMetric(
        name=f"resource_{key}",
        title=title,
        path=f"capacity[].{key}",
        formula=formula,
        unit=Unit.DAYS,
        sign=SMALLER_IS_BETTER,
        zero_policy=zero_policy,
        source=CONVENTION,
        scor=ScorAttribute.ASSETS,
        compute=compute,
        reason=reason,
        undefined_path=key,
    )


MEAN_UTILISATION = _row_metric(
    "mean_utilisation",
    "Mean utilisation of a resource",
    "100 * sum(demand) / sum(effective capacity) over the days, effective = rated * availability * efficiency",
    Unit.PERCENT,
    lambda load: percentage(sum_exactly(load.median), sum_exactly(load.capacity)),
    sign="70 to 85 is healthy; above 100 is over capacity",
    zero_policy="null with its reason in the row without a day or when the capacity of all days is zero",
)
PEAK = _row_metric(
    "peak",
    "Peak demand on a resource",
    "largest daily demand, in the resource's unit; peak_date says when",
    Unit.UNITS,
    lambda load: float(load.median[load.peak]),
    sign="larger needs more capacity",
    zero_policy="null without a day",
)
HEADROOM = _row_metric(
    "headroom_pct",
    "Headroom at the peak",
    "100 * (capacity - demand) / capacity on the day of the peak",
    Unit.PERCENT,
    lambda load: compute_headroom(float(load.median[load.peak]), float(load.capacity[load.peak])),
    name="capacity_headroom",
    sign="negative: over capacity",
    zero_policy="null when the capacity of that day is zero or unknown",
)
DAYS_OVER = _days_metric(
    "days_over", "Days over capacity", "days with P50 demand above the effective capacity", lambda load: count_true(load.is_over)
)
DAYS_OVER_P90 = _days_metric(
    "days_over_p90",
    "Days over capacity at P90",
    "days with P90 demand above the effective capacity",
    lambda load: count_true(load.is_over_p90) if load.has_p90 else None,
    zero_policy="null when the forecast has no P90",
    reason=NO_QUANTILES,
)
OVERFLOW = _row_metric(
    "overflow_units",
    "Overflow",
    "sum max(0, demand - capacity) over the days",
    Unit.UNITS,
    lambda load: sum_exactly(np.maximum(load.median - load.capacity, 0)),
    name="capacity_overflow",
)
OVERFLOW_P90 = _row_metric(
    "overflow_units_p90",
    "Overflow at P90",
    "sum max(0, P90 demand - capacity) over the days",
    Unit.UNITS,
    lambda load: sum_exactly(np.maximum(load.p90 - load.capacity, 0)) if load.has_p90 else None,
    name="capacity_overflow_p90",
    zero_policy="null when the forecast has no P90",
    reason=NO_QUANTILES,
)
P_BREACH = _row_metric(
    "p_breach",
    "Breach probability",
    "largest daily probability that demand exceeds capacity, from the quantiles of the forecast",
    Unit.RATIO,
    lambda load: float(load.p_breach.max()) if load.has_p_breach else None,
    zero_policy="null when the forecast has no interval",
    scor=ScorAttribute.AGILITY,
    reason=NO_QUANTILES,
)
LOAD_METRICS = (MEAN_UTILISATION, PEAK, HEADROOM, DAYS_OVER, DAYS_OVER_P90, OVERFLOW, OVERFLOW_P90, P_BREACH)
METRICS = (*LOAD_METRICS, *NEED_METRICS)
