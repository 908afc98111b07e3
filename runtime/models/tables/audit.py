"""The table of audit events."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.tables.base import Base, Document, Instant


class AuditEventRow(Base):
    """One row per change made by hand. Rows are only added."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_at_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str | None]
    detail: Mapped[Document] = mapped_column(server_default=text("'{}'"))
