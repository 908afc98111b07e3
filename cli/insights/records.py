"""Documents of /insights, as far as the commands read them."""

from __future__ import annotations

from typing import TypedDict


class MoneyRecord(TypedDict):
    """An amount of money."""

    expected: float
    currency: str


class ImpactRecord(TypedDict):
    """What is affected; without money the reason."""

    units: float
    unit: str
    money: MoneyRecord | None
    money_reason: str | None


class InsightRecord(TypedDict):
    """One insight."""

    id: str
    category: str
    priority: str
    status: str
    headline: str
    cause: str
    action: str
    owner_role: str
    assignee: str | None
    deadline: str
    impact: ImpactRecord
    is_pushed: bool
    next_command: str
    run_id: str
    version: int


class RuleRow(TypedDict):
    """What became of the last insights of a rule."""

    rule_id: str
    closed_count: int
    useful_count: int
    measured_count: int
    hit_count: int
    hit_rate: float | None
    is_muted: bool


class MetaRecord(TypedDict):
    """The run that was judged last, and what it could not judge."""

    as_of_date: str | None
    warnings: list[str]
    rules: list[RuleRow]


class PageRecord(TypedDict):
    """Position in the list."""

    has_more: bool
    next_cursor: str | None


class InsightPage(TypedDict):
    """A page of insights, the highest rank first."""

    insights: list[InsightRecord]
    meta: MetaRecord
    page: PageRecord


class DriverRecord(TypedDict):
    """A part of the difference."""

    kind: str
    key: str
    contribution_units: float
    contribution_pct: float


class ActionRecord(TypedDict):
    """What follows from an action; feasible: null where no data says so."""

    action: str
    result: dict[str, float | bool | str | None]
    cost: MoneyRecord | None
    feasible: bool | None
    feasibility_reason: str | None


class SourceRecord(TypedDict):
    """Rows of one object."""

    dataset: str
    object: str
    version_id: str
    row_ranges: list[list[int]] | None
    rows: int


class MeasurementRecord(TypedDict):
    """What was seen beside what was expected."""

    metric: str
    value: float
    unit: str
    expected: float | None
    delta: float | None
    interval: dict[str, float | None] | None


class ScoresRecord(TypedDict):
    """The scores and their formula."""

    impact: float
    impact_basis: str
    confidence: float
    urgency: float
    rank: float
    priority: str
    formula: str


class ExplanationRecord(TypedDict):
    """The explanation of an insight."""

    insight_id: str
    headline: str
    cause: str
    question_answered: str
    what_happened: MeasurementRecord
    drivers: list[DriverRecord]
    scores: ScoresRecord
    confidence: dict[str, object]
    data_sources: list[SourceRecord]
    assumptions: list[str]
    alternatives_rejected: list[dict[str, str]]
    counterfactuals: list[ActionRecord]
    recommended_action: dict[str, str]
    limits: list[str]
    details: dict[str, list[dict[str, object]]]
    reproduce: dict[str, str]
