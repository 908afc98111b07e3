"""Bodies of the routes about insights: responses as OpenAPI describes them, and requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kpi_engine.insights.terms import ImpactBasis, InsightCategory, Priority
from runtime.models.api.responses import ListMeta, Page
from runtime.models.domain.fields import STORABLE
from runtime.models.domain.insights import FeedbackVerdict, InsightEventKind, InsightStatus

STATUS_TEXT = "; ".join(f"{status}: {status.description}" for status in InsightStatus) + "."
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=STORABLE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Who does something: one line without control characters, for it is shown in terminals and messages."""


class MoneyBody(BaseModel):
    """An amount of money; `low` and `high` are null without an interval."""

    low: float | None
    expected: float
    high: float | None
    currency: str


class ImpactBody(BaseModel):
    """What is affected. `money` is null where a price is missing; `money_reason` names it."""

    units: float
    unit: str
    money: MoneyBody | None
    money_reason: str | None
    volume_percentile: float = Field(description="Percent of the recent days of all sites whose demand is smaller, 0 to 100.")


class ScoresBody(BaseModel):
    """Scores 0 to 100, urgency 0 to 1, and the formula of the rank."""

    impact: float
    impact_basis: ImpactBasis
    confidence: float
    urgency: float
    rank: float
    priority: Priority
    formula: str


class InsightBody(BaseModel):
    """One thing to do: what, why, how large, who, until when, and the command to continue with."""

    id: UUID
    category: InsightCategory
    priority: Priority
    status: InsightStatus = Field(description=STATUS_TEXT)
    headline: str
    cause: str
    action: str
    owner_role: str
    assignee: str | None
    deadline: date
    site_ids: list[str]
    impact: ImpactBody
    scores: ScoresBody
    is_pushed: bool = Field(description="Whether it is within the daily number of insights of its owner.")
    rule_id: str
    run_id: UUID
    as_of_date: date
    first_seen_at: datetime
    last_seen_at: datetime
    occurrence_count: int
    missed_runs: int = Field(description="Runs in a row that did not see it any more; after two it is resolved.")
    closed_at: datetime | None
    closed_by: str | None
    closing_reason: str | None
    superseded_by: UUID | None
    next_command: str
    version: int = Field(description="The version that `If-Match` states in a change.")


class InsightEventBody(BaseModel):
    """One thing that happened to an insight."""

    at: datetime
    actor: str
    kind: InsightEventKind
    version: int
    detail: dict[str, object]


class InsightResponse(InsightBody):
    """An insight with what happened to it."""

    events: list[InsightEventBody]


class RuleBody(BaseModel):
    """What became of the insights of a rule: the last 20 that ended, as of the run."""

    rule_id: str
    closed_count: int
    useful_count: int = Field(description="Somebody changed it, closed it or called it useful, and did not dismiss it.")
    measured_count: int = Field(description="Its prediction was compared with the demand that followed.")
    hit_count: int = Field(description="At least half of the predicted effect came true.")
    useful_percent: float
    hit_rate: float | None = Field(description="Percent of the predictions that came true; null when none was measured.")
    is_muted: bool = Field(description="Fewer than 30 percent of 20 were useful: its insights are listed, and not pushed.")


class InsightListMeta(ListMeta):
    """What the newest run judged and could not judge, and what its rules are worth."""

    rules: list[RuleBody]


class InsightListResponse(BaseModel):
    """One page of insights, the highest rank first. `meta.warnings` says which categories the newest run could not judge, and why."""

    insights: list[InsightBody]
    page: Page
    meta: InsightListMeta


class MeasurementBody(BaseModel):
    """What was seen beside what was expected."""

    metric: str
    value: float
    unit: str
    expected: float | None
    delta: float | None
    threshold: float | None
    interval: dict[str, float | None] | None


class DriverBody(BaseModel):
    """A part of the difference. The parts add up to 100 percent, and to the difference in units."""

    kind: str
    key: str
    count: int | None = None
    contribution_units: float
    contribution_pct: float
    direction: str


class CounterfactualBody(BaseModel):
    """What follows from an action, or from doing nothing."""

    action: str
    result: dict[str, float | bool | str | None]
    cost: MoneyBody | None
    cost_reason: str | None
    feasible: bool | None = Field(description="Whether it is possible; null where no data says so, with the reason.")
    feasibility_reason: str | None
    checked_constraints: list[str]
    steps: list[dict[str, object]] = Field(description="The action in its parts, such as which work moves from which day to which.")


class SourceBody(BaseModel):
    """Rows of one object that the figures come from; `row_ranges` is null where they are not listed."""

    dataset: str
    object: str
    version_id: str
    sha256: str
    row_ranges: list[list[int]] | None
    rows: int
    quality_score: float | None


class ExplainabilityResponse(BaseModel):
    """Why an insight says what it says. Its texts state no number that its figures do not have."""

    insight_id: UUID
    version: int
    generated_at: datetime
    explanation_version: int
    as_of_date: date
    category: InsightCategory
    scope: dict[str, str]
    headline: str
    cause: str
    question_answered: str
    what_happened: MeasurementBody
    impact: ImpactBody
    drivers: list[DriverBody]
    method: dict[str, object]
    scores: ScoresBody
    confidence: dict[str, object]
    data_sources: list[SourceBody]
    assumptions: list[str]
    alternatives_rejected: list[dict[str, str]]
    counterfactuals: list[CounterfactualBody]
    recommended_action: dict[str, str]
    sensitivity: list[dict[str, str | float]]
    limits: list[str]
    prediction: dict[str, object] | None = Field(
        description="Demand that is expected beyond a limit, which is compared with the actual demand once its days have passed."
    )
    details: dict[str, list[dict[str, object]]] = Field(
        description="The rows that the figures are computed from, by name: days of a resource, trucks of a plan, SKUs."
    )
    children: list[dict[str, object]]
    reproduce: dict[str, str]


class InsightChangeRequest(BaseModel):
    """Change an insight. An empty `assignee` removes it; DISMISSED needs a reason, and so does opening a closed one again."""

    model_config = ConfigDict(extra="forbid")

    status: InsightStatus | None = None
    assignee: Name | None = None
    reason: Words | None = None
    actor_detail: Words | None = Field(None, description="Who decided, as the client states it; it is stored as unverified.")


class InsightFeedbackRequest(BaseModel):
    """What a person says of an insight."""

    model_config = ConfigDict(extra="forbid")

    verdict: FeedbackVerdict
    reason: Words | None = None
    actor_detail: Words | None = Field(None, description="Who says so, as the client states it; it is stored as unverified.")


class InsightFeedbackResponse(BaseModel):
    """The feedback as it is stored."""

    insight_id: UUID
    verdict: FeedbackVerdict
    reason: str | None
    at: datetime
