"""The rows of capacity, one per resource: peak, headroom, breaches, and what would be needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.capacity.days import CapacityDay, build_days, compute_headroom, name_band
from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.capacity.needs import DOORS_NEEDED, FTE_NEEDED, NEED_METRICS, TRUCKS_NEEDED, Needs, Workload
from kpi_engine.logistics.capacity.overall import NO_QUANTILES
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.resources import Resource
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.logistics.metric import CONVENTION, SMALLER_IS_BETTER, LogisticsMetric, compute_figures
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.metric import ScorAttribute, Unit
from kpi_engine.shared.serialise import KEY, json_key

NEVER_OVER_CAPACITY = "never_over_capacity"
NO_CAPACITY = "no_capacity"


@dataclass(frozen=True, kw_only=True)
class CapacityRow:
    """One resource of one site; without demand every figure is None. undefined_reasons: why each None is, by the name of the figure."""

    resource: str
    site_id: str
    vehicle_type: str | None
    n_days: int = 0
    mean_utilisation: float | None = None
    peak: float | None = None
    peak_date: date | None = None
    headroom_pct: float | None = None
    band: str | None = None
    days_over: int | None = None
    days_over_p90: int | None = None
    overflow_units: float | None = None
    overflow_units_p90: float | None = None
    first_breach: date | None = None
    first_breach_p90: date | None = None
    p_breach: float | None = None
    needs: Needs | None = field(default=None, metadata=json_key("needed"))
    days: tuple[CapacityDay, ...] = ()
    undefined_reasons: Mapping[str, str] = field(metadata=json_key("undefined"))


FIGURES = tuple(entry.metadata.get(KEY, entry.name) for entry in fields(CapacityRow) if entry.default is None)


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


def build_capacity_rows(
    loads: Sequence[tuple[Resource, ResourceLoad | str]], vehicle_types: VehicleTypes, parameters: CapacityParameters
) -> tuple[CapacityRow, ...]:
    """Return one row per resource and site, in order; a resource without demand has nulls and a reason.

    >>> from kpi_engine.logistics.inputs.resources import read_resources
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> (doors,), _ = read_resources(pd.DataFrame({"resource": ["DOORS"], "rated": [8]}))
    >>> (row,) = build_capacity_rows([(doors, "no_observations")], read_vehicle_types(pd.DataFrame()), CapacityParameters())
    >>> row.peak, row.undefined_reasons["peak"]
    (None, 'no_observations')
    """
    return tuple(
        _build_empty_row(resource, load) if isinstance(load, str) else _build_row(load, vehicle_types, parameters)
        for resource, load in loads
    )


def _build_empty_row(resource: Resource, reason: str) -> CapacityRow:
    return CapacityRow(
        resource=resource.name,
        site_id=resource.site,
        vehicle_type=resource.vehicle_type or None,
        undefined_reasons=dict.fromkeys(FIGURES, reason),
    )


def _build_row(load: ResourceLoad, vehicle_types: VehicleTypes, parameters: CapacityParameters) -> CapacityRow:
    resource = load.resource
    figures = compute_figures(load, LOAD_METRICS)
    need_figures = compute_figures(Workload.of(load, vehicle_types, parameters), NEED_METRICS)
    first_breach = _find_first_day(load, load.is_over)
    first_breach_p90 = _find_first_day(load, load.is_over_p90) if load.has_p90 else None
    breach_reasons = {
        "first_breach": None if first_breach else NEVER_OVER_CAPACITY,
        "first_breach_p90": None if first_breach_p90 else NEVER_OVER_CAPACITY if load.has_p90 else NO_QUANTILES,
    }
    return CapacityRow(
        resource=resource.name,
        site_id=resource.site,
        vehicle_type=resource.vehicle_type or None,
        n_days=len(load.median),
        mean_utilisation=figures[MEAN_UTILISATION],
        peak=figures[PEAK],
        peak_date=date_of(int(load.demand.days[load.peak])),
        headroom_pct=figures[HEADROOM],
        band=name_band(float(load.utilisation[load.peak]), parameters),
        days_over=figures[DAYS_OVER],
        days_over_p90=figures[DAYS_OVER_P90],
        overflow_units=figures[OVERFLOW],
        overflow_units_p90=figures[OVERFLOW_P90],
        first_breach=first_breach,
        first_breach_p90=first_breach_p90,
        p_breach=figures[P_BREACH],
        needs=Needs(need_figures[TRUCKS_NEEDED], need_figures[DOORS_NEEDED], need_figures[FTE_NEEDED]),
        days=build_days(load, parameters),
        undefined_reasons={
            **figures.undefined_reasons,
            **{name: reason for name, reason in breach_reasons.items() if reason},
            **need_figures.undefined_reasons,
        },
    )


def _find_first_day(load: ResourceLoad, mask: Bools) -> date | None:
    return date_of(int(load.demand.days[int(mask.argmax())])) if mask.any() else None
