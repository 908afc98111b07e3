"""Weights, shares and levers recomputed in exact fractions, and weights of zero."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import Component, CostParameters, GradeParameters, LogisticsParameters
from kpi_engine.logistics.score.cost import compare_with_baseline
from kpi_engine.logistics.score.grade import score_efficiency
from kpi_engine.logistics.score.scorecard import build_scorecard, grade_score, score_component
from kpi_engine.shared.errors import InvalidValue
from kpi_engine.shared.serialise import to_json
from tests.unit.kpi_engine.logistics.frames import kpis

COMPONENTS = {component.name: component for component in GradeParameters().components}
GOLDEN: dict[str, float | None] = {
    "otif": 92.0,
    "unit_fill": 97.0,
    "truck_utilization": 78.0,
    "capacity_balance": 85.0,
    "accuracy": 82.0,
    "dwell_p90": None,
    "cost_per_unit": None,
}
NEXT = {"F": (60, "D"), "D": (70, "C"), "C": (80, "B"), "B": (90, "A")}
TENTHS = st.integers(-400, 2_200).map(lambda tenths: tenths / 10)
VALUES = st.fixed_dictionaries({name: st.none() | TENTHS for name in COMPONENTS})


def grade_values(values: dict[str, float | None], parameters: GradeParameters | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = to_json(score_efficiency(values, parameters or GradeParameters()).value)
    return answer


def score_exactly(component: Component, value: float) -> Fraction:
    span = Fraction(str(component.target)) - Fraction(str(component.floor))
    return min(Fraction(100), max(Fraction(0), 100 * (Fraction(str(value)) - Fraction(str(component.floor))) / span))


def weigh_exactly(values: dict[str, float | None]) -> tuple[Fraction, Fraction]:
    """The score, and the weight of the components that have a value."""
    rows = [
        (Fraction(COMPONENTS[name].weight), score_exactly(COMPONENTS[name], value)) for name, value in values.items() if value is not None
    ]
    weight = sum((own for own, _ in rows), Fraction())
    return sum((own * score for own, score in rows), Fraction()) / weight, weight


def expect_levers(values: dict[str, float | None]) -> dict[str, float]:
    """The value at which each component alone lifts the score to the next grade, where its target is enough."""
    score, weight = weigh_exactly(values)
    grade = next((name for lowest, name in GradeParameters().grades if score >= lowest), "F")
    if weight < 60 or grade == "A":
        return {}
    goal, levers = NEXT[grade][0], {}
    for name, value in values.items():
        if value is not None:
            component = COMPONENTS[name]
            points = score_exactly(component, value) + (goal - score) * weight / Fraction(component.weight)
            if points <= 100:
                floor, target = Fraction(str(component.floor)), Fraction(str(component.target))
                levers[name] = float(floor + (target - floor) * points / 100)
    return levers


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_scores_grades_and_levers_equal_exact_fractions(values: dict[str, float | None]) -> None:
    if all(value is None for value in values.values()):
        return
    answer, (score, weight) = grade_values(values), weigh_exactly(values)
    assert answer["score"] == pytest.approx(float(score), abs=1e-9)
    assert answer["weight_coverage"] == float(weight)
    expected = next((name for lowest, name in GradeParameters().grades if score >= lowest), "F")
    assert answer["grade"] == (expected if weight >= 60 else None)
    assert {lever["component"]: lever["to"] for lever in answer["next_grade_levers"]} == pytest.approx(expect_levers(values), abs=1e-6)
    for lever in answer["next_grade_levers"]:
        assert (lever["score"], lever["grade"]) == NEXT[expected]
    points = [lever["score_points"] for lever in answer["next_grade_levers"]]
    assert points == sorted(points)


def test_the_levers_of_the_golden_grade_equal_those_by_hand() -> None:
    levers = {lever["component"]: lever for lever in grade_values(GOLDEN)["next_grade_levers"]}
    points_missing = 80 - Fraction(25 * 200, 3 * 85) - Fraction(15 * 700, 9 * 85) - Fraction(20 * 70 + 10 * 85 + 15 * 80, 85)
    assert set(levers) == {"otif", "truck_utilization"}
    assert levers["otif"]["to"] == pytest.approx(92 + float(points_missing * 85 / 25 * 18 / 100))
    assert levers["truck_utilization"]["change"] == pytest.approx(float(points_missing * 85 / 20 * 40 / 100))


def test_points_lost_are_those_of_the_renormalised_weights() -> None:
    rows = {row["name"]: row["points_lost"] for row in grade_values(GOLDEN)["components"]}
    assert rows["otif"] == pytest.approx(25 / 85 * (100 - 200 / 3))
    assert rows["capacity_balance"] == pytest.approx(10 / 85 * 15)
    assert (rows["dwell_p90"], rows["cost_per_unit"]) == (None, None)


@pytest.mark.parametrize(("name", "value"), [("dwell_p90", 180.0), ("dwell_p90", 60.0), ("cost_per_unit", 20.0), ("cost_per_unit", -5.0)])
def test_components_of_which_less_is_better_score_nothing_at_the_higher_end(name: str, value: float) -> None:
    component = COMPONENTS[name]
    assert score_component(component, value) == (0 if value == component.floor else 100)
    assert score_component(component, component.floor + 50) == 0
    assert score_component(component, component.target - 50) == 100


def test_a_lever_of_dwell_is_a_shorter_one() -> None:
    values = dict.fromkeys(COMPONENTS, None) | {"otif": 98.0, "unit_fill": 99.0, "truck_utilization": 90.0, "dwell_p90": 180.0}
    (lever,) = grade_values(values)["next_grade_levers"]
    assert (lever["component"], lever["from"], lever["unit"]) == ("dwell_p90", 180, "minutes")
    assert lever["to"] == pytest.approx(180 - 120 * 0.3)  # the score is 60 of 70, and A needs 63


@pytest.mark.parametrize(("coverage", "grade"), [(60.0, "A"), (60.1, None)])
def test_a_grade_needs_the_minimum_of_the_weight(coverage: float, grade: str | None) -> None:
    values = dict.fromkeys(COMPONENTS, None) | {"otif": 98.0, "truck_utilization": 90.0, "accuracy": 90.0}
    part = score_efficiency(values, GradeParameters(minimum_coverage=coverage))
    assert part.value.grade == grade
    assert part.undefined_reasons == ({} if grade else {"efficiency_score.grade": "weight_coverage_below_60.1"})


def reweigh(**weights: float) -> GradeParameters:
    return GradeParameters(
        components=tuple(
            Component(part.name, weights.get(part.name, part.weight), part.floor, part.target, part.unit) for part in COMPONENTS.values()
        )
    )


def test_a_value_of_a_component_without_weight_alone_gives_no_score() -> None:
    answer = grade_values({"unit_fill": 95.0}, reweigh(unit_fill=0))
    assert (answer["score"], answer["grade"], answer["weight_coverage"], answer["next_grade_levers"]) == (None, None, 0, [])
    row = next(row for row in answer["components"] if row["name"] == "unit_fill")
    assert (row["value"], row["score"], row["points_lost"]) == (95, pytest.approx(500 / 9), None)


def test_weights_that_are_all_zero_give_no_score() -> None:
    answer = grade_values(GOLDEN, reweigh(**dict.fromkeys(COMPONENTS, 0.0)))
    assert (answer["score"], answer["grade"], answer["weight_coverage"]) == (None, None, 0)
    assert grade_values(GOLDEN, GradeParameters(components=()))["score"] is None


def test_lines_alone_are_answered_when_their_component_has_no_weight() -> None:
    lines = pd.DataFrame({"order_id": ["A"], "ordered_qty": [10], "shipped_qty": [9]})
    report = kpis(lines, parameters=LogisticsParameters(grade=reweigh(unit_fill=0)))
    assert (report["fill_rate"]["unit"], report["undefined"]["efficiency_score.score"]) == (90, "no_component")


def test_a_component_without_weight_neither_moves_the_score_nor_is_a_lever() -> None:
    parameters = reweigh(otif=0)
    low, high = (grade_values(GOLDEN | {"otif": value}, parameters) for value in (80.0, 98.0))
    assert low["score"] == high["score"]
    assert "otif" not in {lever["component"] for lever in low["next_grade_levers"]}


def test_only_the_ratio_of_weights_matters() -> None:
    triple_weights = reweigh(**{name: 3 * part.weight for name, part in COMPONENTS.items()})
    first, second = grade_values(GOLDEN), grade_values(GOLDEN, triple_weights)
    assert second["score"] == pytest.approx(first["score"], abs=1e-9)
    assert (second["grade"], second["weight_coverage"]) == (first["grade"], first["weight_coverage"])


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(InvalidValue, match="weight of otif"):
        Component("otif", -1, 80, 98, "percent")


@pytest.mark.parametrize(("score", "grade"), [(89.9999999999, "A"), (89.99999, "B"), (100.0, "A"), (0.0, "F")])
def test_a_score_that_floating_point_left_below_a_grade_has_it(score: float, grade: str) -> None:
    assert grade_score(score, GradeParameters()) == grade


def test_values_of_unknown_components_are_ignored() -> None:
    card = build_scorecard({"otif": 92.0, "speed": 1.0}, GradeParameters())
    assert (card.weight_coverage, len(card.components)) == (25, 7)


@pytest.mark.parametrize(
    ("per_unit", "baseline", "percent"), [(33.0, 30.0, 10.0), (27.0, 30.0, -10.0), (None, 30.0, None), (3.0, None, None)]
)
def test_cost_is_compared_in_percent_of_the_baseline(per_unit: float | None, baseline: float | None, percent: float | None) -> None:
    assert compare_with_baseline(per_unit, baseline) == (None if percent is None else pytest.approx(percent))
    assert CostParameters().baseline_per_unit is None
