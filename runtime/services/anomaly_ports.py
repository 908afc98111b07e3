"""Ports of anomalies: events and feedback as runs use them and as the API shows them, and the reference data that a run read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.audit import AuditEvent
from runtime.services.read_ports import JsonRows

if TYPE_CHECKING:
    import pandas as pd


class AnomalyEvents(Protocol):
    """The anomaly events of all runs."""

    def list_recent(self, measure: str, since: date) -> list[AnomalyEvent]:
        """Return the events of a measure that are open, or are over and ended on a day or later; merged ones are left out."""

    def newest_day(self, measure: str) -> date | None:
        """Return the newest as-of date of which a run saw an event of a measure; None when there is no event."""

    def save(self, events: Sequence[AnomalyEvent]) -> None:
        """Store events, in place of earlier versions of them, all or none."""

    def list_messages(self, run_id: UUID) -> list[AnomalyEvent]:
        """Return the events of which a run told people, the worst and then the newest first."""

    def list_feedback(self, measure: str, until: datetime) -> list[AnomalyFeedback]:
        """Return the feedback on events of a measure that counts for a run that starts at an instant (AnomalyFeedback.counts_at)."""


@dataclass(frozen=True)
class AnomalyFilters:
    """Filters of the list of anomalies; empty or None: all. since: the event ended on this day or later.

    statuses empty: all but the events that are parts of others.
    """

    since: date
    severities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    site_id: str | None = None
    sku_id: str | None = None
    is_material: bool | None = None


class AnomalyReads(Protocol):
    """The anomaly events as the API shows them."""

    def rows(self, filters: AnomalyFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return events, the most severe first."""

    def newest_day(self) -> date | None:
        """Return the newest as-of date of which a run saw an event; None when there is none."""

    def find(self, event_id: UUID) -> AnomalyEvent | None:
        """Return an event, None when there is none."""

    def find_insight(self, event_id: UUID) -> UUID | None:
        """Return the newest insight about an event, None when there is none."""

    def list_feedback(self, event_id: UUID) -> list[AnomalyFeedback]:
        """Return all feedback on an event, the newest first."""

    def list_feedback_of_scope(self, event: AnomalyEvent) -> list[AnomalyFeedback]:
        """Return all feedback on events of the measure, direction and scope of an event."""


class AnomalyFeedbackEdits(Protocol):
    """Feedback by hand."""

    def add(self, feedback: AnomalyFeedback) -> bool:
        """Store feedback, with run, direction, scope and severity as the event has them now, and record it in the audit log.

        Returns whether it is new: an id that is stored already changes nothing.
        """

    def find(self, feedback_id: UUID) -> AnomalyFeedback | None:
        """Return feedback, None when there is none."""

    def withdraw(self, feedback_id: UUID, event: AuditEvent) -> bool:
        """Mark feedback withdrawn and record the event, both or neither. Returns False when it was withdrawn before."""


class ReferenceData(Protocol):
    """Rows of the data sets that a run read beside demand."""

    def rows(self, run_id: UUID, dataset: str) -> pd.DataFrame:
        """Return the valid rows of a data set, with the columns of its contract; none when no file of it was uploaded."""
