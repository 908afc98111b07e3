"""Every limit of the parameters: the last value that is accepted, the first that is refused, and the name in the error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kpi_engine.logistics.inputs import checks
from kpi_engine.logistics.inputs.parameters import (
    CapacityParameters,
    Component,
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
