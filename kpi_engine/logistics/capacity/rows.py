"""The rows of capacity as they are answered: peak, headroom, breaches, and what would be needed."""

from __future__ import annotations

from typing import Any

import numpy as np

from kpi_engine.logistics.capacity.load import Load
from kpi_engine.logistics.capacity.needs import dock_doors, full_time_equivalents, trucks_needed
from kpi_engine.logistics.inputs.columns import count, day_name, percent, total
from kpi_engine.logistics.inputs.demand import PER_UNIT
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.resources import Resource
from kpi_engine.logistics.inputs.vehicles import Vehicles
from kpi_engine.shared.arrays import Bools

QUANTILE_FIGURES = ("days_over_p90", "overflow_units_p90", "first_breach_p90", "p_breach")
FIGURES = (
    *("mean_utilisation", "peak", "peak_date", "headroom_pct", "band", "days_over", "overflow_units", "first_breach"),
    *(*QUANTILE_FIGURES, "needed"),
)


def capacity_rows(loads: list[tuple[Resource, Load | str]], vehicles: Vehicles, parameters: CapacityParameters) -> list[dict[str, Any]]:
    """One row per resource and site, in order; a resource without demand has nulls and a reason."""
    return [_row(resource, load, vehicles, parameters) for resource, load in loads]


def _row(resource: Resource, load: Load | str, vehicles: Vehicles, parameters: CapacityParameters) -> dict[str, Any]:
    name = {"resource": resource.resource, "site_id": resource.site, "vehicle_type": resource.vehicle_type or None}
    if isinstance(load, str):
        return name | {"n_days": 0} | dict.fromkeys(FIGURES) | {"days": [], "undefined": dict.fromkeys(FIGURES, load)}
    at = int(load.median.argmax())
    needed, undefined = _needed(load, vehicles, parameters)
    spread = not np.isnan(load.p90).any()
    over, over_90 = load.median > load.capacity, load.p90 > load.capacity
    row = {
        "n_days": len(load.median),
        "mean_utilisation": percent(total(load.median), total(load.capacity)),
        "peak": float(load.median[at]),
        "peak_date": day_name(load.demand.day[at]),
        "headroom_pct": _headroom(load.median[at], load.capacity[at]),
        "band": band(float(load.utilisation[at]), parameters),
        "days_over": count(over),
        "days_over_p90": count(over_90) if spread else None,
        "overflow_units": total(np.maximum(load.median - load.capacity, 0)),
        "overflow_units_p90": total(np.maximum(load.p90 - load.capacity, 0)) if spread else None,
        "first_breach": _first(load, over),
        "first_breach_p90": _first(load, over_90) if spread else None,
        "p_breach": float(load.p_breach.max()) if spread else None,
        "needed": needed,
    }
    reasons = {figure: _reason(figure, spread) for figure, value in row.items() if value is None}
    return name | row | {"days": _days(load, parameters), "undefined": reasons | undefined}


def _reason(figure: str, spread: bool) -> str:
    if figure in QUANTILE_FIGURES and not spread:
        return "no_quantiles"
    return "never_over_capacity" if figure.startswith("first_breach") else "no_capacity"


def band(utilisation: float, parameters: CapacityParameters) -> str:
    """slack below 70 %, healthy below 85, tight below 95, critical to 100, over beyond it."""
    *below, (full, critical) = parameters.bands
    for limit, name in below:
        if utilisation < limit:
            return name
    return critical if utilisation <= full else "over"


def _headroom(demand: float, capacity: float) -> float | None:
    return percent(float(capacity - demand), float(capacity))


def _first(load: Load, over: Bools) -> str | None:
    return day_name(load.demand.day[int(over.argmax())]) if over.any() else None


def _days(load: Load, parameters: CapacityParameters) -> list[dict[str, Any]]:
    rows = zip(load.demand.day, load.median, load.p90, load.capacity, load.p_breach, load.utilisation, strict=True)
    return [
        {
            "date": day_name(day),
            "demand": float(median),
            "demand_p90": None if np.isnan(p90) else float(p90),
            "capacity": float(capacity),
            "headroom_pct": _headroom(median, capacity),
            "p_breach": None if np.isnan(breach) else float(breach),
            "band": band(float(used), parameters),
        }
        for day, median, p90, capacity, breach, used in rows
    ]


def _needed(load: Load, vehicles: Vehicles, parameters: CapacityParameters) -> tuple[dict[str, int | None], dict[str, str]]:
    """Trucks and doors for the busiest day of the site's forecast, FTE for its largest volume; null where a figure is missing."""
    per_day = _trucks_per_day(load, vehicles, parameters)
    trucks = per_day if isinstance(per_day, int) else None
    per_hour = (trucks or 0) / parameters.opening_hours * parameters.peak_factor
    doors = dock_doors(per_hour, parameters.turn_minutes / 60, parameters.door_utilisation, parameters.door_contingency)
    own_rate = load.resource.units_per_hour
    rate = parameters.units_per_hour if np.isnan(own_rate) else own_rate
    staff = (parameters.productive_hours, parameters.performance, parameters.minimum_headcount)
    needed = {
        "trucks": trucks,
        "dock_doors": None if trucks is None else doors,
        "fte": full_time_equivalents(float(load.demand.median.max()), rate, *staff) if rate else None,
    }
    reasons = {"trucks": str(per_day), "dock_doors": str(per_day), "fte": "missing_columns: units_per_hour"}
    return needed, {f"needed.{name}": reasons[name] for name, value in needed.items() if value is None}


def _trucks_per_day(load: Load, vehicles: Vehicles, parameters: CapacityParameters) -> int | str:
    own = load.resource.vehicle_type
    if own not in vehicles.names and len(vehicles.names) != 1:
        return "no_vehicle_types" if not vehicles.names else "several_vehicle_types"
    capacity = vehicles.capacity[vehicles.names.index(own) if own in vehicles.names else 0, :3]
    known = ~np.isnan(capacity) & load.demand.sized
    if not known.any():
        return f"missing_columns: {', '.join(PER_UNIT)}"
    shares = load.demand.loads[:, known] / capacity[known]
    if np.isnan(shares).any():
        return f"missing_values: {', '.join(np.array(PER_UNIT)[known][np.isnan(shares).any(axis=0)])}"
    return max(trucks_needed(day.tolist(), parameters.planning_fill) for day in shares)
