"""The table of uploaded objects."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.quarantine import RecordStatus
from runtime.models.tables.base import Base, Document, Documents, Instant, one_of


class IngestedObjectRow(Base):
    """The outcome of each uploaded object version."""

    __tablename__ = "ingested_objects"
    __table_args__ = (
        UniqueConstraint("bucket", "key", "version_id"),
        CheckConstraint(one_of("status", ObjectStatus), name="status_known"),
        CheckConstraint("(status = 'REJECTED') = (reason_code is not null)", name="rejected_has_reason"),
        CheckConstraint("(status = 'DUPLICATE') = (duplicate_of is not null)", name="duplicate_has_original"),
        CheckConstraint(
            "status <> 'ACCEPTED' or (dataset is not null and sha256 is not null and staging_key is not null)", name="accepted_is_staged"
        ),
        # Of two concurrent deliveries of the same bytes, the database accepts one.
        Index("uq_ingested_objects_accepted_content", "dataset", "sha256", unique=True, postgresql_where=text("status = 'ACCEPTED'")),
        Index("ix_ingested_objects_received_at_id", "received_at", "id"),
        Index("ix_ingested_objects_key", "key"),
        Index("ix_ingested_objects_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bucket: Mapped[str]
    key: Mapped[str]
    version_id: Mapped[str]
    dataset: Mapped[str | None]
    format: Mapped[str | None]
    sha256: Mapped[str | None]
    bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    rows: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    unreadable_rows: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    first_date: Mapped[date | None]
    last_date: Mapped[date | None]
    status: Mapped[str]
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("ingested_objects.id"))
    warnings: Mapped[Documents] = mapped_column(server_default=text("'[]'"))
    staging_key: Mapped[str | None]
    received_at: Mapped[Instant]


class RowCheckRow(Base):
    """The outcome of the rows of an object: runtime.models.domain.row_checks.RowCheck as a document."""

    __tablename__ = "row_checks"

    object_id: Mapped[UUID] = mapped_column(ForeignKey("ingested_objects.id", ondelete="CASCADE"), primary_key=True)
    usable_rows: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[Document]


class WithdrawalRow(Base):
    """Who withdrew an object, and why."""

    __tablename__ = "withdrawals"

    object_id: Mapped[UUID] = mapped_column(ForeignKey("ingested_objects.id"), primary_key=True)
    at: Mapped[Instant]
    actor: Mapped[str]
    reason: Mapped[str]
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReplayRow(Base):
    """An object whose rows took the place of quarantined rows of another one, its original."""

    __tablename__ = "replays"
    __table_args__ = (Index("ix_replays_original_id", "original_id"),)

    object_id: Mapped[UUID] = mapped_column(ForeignKey("ingested_objects.id", ondelete="CASCADE"), primary_key=True)
    original_id: Mapped[UUID] = mapped_column(ForeignKey("ingested_objects.id", ondelete="CASCADE"))


class QuarantineRecordRow(Base):
    """A row of an object that broke a rule when the object arrived, and what became of it."""

    __tablename__ = "quarantine_records"
    __table_args__ = (
        CheckConstraint(one_of("status", RecordStatus), name="status_known"),
        CheckConstraint("(status = 'OPEN') = (closed_at is null)", name="closed_has_time"),
        CheckConstraint("(status = 'REPLAYED') = (replay_id is not null)", name="replayed_has_object"),
        Index("ix_quarantine_records_replay_id", "replay_id", postgresql_where=text("replay_id is not null")),
    )

    object_id: Mapped[UUID] = mapped_column(ForeignKey("ingested_objects.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str]
    reason: Mapped[str]
    row_values: Mapped[Document]
    suggested_values: Mapped[Document | None]
    status: Mapped[str] = mapped_column(server_default=text("'OPEN'"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[str | None]
    closing_reason: Mapped[str | None]
    replay_id: Mapped[UUID | None] = mapped_column(ForeignKey("ingested_objects.id"))
