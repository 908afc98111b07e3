"""One score and one grade for the whole operation, and what each component takes away from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi_engine.logistics.inputs.parameters import GradeParameters
from kpi_engine.logistics.metric import CONVENTION, LARGER_IS_BETTER, SMALLER_IS_BETTER, LogisticsMetric, Part, compute_figures
from kpi_engine.logistics.score.scorecard import DIGITS, Scorecard, ScoredComponent, build_scorecard
from kpi_engine.shared.metric import GET_KPIS, Metric, ScorAttribute, Unit
from kpi_engine.shared.serialise import json_key

PATH = "efficiency_score"


@dataclass(frozen=True)
class ComponentRow:
    """A component with its value, its score 0..100 and the points that it takes from the whole score; None where there is no value."""

    name: str
    value: float | None
    floor: float
    target: float
    weight: float
    unit: str
    score: float | None
    points_lost: float | None


@dataclass(frozen=True)
class Lever:
    """The change of one component's value, in its unit, that alone lifts the score to the next grade; score_points: that of its score."""

    component: str
    unit: str
    from_value: float | None = field(metadata=json_key("from"))
    to_value: float = field(metadata=json_key("to"))
    change: float
    score_points: float
    score: float
    grade: str


@dataclass(frozen=True)
class EfficiencyScore:
    """The score 0..100 and the grade A to F; weight_coverage: percent of the weight of which the components have a value."""

    score: float | None
    grade: str | None
    weight_coverage: float
    components: tuple[ComponentRow, ...]
    next_grade_levers: tuple[Lever, ...]


SCORE = LogisticsMetric[Scorecard, float | None](
    name="efficiency_score",
    title="Efficiency score",
    path=f"{PATH}.score",
    formula="sum weight * clamp(100 * (value - floor) / (target - floor)) / sum weight over the components that are there",
    unit=Unit.SCORE,
    sign=LARGER_IS_BETTER,
    zero_policy="null when no component is there",
    source=CONVENTION,
    compute=lambda card: card.score,
    reason="no_component",
)
GRADE = LogisticsMetric[Scorecard, str | None](
    name="efficiency_grade",
    title="Efficiency grade",
    path=f"{PATH}.grade",
    formula="A from 90, B from 80, C from 70, D from 60, else F; as a number A is 4 and F is 0",
    unit=Unit.GRADE,
    sign="A is best",
    zero_policy="null when weight_coverage is below 60",
    source=CONVENTION,
    compute=lambda card: card.grade,
    explain=lambda card: f"weight_coverage_below_{card.parameters.minimum_coverage:g}",
)
WEIGHT_COVERAGE = LogisticsMetric[Scorecard, float](
    name="efficiency_weight_coverage",
    title="Weight of the components that are there",
    path=f"{PATH}.weight_coverage",
    formula="100 * sum weight of components with a value / sum weight",
    unit=Unit.PERCENT,
    sign=LARGER_IS_BETTER,
    zero_policy="0 when no component is there",
    source=CONVENTION,
    compute=lambda card: card.weight_coverage,
)
COMPONENT_SCORE = LogisticsMetric[ScoredComponent, float | None](
    name="grade_component_score",
    title="Score of a component of the grade",
    path=f"{PATH}.components[].score",
    formula="clamp(100 * (value - floor) / (target - floor)) to 0..100",
    unit=Unit.SCORE,
    sign=LARGER_IS_BETTER,
    zero_policy="null when the component is missing; its weight goes to the others",
    source=CONVENTION,
    compute=lambda row: row.score,
)
POINTS_LOST = LogisticsMetric[ScoredComponent, float | None](
    name="grade_points_lost",
    title="Points lost by a component",
    path=f"{PATH}.components[].points_lost",
    formula="weight of the component among those present * (100 - its score) / 100",
    unit=Unit.POINTS,
    sign=SMALLER_IS_BETTER,
    zero_policy="null for a component that is missing",
    source=CONVENTION,
    compute=lambda row: row.points_lost,
)
LEVER = Metric(
    name="grade_lever",
    title="Change that lifts the grade",
    path=f"{PATH}.next_grade_levers[].change",
    formula="smallest change of one component's value that lifts the score to the next grade, all others unchanged",
    unit=Unit.UNITS,
    sign="in the unit of the component",
    zero_policy="the list is empty at grade A, without a grade, or when no single component can lift it",
    source=CONVENTION,
    scor=ScorAttribute.RELIABILITY,
    served=GET_KPIS,
)
SCORE_METRICS = (SCORE, GRADE, WEIGHT_COVERAGE)
COMPONENT_METRICS = (COMPONENT_SCORE, POINTS_LOST, LEVER)


def score_efficiency(values: Mapping[str, float | None], parameters: GradeParameters) -> Part[EfficiencyScore]:
    """Return the weighted mean of the component scores, 0..100, its grade A to F, and the levers to the next grade.

    values: by the name of the component. Components without a value are dropped and the weights of the others scaled up;
    `weight_coverage` is the percent of the weight that is there, and below `minimum_coverage` there is no grade.

    >>> score = score_efficiency({"otif": 92, "unit_fill": 97, "truck_utilization": 78, "accuracy": 82}, GradeParameters()).value
    >>> round(score.score, 2), score.grade, score.weight_coverage, score.next_grade_levers[0].component
    (72.44, 'C', 75.0, 'otif')
    """
    card = build_scorecard(values, parameters)
    figures = compute_figures(card, SCORE_METRICS)
    score, grade = figures[SCORE], figures[GRADE]
    efficiency = EfficiencyScore(
        score=score,
        grade=grade,
        weight_coverage=figures[WEIGHT_COVERAGE],
        components=tuple(map(_build_row, card.components)),
        next_grade_levers=find_levers(card, score) if score is not None and grade else (),
    )
    return Part(efficiency, figures.undefined_reasons)


def find_levers(card: Scorecard, score: float) -> tuple[Lever, ...]:
    """Return the single changes that would lift the score to the next grade, the smallest first; none from the best grade.

    >>> card = build_scorecard({"otif": 92, "unit_fill": 97, "truck_utilization": 78, "accuracy": 82}, GradeParameters())
    >>> [(lever.component, lever.grade) for lever in find_levers(card, card.score)]
    [('otif', 'B'), ('truck_utilization', 'B')]
    """
    higher_grades = [(lowest, name) for lowest, name in card.parameters.grades if lowest > round(score, DIGITS)]
    if not higher_grades:
        return ()
    goal, grade = higher_grades[-1]
    points_needed = goal - score - 10**-DIGITS
    levers = [
        _build_lever(row, goal, score, grade) for row in card.components if row.weight_share and (row.points_lost or 0.0) >= points_needed
    ]
    return tuple(sorted(levers, key=lambda lever: (lever.score_points, lever.component)))


def _build_row(row: ScoredComponent) -> ComponentRow:
    component = row.component
    return ComponentRow(
        name=component.name,
        value=row.value,
        floor=component.floor,
        target=component.target,
        weight=component.weight,
        unit=component.unit,
        score=COMPONENT_SCORE(row),
        points_lost=POINTS_LOST(row),
    )


def _build_lever(row: ScoredComponent, goal: float, score: float, grade: str) -> Lever:
    """Return what the component's value would have to be, everything else unchanged."""
    component, current_score = row.component, row.score or 0.0
    needed_score = min(100.0, current_score + (goal - score) / (row.weight_share or 1.0))
    value = component.floor + (component.target - component.floor) * needed_score / 100
    return Lever(
        component=component.name,
        unit=component.unit,
        from_value=row.value,
        to_value=value,
        change=value - (row.value or 0.0),
        score_points=needed_score - current_score,
        score=goal,
        grade=grade,
    )
