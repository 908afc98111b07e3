"""The tables of insights and of what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Float, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.models.domain.insights import InsightEventKind, InsightStatus
from runtime.models.tables.base import Base, Document, Documents, Instant, one_of


class InsightRow(Base):
    """One insight: runtime.models.domain.insights.StoredInsight."""

    __tablename__ = "insights"
    __table_args__ = (
        CheckConstraint(one_of("category", InsightCategory), name="category_known"),
        CheckConstraint(one_of("priority", Priority), name="priority_known"),
        CheckConstraint(one_of("status", InsightStatus), name="status_known"),
        CheckConstraint("(status in ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS')) = (closed_at is null)", name="closed_has_time"),
        CheckConstraint("status <> 'DISMISSED' or closing_reason is not null", name="dismissed_has_reason"),
        # Of two runs at once that see the same, the database accepts one.
        Index("uq_insights_open_fingerprint", "fingerprint", unique=True, postgresql_where=text("closed_at is null")),
        Index("ix_insights_rank_id", "rank", "id"),
        Index("ix_insights_last_seen_at", "last_seen_at"),
        Index("ix_insights_anomaly_group", text("(explanation #>> '{method,parameters,anomaly_group}')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    rule_id: Mapped[str]
    category: Mapped[str]
    priority: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    owner_role: Mapped[str]
    headline: Mapped[str]
    site_ids: Mapped[Documents]
    rank: Mapped[float] = mapped_column(Float(53))
    deadline: Mapped[date]
    is_pushed: Mapped[bool]
    next_command: Mapped[str]
    explanation: Mapped[Document]
    as_of_date: Mapped[date]
    first_seen_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    last_run_id: Mapped[UUID]
    judged_run_id: Mapped[UUID]
    occurrence_count: Mapped[int]
    missed_runs: Mapped[int]
    assignee: Mapped[str | None]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[str | None]
    closing_reason: Mapped[str | None]
    superseded_by: Mapped[UUID | None]


class InsightEventRow(Base):
    """One thing that happened to an insight: runtime.models.domain.insights.InsightEvent."""

    __tablename__ = "insight_events"
    __table_args__ = (
        CheckConstraint(one_of("kind", InsightEventKind), name="kind_known"),
        Index("ix_insight_events_insight_id", "insight_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    insight_id: Mapped[UUID] = mapped_column(ForeignKey("insights.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    actor: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    detail: Mapped[Document]
