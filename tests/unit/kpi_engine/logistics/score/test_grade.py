"""The efficiency grade: where points are lost, and what would win them back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import Component, GradeParameters
from kpi_engine.logistics.score.grade import score_efficiency
from kpi_engine.shared.errors import InvalidValue
from kpi_engine.shared.serialise import to_json

COMPONENTS = {component.name: component for component in GradeParameters().components}
VALUES = st.fixed_dictionaries(
    {name: st.none() | st.floats(min(part.floor, part.target) - 20, max(part.floor, part.target) + 20) for name, part in COMPONENTS.items()}
)
HIGHER = {"F": "D", "D": "C", "C": "B", "B": "A"}


def grade_values(values: dict[str, float | None]) -> dict[str, Any]:
    answer: dict[str, Any] = to_json(score_efficiency(values, GradeParameters()).value)
    return answer


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_points_lost_explain_the_score_and_coverage_decides_whether_there_is_a_grade(values: dict[str, float | None]) -> None:
    score = grade_values(values)
    components_with_value = {name: part for name, part in COMPONENTS.items() if values[name] is not None}
    weight = sum(part.weight for part in components_with_value.values())
    assert score["weight_coverage"] == pytest.approx(weight)
    assert (score["grade"] is None) == (weight < 60)
    assert (score["score"] is None) == (not components_with_value)
    if components_with_value:
        assert score["score"] + sum(row["points_lost"] or 0 for row in score["components"]) == pytest.approx(100, abs=1e-9)
        assert score["score"] == pytest.approx(
            sum(weigh_score(part, values[name] or 0) for name, part in components_with_value.items()) / weight, abs=1e-9
        )


def weigh_score(part: Component, value: float) -> float:
    """Weighted score of a component: 0 at the floor, 100 at the target."""
    share = (value - part.floor) / (part.target - part.floor)
    return part.weight * (0 if share < 0 else 100 if share > 1 else 100 * share)


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_every_lever_lifts_the_grade_when_it_is_pulled_and_a_little_less_does_not(values: dict[str, float | None]) -> None:
    score = grade_values(values)
    for lever in score["next_grade_levers"]:
        name = lever["component"]
        assert lever["to"] == pytest.approx(lever["from"] + lever["change"])
        assert grade_values(values | {name: lever["to"]})["grade"] == lever["grade"] == HIGHER[score["grade"]]
        part = COMPONENTS[name]
        nearly = lever["to"] - 1e-4 * (part.target - part.floor)
        assert grade_values(values | {name: nearly})["grade"] == score["grade"]


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_a_component_that_is_no_lever_could_not_lift_the_grade_even_at_its_target(values: dict[str, float | None]) -> None:
    score = grade_values(values)
    levers = {lever["component"] for lever in score["next_grade_levers"]}
    for name, part in COMPONENTS.items():
        if score["grade"] not in (None, "A") and values[name] is not None and name not in levers:
            assert grade_values(values | {name: part.target})["grade"] == score["grade"]


@pytest.mark.parametrize(("score", "grade"), [(90, "A"), (89.9, "B"), (80, "B"), (70, "C"), (60, "D"), (59.9, "F")])
def test_grades_begin_where_they_should(score: float, grade: str) -> None:
    values = {name: part.floor + (part.target - part.floor) * score / 100 for name, part in COMPONENTS.items()}
    assert grade_values({**values})["grade"] == grade


def test_a_value_that_is_no_number_is_missing() -> None:
    score = grade_values({"otif": 98.0, "unit_fill": float("nan"), "accuracy": float("inf")})
    assert (score["weight_coverage"], score["score"], score["grade"], score["next_grade_levers"]) == (25, 100, None, [])


def test_a_component_needs_two_ends() -> None:
    with pytest.raises(InvalidValue, match="floor and target of otif are both 90"):
        Component("otif", 25, 90, 90, "percent")
