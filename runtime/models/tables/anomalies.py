"""The table of anomaly events."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

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
