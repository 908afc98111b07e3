"""Bodies of the routes about anomalies: responses as OpenAPI describes them, and requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import AnomalyVerdict, FigureBasis, Severity
from runtime.models.api.insight_responses import MoneyBody
from runtime.models.api.responses import ListMeta, Page
from runtime.models.domain.anomalies.alerts import UnsentReason
from runtime.models.domain.anomaly_events import EventStatus
from runtime.models.domain.fields import STORABLE

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=STORABLE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=STORABLE)]
STATUS_TEXT = "OPEN: it goes on, or ended too recently to tell; OVER: demand is as expected again; MERGED: it is part of a wider one."
REASON_TEXT = "; ".join(f"{reason}: {reason.description}" for reason in UnsentReason) + "."


class AnomalyBody(BaseModel):
    """One group of anomalies: what one cause did to demand, over days and runs."""

    group_id: str
    title: str
    type: AnomalyKind | None = Field(description="Null when the days of the group are of several kinds.")
    direction: str = Field(description="up, down, or gap: days without data.")
    severity: Severity
    score: float = Field(description="0 to 100, of the newest run that saw it.")
    status: EventStatus = Field(description=STATUS_TEXT)
    measure: str
    scope: dict[str, str] = Field(description="The dimension values that its cause is limited to; empty for everything.")
    start_date: date
    end_date: date
    first_seen: date = Field(description="As-of date of the first run that saw it.")
    last_seen: date
    occurrence_count: int = Field(description="Days on which runs saw it.")
    delta_units: float | None = Field(description="Units seen less those expected; null for a gap in the data.")
    units_unseen: float | None = Field(description="Units that were expected on days without data.")
    money: MoneyBody | None
    money_reason: str | None
    site_ids: list[str]
    sku_count: int
    known_events: list[str] = Field(description="Promotions, holidays and closures that explain it.")
    is_material: bool = Field(description="Whether it moves enough for an alert.")
    is_told: bool = Field(description="Whether people were alerted of it.")
    verdict: AnomalyVerdict | None = Field(description="The newest feedback that stands.")
    run_id: UUID = Field(description="The newest run that saw it.")
    merged_into: str | None


class AnomalyListResponse(BaseModel):
    """One page of anomalies, the most severe first."""

    anomalies: list[AnomalyBody]
    page: Page
    meta: ListMeta


class ContributorBody(BaseModel):
    """A dimension value and its share of the change; `value` is null for the `others` beyond the first five."""

    value: str | None
    share: float
    others: int | None = None


class SeriesChangeBody(BaseModel):
    """Units of one series over the reported days."""

    site_id: str | None = None
    sku_id: str | None = None
    category_l1: str | None = None
    category_l2: str | None = None
    category_l3: str | None = None
    expected: float
    actual: float


class ChangeBody(BaseModel):
    """What was expected and seen on the days of the anomaly; what an older version did not state is null."""

    expected: float | None
    actual: float | None = Field(alias="seen")
    lower: float | None
    upper: float | None
    change_percent: float | None = Field(description="Null when nothing was expected.")
    expected_a_day: float | None = None
    seen_a_day: float | None = None
    basis: FigureBasis | None = Field(
        None,
        description="scope: all series of the scope, beside the mean of their forecast; reported: only the series and days reported.",
    )


class KnownEventBody(BaseModel):
    """A promotion, holiday or closure."""

    name: str
    kind: str
    start_date: date
    end_date: date
    scope: dict[str, str]


class CauseBody(BaseModel):
    """A candidate for the cause, with the evidence for it."""

    cause: str
    evidence: str


class ActionBody(BaseModel):
    """What to do, who, and until when."""

    action: str
    owner_role: str
    deadline: date


class ThresholdBody(BaseModel):
    """The least distance at which the scope is reported (a z), and the feedback that moved it."""

    base: float
    value: float
    dismissals: int
    confirmations: int
    text: str


class AlertStateBody(BaseModel):
    """Whether the newest run sent it, and why not."""

    state: str
    reason: UnsentReason | None = Field(description=REASON_TEXT)
    reason_detail: str | None


class FeedbackBody(BaseModel):
    """What a person said of an anomaly."""

    feedback_id: UUID
    group_id: str
    verdict: AnomalyVerdict
    reason: str
    at: datetime
    actor: str
    run_id: UUID
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class PanelBody(BaseModel):
    """One series or total by day; null is unknown. `reported_places`: the places of the reported days."""

    label: str
    share: float | None
    actual: list[float | None]
    expected: list[float | None]
    lower: list[float | None]
    upper: list[float | None]
    reported_places: list[int]


class PictureBody(BaseModel):
    """The days of the picture, one value for each from `first_day` on: the whole first, then what moved most."""

    title: str
    caption: str
    first_day: date
    event_days: list[date]
    panels: list[PanelBody]


class AnomalyLinks(BaseModel):
    """Links that exist; the others are null."""

    picture: str | None
    insight: str | None
    explanation: str | None
    feedback: str
    run: str


class AnomalyResponse(AnomalyBody):
    """An anomaly with everything that is known about it."""

    dimensions: dict[str, list[str]]
    contributors: dict[str, list[ContributorBody]] = Field(
        description="By dimension; the shares sum to 100; below 0 of what moved the other way."
    )
    series: list[SeriesChangeBody]
    assumptions: list[str]
    event_details: list[KnownEventBody]
    not_material_reason: str | None
    expected_and_seen: ChangeBody | None
    likely_causes: list[CauseBody]
    recommended_action: ActionBody | None
    threshold: ThresholdBody | None = Field(description="That of the newest run; null where nobody had given feedback.")
    next_threshold: ThresholdBody = Field(description="That of the next run, from the feedback so far.")
    alert: AlertStateBody | None
    feedback: list[FeedbackBody]
    picture: PictureBody | None
    links: AnomalyLinks


class AnomalyFeedbackRequest(BaseModel):
    """What a person says of an anomaly: that it is real, not real, or was expected; and why."""

    model_config = ConfigDict(extra="forbid")

    verdict: AnomalyVerdict
    reason: Reason
    actor_detail: Words | None = Field(None, description="Who says so, as the client states it; it is stored as unverified.")


class AnomalyFeedbackResponse(FeedbackBody):
    """The feedback as it is stored, and the threshold that follows from it."""

    next_threshold: ThresholdBody


class UnsentBody(BaseModel):
    """An anomaly that no run of a week sent, as the newest of them saw it."""

    group_id: str
    title: str
    severity: Severity
    score: float
    delta_units: float | None
    money: MoneyBody | None
    reason: UnsentReason = Field(description=REASON_TEXT)
    reason_detail: str | None
    first_day: date
    last_day: date
    days: int = Field(description="Days on which runs did not send it.")
    run_id: UUID


class UnsentListResponse(BaseModel):
    """What was not sent in a week, and why; the most severe first."""

    unsent: list[UnsentBody]
    week: str
    page: Page
    meta: ListMeta
