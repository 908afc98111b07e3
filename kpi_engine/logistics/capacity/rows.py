"""The rows of capacity, one per resource: peak, headroom, breaches, and what would be needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from kpi_engine.logistics.capacity.days import CapacityDay, build_days, name_band
from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.capacity.needs import DOORS_NEEDED, FTE_NEEDED, NEED_METRICS, TRUCKS_NEEDED, Needs, Workload
from kpi_engine.logistics.capacity.overall import NO_QUANTILES
from kpi_engine.logistics.capacity.row_metrics import (
    DAYS_OVER,
    DAYS_OVER_P90,
    HEADROOM,
    LOAD_METRICS,
    MEAN_UTILISATION,
    OVERFLOW,
    OVERFLOW_P90,
    P_BREACH,
    PEAK,
)
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.resources import Resource
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.logistics.metric import compute_figures
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.serialise import KEY, json_key

NEVER_OVER_CAPACITY = "never_over_capacity"


@dataclass(frozen=True, kw_only=True)
class CapacityRow:
    """One resource of one site; without demand every figure is None. undefined_reasons: why each None is, by the name of the figure.

    band: of the day on which it is used most, which may be another than that of the peak, where less capacity is there.
    """

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
        band=name_band(float(load.utilisation.max()), parameters),
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
