"""The tables of runs and of the one that readers see."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.domain.runs import RunStatus
from runtime.models.tables.base import Base, CreatedAt, Document, Documents, Instant, one_of


class ForecastRunRow(Base):
    """One row per forecast generation. Columns about the model are null until the forecast exists."""

    __tablename__ = "forecast_runs"
    __table_args__ = (
        CheckConstraint("horizon_days between 1 and 366", name="horizon_in_range"),
        CheckConstraint(one_of("status", RunStatus), name="status_known"),
        Index("ix_forecast_runs_created_at_id", "created_at", "id"),
        Index("ix_forecast_runs_published_at", "published_at", postgresql_where=text("published_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of_date: Mapped[date]
    horizon_days: Mapped[int]
    status: Mapped[str]
    backend: Mapped[str | None]
    model_name: Mapped[str | None]
    model_version: Mapped[str | None]
    code_version: Mapped[str]
    seed: Mapped[int | None]
    params: Mapped[Document] = mapped_column(server_default=text("'{}'"))
    # The objects, as versions before 0.2 stored them here; nothing writes it, and a later migration drops it.
    input_manifest: Mapped[Documents] = mapped_column(server_default=text("'[]'"))
    input_objects: Mapped[int | None]
    input_digest: Mapped[str | None]
    warnings: Mapped[Documents] = mapped_column(server_default=text("'[]'"))
    series_forecast: Mapped[int | None]
    series_excluded: Mapped[int | None]
    backtest: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    execution_arn: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    measured_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[dict[str, object] | None] = mapped_column(JSONB)


class PublishedRunRow(Base):
    """The pointer: one row at most, naming the run that readers see."""

    __tablename__ = "published_run"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, server_default=text("1"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id"))
    published_at: Mapped[Instant]


class PublicationRow(Base):
    """A time during which readers saw a run. `actor` published it by hand; null: the run published itself."""

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_run_id", "run_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id", ondelete="CASCADE"))
    published_at: Mapped[Instant]
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str | None]
