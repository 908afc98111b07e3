"""Every limit of the parameters: the last value that is accepted, the first that is refused, and the name in the error."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from kpi_engine.logistics.inputs import checks
from kpi_engine.logistics.inputs.parameters import (
    CapacityParameters,
    Component,
    CostParameters,
    DwellParameters,
    GradeParameters,
    LogisticsParameters,
    OtifParameters,
    TransportParameters,
)
from kpi_engine.shared.errors import InvalidValue

TINY = 1e-9
LIMITS: list[tuple[Any, str, float, float]] = [
    (OtifParameters, "early_tolerance_days", 0, -1),
    (OtifParameters, "late_tolerance_days", 0, -1),
    (OtifParameters, "quantity_tolerance_percent", 0, -TINY),
    (OtifParameters, "quantity_tolerance_percent", 100, 100.001),
    (TransportParameters, "low_percent", 0, -TINY),
    (TransportParameters, "quarantine_percent", 100, 99.999),
    (TransportParameters, "shift_days", 0, -1),
    (TransportParameters, "search_rounds", 0, -1),
    (DwellParameters, "free_minutes", 0, -TINY),
    (CapacityParameters, "correlation", 0, -TINY),
    (CapacityParameters, "correlation", 1, 1 + TINY),
    (CapacityParameters, "door_contingency", 0, -TINY),
    *[
        (CapacityParameters, name, TINY, 0)
        for name in ("planning_fill", "opening_hours", "peak_factor", "turn_minutes", "door_utilisation", "productive_hours", "performance")
    ],
    (CapacityParameters, "units_per_hour", TINY, 0),
    (CapacityParameters, "minimum_headcount", 0, -1),
    (CostParameters, "baseline_per_unit", TINY, 0),
    (GradeParameters, "minimum_coverage", 0, -TINY),
    (GradeParameters, "minimum_coverage", 100, 100.001),
]
COUNTS = [
    (OtifParameters, "early_tolerance_days"),
    (OtifParameters, "late_tolerance_days"),
    (TransportParameters, "shift_days"),
    (TransportParameters, "search_rounds"),
    (CapacityParameters, "minimum_headcount"),
]


@pytest.mark.parametrize(("kind", "name", "last", "beyond"), LIMITS, ids=lambda value: str(getattr(value, "__name__", value)))
def test_the_last_value_of_a_parameter_is_accepted_and_the_one_beyond_is_refused_by_name(
    kind: Any, name: str, last: float, beyond: float
) -> None:
    assert getattr(kind(**{name: last}), name) == last
    with pytest.raises(InvalidValue, match=name):
        kind(**{name: beyond})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("kind", "name"), sorted({(kind, name) for kind, name, *_ in LIMITS}, key=str))
def test_no_parameter_is_infinite_or_no_number(kind: Any, name: str, value: float) -> None:
    with pytest.raises(InvalidValue, match=name):
        kind(**{name: value})


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: OtifParameters(level="Order"), "otif.level is 'Order': write one of order, line, case"),  # type: ignore[arg-type]
        (
            lambda: OtifParameters(date_basis="promised"),  # type: ignore[arg-type]
            "otif.date_basis is 'promised': write one of requested, first_promise, last_confirmed",
        ),
        (lambda: LogisticsParameters(fill_basis=""), "fill_basis is '': write one of original_qty, final_qty"),  # type: ignore[arg-type]
    ],
)
def test_a_choice_that_there_is_not_is_refused_with_those_that_there_are(build: Any, message: str) -> None:
    with pytest.raises(InvalidValue) as error:
        build()
    assert str(error.value) == message


@pytest.mark.parametrize(("kind", "name"), COUNTS)
def test_a_number_of_days_rounds_or_people_is_whole(kind: Any, name: str) -> None:
    assert getattr(kind(**{name: 2}), name) == 2
    assert getattr(kind(**{name: np.int64(2)}), name) == 2
    with pytest.raises(InvalidValue, match=f"{name} is 1.5: write a whole number of at least 0"):
        kind(**{name: 1.5})


@pytest.mark.parametrize("value", ["2", None, True, [2]], ids=str)
@pytest.mark.parametrize(
    ("kind", "name"), sorted({(kind, name) for kind, name, *_ in LIMITS} - {(OtifParameters, "early_tolerance_days")}, key=str)
)
def test_a_number_of_another_type_is_refused_by_name_and_value(kind: Any, name: str, value: object) -> None:
    if value is None and name in ("units_per_hour", "baseline_per_unit"):
        assert getattr(kind(**{name: None}), name) is None
        return
    with pytest.raises(InvalidValue) as error:
        kind(**{name: value})
    assert name in str(error.value)
    assert repr(value) in str(error.value)


def test_no_early_tolerance_forbids_no_early_delivery() -> None:
    assert OtifParameters(early_tolerance_days=None).early_tolerance_days is None


def test_the_last_known_day_is_a_date_without_a_time() -> None:
    assert OtifParameters(as_of=date(2026, 7, 20)).as_of == date(2026, 7, 20)
    for wrong in ("2026-07-20", datetime(2026, 7, 20, 8, 0), 20_654):  # noqa: DTZ001 - the type is what is refused
        with pytest.raises(InvalidValue, match=r"otif.as_of is .*: write a date without a time"):
            OtifParameters(as_of=wrong)  # type: ignore[arg-type]


def test_a_rate_of_a_currency_is_above_zero_and_named_by_its_currency() -> None:
    assert CostParameters("EUR", (("GBP", 1.2), ("SEK", TINY))).rates[1] == ("SEK", TINY)
    for rate in (0.0, -1.2, math.nan, math.inf):
        with pytest.raises(InvalidValue, match=f"cost.rates of SEK is {rate}: write a number above 0"):
            CostParameters("EUR", (("GBP", 1.2), ("SEK", rate)))


@pytest.mark.parametrize(
    "bands", [(), ((85, "healthy"), (70, "slack")), ((70, "slack"), (70, "healthy")), ((70, "slack"), (math.nan, "?"))]
)
def test_bands_without_a_rising_order_are_refused_with_their_limits(bands: tuple[tuple[float, str], ...]) -> None:
    with pytest.raises(InvalidValue) as error:
        CapacityParameters(bands=bands)
    limits = ", ".join(str(limit) for limit, _ in bands) or "none"
    assert str(error.value) == f"capacity.bands has the limits {limits}: write at least one, from the lowest to the highest"


@pytest.mark.parametrize("limits", [(95.0, 70.0), (80.0, 80.0), (math.nan, 95.0), (70.0, math.inf)])
def test_the_balanced_range_rises(limits: tuple[float, float]) -> None:
    with pytest.raises(InvalidValue, match=r"capacity.balanced_percent has the limits"):
        CapacityParameters(balanced_percent=limits)


@pytest.mark.parametrize("grades", [(), ((60, "D"), (90, "A")), ((90, "A"), (90, "B"))])
def test_grades_without_a_falling_order_are_refused(grades: tuple[tuple[float, str], ...]) -> None:
    with pytest.raises(InvalidValue, match=r"grade.grades has the limits .*: write at least one, from the highest to the lowest"):
        GradeParameters(grades=grades)


def test_a_component_that_is_there_twice_is_refused_by_name() -> None:
    part = Component("otif", 25, 80, 98, "percent")
    with pytest.raises(InvalidValue, match=r"grade.components holds otif twice: write each component once"):
        GradeParameters(components=(part, Component("accuracy", 15, 50, 90, "percent"), part))


@pytest.mark.parametrize("value", [math.nan, math.inf, "80", None])
@pytest.mark.parametrize("end", ["floor", "target"])
def test_an_end_of_a_component_is_a_number(end: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=f"{end} of otif is {value!r}: write a number"):
        Component(**{"name": "otif", "weight": 25, "floor": 80, "target": 98, "unit": "percent", end: value})


def test_the_defaults_are_those_of_the_definition() -> None:
    parameters = LogisticsParameters()
    assert (parameters.otif.level, parameters.otif.date_basis, parameters.fill_basis) == ("order", "requested", "original_qty")
    assert (parameters.otif.early_tolerance_days, parameters.otif.late_tolerance_days) == (None, 0)
    assert (parameters.otif.quantity_tolerance_percent, parameters.dwell.free_minutes) == (0, 120)
    assert (parameters.transport.low_percent, parameters.transport.quarantine_percent, parameters.capacity.planning_fill) == (60, 110, 0.9)
    weights = {part.name: (part.weight, part.floor, part.target) for part in parameters.grade.components}
    assert weights == {
        "otif": (25, 80, 98),
        "unit_fill": (15, 90, 99),
        "truck_utilization": (20, 50, 90),
        "capacity_balance": (10, 0, 100),
        "accuracy": (15, 50, 90),
        "dwell_p90": (10, 180, 60),
        "cost_per_unit": (5, 20, -5),
    }
    assert sum(weight for weight, *_ in weights.values()) == 100
    assert parameters.grade.grades == ((90, "A"), (80, "B"), (70, "C"), (60, "D"))
    assert (GradeParameters().lowest_grade, GradeParameters().minimum_coverage) == ("F", 60)
    assert Component("otif", 0, 80, 98, "percent").weight == 0


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.1])
def test_the_first_interval_level_that_cannot_be_is_named_and_missing_ones_are_accepted(level: float) -> None:
    checks.check_interval_levels(np.array([0.5, np.nan, TINY, 1 - TINY]))
    with pytest.raises(InvalidValue, match=f"interval_level of forecast_data is {level:g}:"):
        checks.check_interval_levels(np.array([0.5, np.nan, level, 7.0]))
