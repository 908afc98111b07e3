"""Trucks, doors and people that a demand needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.inputs.forecasts import PER_UNIT
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.logistics.metric import CONVENTION, LogisticsMetric
from kpi_engine.shared.metric import ScorAttribute, Unit

ROUNDING = 1e-9
"""A quotient that is a whole number in theory may end in ...0001 in floating point; it needs no further truck."""
PLANNING_GUIDES = "Ratio as published in warehouse planning guides; parameters: a convention of this project"


@dataclass(frozen=True)
class Needs:
    """Trucks and doors for the busiest day of the site's forecast, FTE for its largest volume; None where a figure is missing."""

    trucks: int | None
    dock_doors: int | None
    fte: int | None


@dataclass(frozen=True, eq=False)
class Workload:
    """A load with what is needed to plan for it. trucks_per_day: on the busiest day, or the reason why it is unknown."""

    load: ResourceLoad
    parameters: CapacityParameters
    trucks_per_day: int | str

    @classmethod
    def of(cls, load: ResourceLoad, vehicle_types: VehicleTypes, parameters: CapacityParameters) -> Workload:
        """Return the workload of a resource, with the vehicle type that it names or the only one."""
        return cls(load, parameters, trucks_per_day=_count_trucks_per_day(load, vehicle_types, parameters))

    @property
    def units_per_hour(self) -> float | None:
        """The resource's own rate, else that of the parameters."""
        rate = self.load.resource.units_per_hour
        return self.parameters.units_per_hour if np.isnan(rate) else rate

    def count_trucks(self) -> int | None:
        """Return the trucks of the busiest day, None where they are unknown."""
        return None if isinstance(self.trucks_per_day, str) else self.trucks_per_day

    def count_dock_doors(self) -> int | None:
        """Return the doors for the trucks in the busiest hour, None where the trucks are unknown."""
        trucks, parameters = self.count_trucks(), self.parameters
        if trucks is None:
            return None
        per_hour = trucks / parameters.opening_hours * parameters.peak_factor
        return count_dock_doors(per_hour, parameters.turn_minutes / 60, parameters.door_utilisation, parameters.door_contingency)

    def count_fte(self) -> int | None:
        """Return the people for the largest volume, None without units_per_hour."""
        if self.units_per_hour is None or self.units_per_hour <= 0:
            return None
        units, parameters = float(self.load.demand.median.max()), self.parameters
        hours, performance = parameters.productive_hours, parameters.performance
        return count_full_time_equivalents(units, self.units_per_hour, hours, performance, parameters.minimum_headcount)


def count_trucks(shares: Sequence[float], planning_fill: float) -> int:
    """Return ceil(max(kg / payload, m3 / volume, pallets / positions) / planning fill); `shares` are these quotients.

    >>> count_trucks([3.0, 2.4, 1.1], planning_fill=0.9)
    4
    """
    return _round_up(max(shares) / planning_fill)


def count_dock_doors(trucks_per_hour: float, turn_hours: float, utilisation: float, contingency: float = 0.0) -> int:
    """Return ceil(peak trucks per hour * turn hours / target utilisation * (1 + contingency)).

    Source: Little's law, at a target utilisation.

    >>> count_dock_doors(54 / 16 * 1.25, turn_hours=0.75, utilisation=0.75)
    5
    """
    return _round_up(trucks_per_hour * turn_hours / utilisation * (1 + contingency))


def count_full_time_equivalents(units: float, units_per_hour: float, productive_hours: float, performance: float, minimum: int = 0) -> int:
    """Return ceil(units / (units per hour * productive hours * performance)), never below the head-count that covers the peak.

    >>> count_full_time_equivalents(12_000, units_per_hour=80, productive_hours=7.5, performance=0.85)
    24
    """
    return max(minimum, _round_up(units / (units_per_hour * productive_hours * performance)))


def _round_up(quotient: float) -> int:
    return max(0, math.ceil(quotient - ROUNDING))


def _count_trucks_per_day(load: ResourceLoad, vehicle_types: VehicleTypes, parameters: CapacityParameters) -> int | str:
    own_type, names = load.resource.vehicle_type, vehicle_types.names
    if own_type not in names and len(names) != 1:
        return "several_vehicle_types" if names else "no_vehicle_types"
    capacity = vehicle_types.capacity[names.index(own_type) if own_type in names else 0, : len(PER_UNIT)]
    is_known = ~np.isnan(capacity) & load.demand.has_size
    if not is_known.any():
        return f"missing_columns: {', '.join(PER_UNIT)}"
    shares = load.demand.loads[:, is_known] / capacity[is_known]
    has_gap = np.isnan(shares).any(axis=0)
    if has_gap.any():
        return f"missing_values: {', '.join(np.array(PER_UNIT)[is_known][has_gap])}"
    return max(count_trucks(day.tolist(), parameters.planning_fill) for day in shares)


def _need_metric(
    name: str,
    title: str,
    formula: str,
    *,
    key: str,
    sign: str,
    zero_policy: str,
    source: str,
    compute: Callable[[Workload], int | None],
    explain: Callable[[Workload], str],
) -> LogisticsMetric[Workload, int | None]:
    return LogisticsMetric(
        name=f"capacity_{name}_needed",
        title=title,
        path=f"capacity[].needed.{key}",
        formula=formula,
        unit=Unit.COUNT,
        sign=sign,
        zero_policy=zero_policy,
        source=source,
        scor=ScorAttribute.ASSETS,
        compute=compute,
        explain=explain,
        undefined_path=f"needed.{key}",
    )


TRUCKS_NEEDED = _need_metric(
    "trucks",
    "Trucks needed",
    "ceil(max(kg / payload, m3 / volume, pallets / positions)) at the peak, each vehicle filled to 0.9",
    key="trucks",
    sign="more trucks are needed",
    zero_policy="null when the sizes of a unit or of the vehicle are not known",
    source=CONVENTION,
    compute=Workload.count_trucks,
    explain=lambda work: str(work.trucks_per_day),
)
DOORS_NEEDED = _need_metric(
    "doors",
    "Dock doors needed",
    "ceil(trucks in the peak hour * turn hours / target utilisation)",
    key="dock_doors",
    sign="more doors are needed",
    zero_policy="null when the trucks are not known",
    source=PLANNING_GUIDES,
    compute=Workload.count_dock_doors,
    explain=lambda work: str(work.trucks_per_day),
)
FTE_NEEDED = _need_metric(
    "fte",
    "Full-time equivalents needed",
    "ceil(units / (units per hour * productive hours * performance)) at the peak",
    key="fte",
    sign="more people are needed",
    zero_policy="null without units_per_hour",
    source=PLANNING_GUIDES,
    compute=Workload.count_fte,
    explain=lambda _: "missing_columns: units_per_hour",
)
NEED_METRICS = (TRUCKS_NEEDED, DOORS_NEEDED, FTE_NEEDED)
