"""Documents of /anomalies, as far as the commands read them."""

from __future__ import annotations

from typing import TypedDict

from kpi_engine.anomalies.picture.picture import PictureDocument


class MoneyRecord(TypedDict):
    """An amount of money."""

    expected: float
    currency: str


class AnomalyRecord(TypedDict):
    """One row of the list."""

    group_id: str
    title: str
    type: str | None
    severity: str
    score: float
    status: str
    start_date: str
    end_date: str
    first_seen: str
    last_seen: str
    occurrence_count: int
    delta_units: float | None
    units_unseen: float | None
    money: MoneyRecord | None
    money_reason: str | None
    is_material: bool
    is_told: bool
    verdict: str | None
    known_events: list[str]


class MetaRecord(TypedDict):
    """The published run, and what to know about the list."""

    as_of_date: str | None
    warnings: list[str]


class PageRecord(TypedDict):
    """Position in the list."""

    has_more: bool
    next_cursor: str | None


class AnomalyPage(TypedDict):
    """A page of anomalies, the most severe first."""

    anomalies: list[AnomalyRecord]
    meta: MetaRecord
    page: PageRecord


class ContributorRecord(TypedDict, total=False):
    """A dimension value and its share; without a value, `others` of them."""

    value: str | None
    share: float
    others: int | None


class ThresholdRecord(TypedDict):
    """A threshold in words."""

    text: str


class AlertRecord(TypedDict):
    """Whether the newest run sent it."""

    state: str
    reason: str | None
    reason_detail: str | None


class FeedbackRecord(TypedDict):
    """What a person said."""

    feedback_id: str
    verdict: str
    reason: str
    at: str
    actor: str
    withdrawn_at: str | None


class FeedbackOutput(FeedbackRecord):
    """Feedback as it is stored, with the threshold that follows."""

    next_threshold: ThresholdRecord


class LinksRecord(TypedDict):
    """Links that exist."""

    picture: str | None
    insight: str | None


ChangeRecord = TypedDict(  # noqa: UP013 - a field of a class may not be named seen
    "ChangeRecord",
    {"expected": float | None, "seen": float | None, "lower": float | None, "upper": float | None, "change_percent": float | None},
)
"""What was expected and seen."""


class AnomalyDetails(AnomalyRecord):
    """An anomaly with everything that is known about it."""

    contributors: dict[str, list[ContributorRecord]]
    assumptions: list[str]
    not_material_reason: str | None
    expected_and_seen: ChangeRecord | None
    likely_causes: list[dict[str, str]]
    recommended_action: dict[str, str] | None
    threshold: ThresholdRecord | None
    next_threshold: ThresholdRecord
    alert: AlertRecord | None
    feedback: list[FeedbackRecord]
    picture: PictureDocument | None
    links: LinksRecord
    run_id: str


class UnsentRecord(TypedDict):
    """An anomaly that no run of a week sent."""

    group_id: str
    title: str
    severity: str
    delta_units: float | None
    reason: str
    reason_detail: str | None
    days: int
    last_day: str


class UnsentPage(TypedDict):
    """What was not sent in a week."""

    unsent: list[UnsentRecord]
    week: str
