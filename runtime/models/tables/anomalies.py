"""The tables of anomaly events and of feedback on them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kpi_engine.anomalies.terms import AnomalyVerdict
from runtime.models.domain.anomaly_events import EventStatus, MessageKind
from runtime.models.tables.base import Base, Document, Instant, one_of


class AnomalyEventRow(Base):
    """One row per event: what one cause did to demand over days and runs."""

    __tablename__ = "anomaly_events"
    __table_args__ = (
        CheckConstraint("direction in ('up', 'down', 'gap')", name="direction_known"),
        CheckConstraint(one_of("status", EventStatus), name="status_known"),
        CheckConstraint(one_of("message_kind", MessageKind), name="message_kind_known"),
        CheckConstraint("start_date <= end_date", name="start_before_end"),
        CheckConstraint("(status = 'MERGED') = (merged_into is not null)", name="merged_has_event"),
        CheckConstraint("(message_kind is null) = (message_run_id is null)", name="message_has_run"),
        Index("ix_anomaly_events_measure_end_date", "measure", "end_date"),
        Index("ix_anomaly_events_message_run_id", "message_run_id", postgresql_where=text("message_run_id is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str]
    direction: Mapped[str]
    scope: Mapped[Document]
    status: Mapped[str]
    kind: Mapped[str | None]
    severity: Mapped[str]
    score: Mapped[float]
    start_date: Mapped[date]
    end_date: Mapped[date]
    first_seen: Mapped[date]
    last_seen: Mapped[date]
    occurrence_count: Mapped[int]
    last_run_id: Mapped[UUID]
    updated_at: Mapped[Instant]
    title: Mapped[str]
    dedupe_key: Mapped[str | None]
    delta_units: Mapped[float | None]
    told_severity: Mapped[str | None]
    message_kind: Mapped[str | None]
    message_run_id: Mapped[UUID | None]
    merged_into: Mapped[UUID | None]
    detail: Mapped[Document] = mapped_column(server_default=text("'{}'"))


class AnomalyFeedbackRow(Base):
    """One row per statement about an event: runtime.models.domain.anomalies.feedback.AnomalyFeedback."""

    __tablename__ = "anomaly_feedback"
    __table_args__ = (
        CheckConstraint(one_of("verdict", AnomalyVerdict), name="verdict_known"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawal_complete"),
        Index("ix_anomaly_feedback_event_id", "event_id"),
        Index("ix_anomaly_feedback_measure_at", "measure", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("anomaly_events.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    actor: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str]
    run_id: Mapped[UUID]
    measure: Mapped[str]
    direction: Mapped[str]
    scope: Mapped[Document]
    severity: Mapped[str]
    detail: Mapped[Document]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None]
