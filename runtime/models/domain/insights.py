"""Insights as they are stored, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kpi_engine.insights.terms import InsightCategory, Priority

SYSTEM = "system"
"""The actor of changes that no person makes."""
RUNS_UNTIL_RESOLVED = 2
"""Runs in a row in which its condition is false, after which an insight is resolved."""
REOPEN_TIME = timedelta(days=7)
"""Within this time after its end an insight whose condition is true again is opened again, with its id."""
EXPIRY_DAYS = 14
"""Days after its deadline after which an insight expires whose rule no run judges any more."""


class InsightStatus(StrEnum):
    """The status of an insight. NEW, ACKNOWLEDGED and IN_PROGRESS are open."""

    description: str

    def __new__(cls, name: str, description: str) -> InsightStatus:
        """Make the member whose text is the name of the status."""
        status = str.__new__(cls, name)
        status._value_ = name
        status.description = description
        return status

    NEW = ("NEW", "nobody has taken it up")
    ACKNOWLEDGED = ("ACKNOWLEDGED", "somebody has seen it; its content no longer changes")
    IN_PROGRESS = ("IN_PROGRESS", "somebody works on it; its content no longer changes")
    RESOLVED = ("RESOLVED", "the condition is gone, or somebody has dealt with it")
    DISMISSED = ("DISMISSED", "somebody decided that it needs no action, and said why")
    EXPIRED = ("EXPIRED", "its time has passed without a run that judges it")
    SUPERSEDED = ("SUPERSEDED", "another insight contains it")


STATUSES = {status.value: status for status in InsightStatus}
"""The statuses by their text."""
OPEN_STATUSES = (InsightStatus.NEW, InsightStatus.ACKNOWLEDGED, InsightStatus.IN_PROGRESS)
CLAIMED_STATUSES = (InsightStatus.ACKNOWLEDGED, InsightStatus.IN_PROGRESS)
REOPENED_STATUSES = (InsightStatus.RESOLVED, InsightStatus.DISMISSED, InsightStatus.EXPIRED)
"""The closed statuses from which people may open an insight again."""
STATUSES_BY_HAND = (*OPEN_STATUSES, InsightStatus.RESOLVED, InsightStatus.DISMISSED)
"""The statuses that people may set; NEW gives a claimed insight back."""


class FeedbackVerdict(StrEnum):
    """What a person says of an insight."""

    USEFUL = "USEFUL"
    NOT_USEFUL = "NOT_USEFUL"
    WRONG = "WRONG"


class InsightEventKind(StrEnum):
    """What happened to an insight."""

    CREATED = "CREATED"
    SEEN_AGAIN = "SEEN_AGAIN"
    NOT_SEEN = "NOT_SEEN"
    REOPENED = "REOPENED"
    CLOSED = "CLOSED"
    CHANGED = "CHANGED"
    FEEDBACK = "FEEDBACK"
    MEASURED = "MEASURED"


@dataclass(frozen=True, kw_only=True)
class InsightContent:
    """What a run says of an insight. site_ids: empty when it is not about single sites. explanation: kpi_engine.insights.explanation."""

    rule_id: str
    category: InsightCategory
    priority: Priority
    owner_role: str
    headline: str
    site_ids: tuple[str, ...]
    rank: float
    deadline: date
    is_pushed: bool
    next_command: str
    explanation: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class StoredInsight:
    """One insight. last_run_id: the last run that saw it; judged_run_id: the last run that judged it; missed_runs: since it saw it last.

    version: rises with every change that readers see; as_of_date: of the last run that judged it, or the last before somebody resolved it.
    """

    id: UUID
    fingerprint: str
    status: InsightStatus
    version: int
    content: InsightContent
    as_of_date: date
    first_seen_at: datetime
    last_seen_at: datetime
    last_run_id: UUID
    judged_run_id: UUID
    occurrence_count: int = 1
    missed_runs: int = 0
    assignee: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing_reason: str | None = None
    superseded_by: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still needs somebody."""
        return self.status in OPEN_STATUSES


@dataclass(frozen=True)
class InsightEvent:
    """One thing that happened to an insight. version: after it."""

    id: UUID
    insight_id: UUID
    at: datetime
    actor: str
    kind: InsightEventKind
    version: int
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class InsightChange:
    """A new state of an insight and the event that led to it. expected_version: the stored one; None for a new insight.

    event: None where nothing happened that a reader should know.
    """

    insight: StoredInsight
    expected_version: int | None
    event: InsightEvent | None


@dataclass(frozen=True)
class InsightEdit:
    """What a person changes; None leaves a field as it is, and an empty assignee removes it."""

    status: InsightStatus | None = None
    assignee: str | None = None
    reason: str | None = None

    def to_detail(self) -> dict[str, object]:
        """Return the fields that are set."""
        fields = {"status": self.status and self.status.value, "assignee": self.assignee, "reason": self.reason}
        return {name: value for name, value in fields.items() if value is not None}


class EditOutcome(StrEnum):
    """What became of an edit."""

    CHANGED = "CHANGED"
    STALE = "STALE"
    """The insight has another version in the meantime."""
    OCCUPIED = "OCCUPIED"
    """Another insight of the same identity is open, so that this one cannot be opened again."""
