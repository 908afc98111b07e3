"""The table of jobs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.domain.jobs import JobStatus
from runtime.models.tables.base import Base, CreatedAt, Document, Instant, one_of


class JobRow(Base):
    """The jobs of clients."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(one_of("status", JobStatus), name="status_known"),
        Index("uq_jobs_idempotency_key", "idempotency_key", unique=True, postgresql_where=text("idempotency_key is not null")),
        Index("ix_jobs_created_at_id", "created_at", "id"),
        Index("ix_jobs_requested_by_created_at", text("(request ->> 'requested_by')"), "created_at"),
        Index("ix_jobs_in_flight", "created_at", postgresql_where=text("finished_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    status: Mapped[str]
    request: Mapped[Document] = mapped_column(server_default=text("'{}'"))
    request_hash: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    progress: Mapped[Document] = mapped_column(server_default=text("'{}'"))
    error: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    result: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    execution_arn: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[Instant]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
