"""Parameters of a company: tolerances, weights, targets. Every default carries its source; [conv] marks a convention of this project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from kpi_engine.logistics.inputs.checks import (
    check_at_least,
    check_choice,
    check_count,
    check_day,
    check_limits,
    check_percent,
    check_positive,
    check_share,
    is_number,
)
from kpi_engine.shared.errors import InvalidValue

Level = Literal["order", "line", "case"]
DateBasis = Literal["requested", "first_promise", "last_confirmed"]
FillBasis = Literal["original_qty", "final_qty"]


@dataclass(frozen=True)
class OtifParameters:
    """The four parameters of on time in full; there is no single public standard, so the report repeats them.

    `early_tolerance_days` None forbids no early delivery. `as_of`: the last known day, by which an undelivered line is late or still open;
    None takes the newest day in the data, for the engine has no clock.
    """

    level: Level = "order"
    date_basis: DateBasis = "requested"
    early_tolerance_days: int | None = None
    late_tolerance_days: int = 0
    quantity_tolerance_percent: float = 0.0
    as_of: date | None = None

    def __post_init__(self) -> None:
        check_choice("otif.level", self.level, get_args(Level))
        check_choice("otif.date_basis", self.date_basis, get_args(DateBasis))
        check_count("otif.early_tolerance_days", 0 if self.early_tolerance_days is None else self.early_tolerance_days)
        check_count("otif.late_tolerance_days", self.late_tolerance_days)
        check_percent("otif.quantity_tolerance_percent", self.quantity_tolerance_percent)
        check_day("otif.as_of", self.as_of)


@dataclass(frozen=True)
class TransportParameters:
    """Trucks: below `low_percent` a trip is poorly filled; above `quarantine_percent` it is taken for wrong data [conv].

    `shift_days`: by how many days a shipment may move in the plan. `search_rounds`: how often the plan is improved before it is left.
    """

    low_percent: float = 60.0
    quarantine_percent: float = 110.0
    shift_days: int = 0
    search_rounds: int = 40

    def __post_init__(self) -> None:
        check_at_least("transport.low_percent", self.low_percent, 0)
        check_at_least("transport.quarantine_percent", self.quarantine_percent, 100)
        check_count("transport.shift_days", self.shift_days)
        check_count("transport.search_rounds", self.search_rounds)


@dataclass(frozen=True)
class DwellParameters:
    """Free time at the site before detention is counted: two hours, as carriers and shippers mostly agree (US DOT OIG ST2018019)."""

    free_minutes: float = 120.0

    def __post_init__(self) -> None:
        check_at_least("dwell.free_minutes", self.free_minutes, 0)


@dataclass(frozen=True)
class CostParameters:
    """`rates` give the value of one unit of a currency in `currency`; without them money of several currencies is never added.

    `baseline_per_unit`: the cost per unit to compare with; None leaves the cost out of the grade.
    """

    currency: str | None = None
    rates: tuple[tuple[str, float], ...] = ()
    baseline_per_unit: float | None = None

    def __post_init__(self) -> None:
        for currency, rate in self.rates:
            check_positive(f"cost.rates of {currency}", rate)
        check_positive("cost.baseline_per_unit", 1 if self.baseline_per_unit is None else self.baseline_per_unit)


@dataclass(frozen=True)
class CapacityParameters:
    """Planning of trucks, doors and people.

    `planning_fill`: how full a planned truck gets. `correlation` of the forecast errors of SKUs, 0..1: 1 adds the quantiles of SKUs,
    which never understates the risk. Doors: one in use `door_utilisation` of the time, `turn_minutes` per truck, the busiest hour
    `peak_factor` times the average one. FTE: `productive_hours` of a shift at `performance` of the standard; `units_per_hour` has no
    default, for a rate nobody measured would be invented. Bands in percent of the effective capacity. All [conv].
    """

    planning_fill: float = 0.9
    correlation: float = 1.0
    opening_hours: float = 16.0
    peak_factor: float = 1.25
    turn_minutes: float = 45.0
    door_utilisation: float = 0.75
    door_contingency: float = 0.0
    units_per_hour: float | None = None
    productive_hours: float = 7.5
    performance: float = 0.85
    minimum_headcount: int = 0
    bands: tuple[tuple[float, str], ...] = ((70, "slack"), (85, "healthy"), (95, "tight"), (100, "critical"))
    balanced_percent: tuple[float, float] = (70.0, 95.0)

    def __post_init__(self) -> None:
        check_share("capacity.correlation", self.correlation)
        for name in ("planning_fill", "opening_hours", "peak_factor", "turn_minutes", "door_utilisation"):
            check_positive(f"capacity.{name}", getattr(self, name))
        for name in ("productive_hours", "performance"):
            check_positive(f"capacity.{name}", getattr(self, name))
        check_at_least("capacity.door_contingency", self.door_contingency, 0)
        check_positive("capacity.units_per_hour", 1 if self.units_per_hour is None else self.units_per_hour)
        check_count("capacity.minimum_headcount", self.minimum_headcount)
        check_limits("capacity.bands", [limit for limit, _ in self.bands], is_rising=True)
        check_limits("capacity.balanced_percent", self.balanced_percent, is_rising=True)


@dataclass(frozen=True)
class Component:
    """One part of the efficiency score: 0 points at `floor`, 100 at `target`, straight between. Less is better when the target is lower."""

    name: str
    weight: float
    floor: float
    target: float
    unit: str

    def __post_init__(self) -> None:
        check_at_least(f"weight of {self.name}", self.weight, 0)
        for end, value in (("floor", self.floor), ("target", self.target)):
            if not is_number(value):
                raise InvalidValue(f"{end} of {self.name} is {value!r}: write a number")
        if self.floor == self.target:
            raise InvalidValue(f"floor and target of {self.name} are both {self.floor}: write two different values")


@dataclass(frozen=True)
class GradeParameters:
    """Weights, floors and targets of the efficiency score, and where the grades begin [conv]."""

    components: tuple[Component, ...] = (
        Component("otif", 25, 80, 98, "percent"),
        Component("unit_fill", 15, 90, 99, "percent"),
        Component("truck_utilization", 20, 50, 90, "percent"),
        Component("capacity_balance", 10, 0, 100, "percent"),
        Component("accuracy", 15, 50, 90, "percent"),
        Component("dwell_p90", 10, 180, 60, "minutes"),
        Component("cost_per_unit", 5, 20, -5, "percent over baseline"),
    )
    grades: tuple[tuple[float, str], ...] = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))
    lowest_grade: str = "F"
    minimum_coverage: float = 60.0

    def __post_init__(self) -> None:
        names = [component.name for component in self.components]
        repetitions = sorted({name for name in names if names.count(name) > 1})
        if repetitions:
            raise InvalidValue(f"grade.components holds {repetitions[0]} twice: write each component once")
        check_limits("grade.grades", [lowest for lowest, _ in self.grades], is_rising=False)
        check_percent("grade.minimum_coverage", self.minimum_coverage)


@dataclass(frozen=True)
class LogisticsParameters:
    """Everything that can be set on the logistics engine."""

    fill_basis: FillBasis = "original_qty"
    otif: OtifParameters = field(default_factory=OtifParameters)
    transport: TransportParameters = field(default_factory=TransportParameters)
    dwell: DwellParameters = field(default_factory=DwellParameters)
    cost: CostParameters = field(default_factory=CostParameters)
    capacity: CapacityParameters = field(default_factory=CapacityParameters)
    grade: GradeParameters = field(default_factory=GradeParameters)

    def __post_init__(self) -> None:
        check_choice("fill_basis", self.fill_basis, get_args(FillBasis))
