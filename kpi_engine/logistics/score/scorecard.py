"""The components of the efficiency score, each scored and weighted, and the grade of their mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kpi_engine.logistics.arithmetic import percentage
from kpi_engine.logistics.inputs.parameters import Component, GradeParameters

DIGITS = 9  # 89.99999999999999 is a 90 that floating point missed


@dataclass(frozen=True)
class ScoredComponent:
    """A component with its value, and its share of the weights of all components that have one, 0..1.

    Both are None where there is no value; the share also where no component with a value has a weight.
    """

    component: Component
    value: float | None
    weight_share: float | None

    @property
    def score(self) -> float | None:
        """The score of the value, 0..100."""
        return None if self.value is None else score_component(self.component, self.value)

    @property
    def points(self) -> float:
        """Points that the component adds to the whole score."""
        return (self.score or 0.0) * (self.weight_share or 0.0)

    @property
    def points_lost(self) -> float | None:
        """Points that the component takes from the whole score; the points lost of all components and the score sum to 100."""
        return None if self.score is None or self.weight_share is None else (100 - self.score) * self.weight_share


@dataclass(frozen=True)
class Scorecard:
    """All components, scored."""

    components: tuple[ScoredComponent, ...]
    parameters: GradeParameters

    @property
    def weight_coverage(self) -> float:
        """The percent of the weight of which the components have a value."""
        with_value = sum(row.component.weight for row in self.components if row.value is not None)
        return percentage(with_value, sum(row.component.weight for row in self.components)) or 0.0

    @property
    def score(self) -> float | None:
        """The weighted mean of the component scores, None without any weight."""
        return sum(row.points for row in self.components) if self.weight_coverage > 0 else None

    @property
    def grade(self) -> str | None:
        """The grade of the score, None when too many components are missing."""
        if self.score is None or self.weight_coverage < self.parameters.minimum_coverage:
            return None
        return grade_score(self.score, self.parameters)


def build_scorecard(values: Mapping[str, float | None], parameters: GradeParameters) -> Scorecard:
    """Return the components with their values; None, NaN and infinities are missing.

    >>> card = build_scorecard({"otif": 92, "unit_fill": float("nan")}, GradeParameters())
    >>> [(row.component.name, row.weight_share) for row in card.components][:2]
    [('otif', 1.0), ('unit_fill', None)]
    """
    finite = {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
    total_weight = sum(component.weight for component in parameters.components if component.name in finite)
    rows = (
        ScoredComponent(component, finite[component.name], component.weight / total_weight if total_weight else None)
        if component.name in finite
        else ScoredComponent(component, None, None)
        for component in parameters.components
    )
    return Scorecard(tuple(rows), parameters)


def score_component(component: Component, value: float) -> float:
    """Return clamp(100 * (value - floor) / (target - floor)), 0..100.

    >>> score_component(Component("otif", weight=25, floor=80, target=98, unit="percent"), 89)
    50.0
    """
    return min(100.0, max(0.0, 100 * (value - component.floor) / (component.target - component.floor)))


def grade_score(score: float, parameters: GradeParameters) -> str:
    """Return A from 90, B from 80, C from 70, D from 60, else F.

    >>> grade_score(80, GradeParameters()), grade_score(59.9, GradeParameters())
    ('B', 'F')
    """
    return next((name for lowest, name in parameters.grades if round(score, DIGITS) >= lowest), parameters.lowest_grade)
