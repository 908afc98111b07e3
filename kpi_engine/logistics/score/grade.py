"""One score and one grade for the whole operation, and what each component takes away from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi_engine.logistics.inputs.columns import Part
from kpi_engine.logistics.inputs.parameters import Component, GradeParameters

PATH = "efficiency_score"
ROUNDING = 9  # 89.99999999999999 is a 90 that floating point missed


@dataclass(frozen=True)
class Scored:
    """A component with its value, its score 0..100, and its share of all weights that are there, 0..1; None where there is no value."""

    component: Component
    value: float | None
    score: float | None
    share: float | None

    @property
    def points(self) -> float:
        """What it gives to the score."""
        return (self.score or 0.0) * (self.share or 0.0)

    @property
    def points_lost(self) -> float | None:
        """What it takes from the score; the points lost of all components and the score sum to 100."""
        return None if self.score is None or self.share is None else (100 - self.score) * self.share


def component_score(component: Component, value: float) -> float:
    """clamp(100 * (value - floor) / (target - floor)), 0..100."""
    return min(100.0, max(0.0, 100 * (value - component.floor) / (component.target - component.floor)))


def efficiency_score(values: Mapping[str, float | None], parameters: GradeParameters) -> Part:
    """The weighted mean of the component scores, 0..100, its grade A to F, and the levers to the next grade.

    Components without a value are dropped and the weights of the others scaled up; `weight_coverage` is the percent of the weight that is
    there, and below `minimum_coverage` there is no grade.
    """
    scored = _score(values, parameters)
    everything = sum(component.weight for component in parameters.components)
    coverage = 100 * sum(item.component.weight for item in scored if item.score is not None) / everything
    score = sum(item.points for item in scored) if coverage > 0 else None
    grade = grade_of(score, parameters) if score is not None and coverage >= parameters.minimum_coverage else None
    answer = {
        "score": score,
        "grade": grade,
        "weight_coverage": coverage,
        "components": [_row(item) for item in scored],
        "next_grade_levers": _levers(scored, score, parameters) if score is not None and grade else [],
    }
    undefined = {f"{PATH}.score": "no_component"} if score is None else {}
    return Part(answer, undefined | ({} if grade else {f"{PATH}.grade": f"weight_coverage_below_{parameters.minimum_coverage:g}"}))


def grade_of(score: float, parameters: GradeParameters) -> str:
    """A from 90, B from 80, C from 70, D from 60, else F."""
    return next((name for lowest, name in parameters.grades if round(score, ROUNDING) >= lowest), parameters.lowest_grade)


def _score(values: Mapping[str, float | None], parameters: GradeParameters) -> list[Scored]:
    values = {component.name: _known(values.get(component.name)) for component in parameters.components}
    present = sum(component.weight for component in parameters.components if values[component.name] is not None)
    scored = []
    for component in parameters.components:
        value = values[component.name]
        if value is None:
            scored.append(Scored(component, None, None, None))
        else:
            scored.append(Scored(component, value, component_score(component, value), component.weight / present))
    return scored


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _row(item: Scored) -> dict[str, Any]:
    component = item.component
    limits = {"floor": component.floor, "target": component.target, "weight": component.weight, "unit": component.unit}
    return {"name": component.name, "value": item.value, **limits, "score": item.score, "points_lost": item.points_lost}


def _levers(scored: list[Scored], score: float, parameters: GradeParameters) -> list[dict[str, Any]]:
    """The single changes that would lift the score to the next grade, the one with the least way to go first; none from the best grade."""
    above = [(lowest, name) for lowest, name in parameters.grades if lowest > round(score, ROUNDING)]
    if not above:
        return []
    goal, grade = above[-1]
    levers = [
        _lever(item, goal, score, grade) for item in scored if item.share and (item.points_lost or 0.0) >= goal - score - 10**-ROUNDING
    ]
    return sorted(levers, key=lambda lever: (lever["score_points"], lever["component"]))


def _lever(item: Scored, goal: float, score: float, grade: str) -> dict[str, Any]:
    """What the component's value would have to be, everything else as it is."""
    component, before = item.component, item.score or 0.0
    needed = min(100.0, before + (goal - score) / (item.share or 1.0))
    value = component.floor + (component.target - component.floor) * needed / 100
    return {
        "component": component.name,
        "unit": component.unit,
        "from": item.value,
        "to": value,
        "change": value - (item.value or 0.0),
        "score_points": needed - before,
        "score": goal,
        "grade": grade,
    }
