"""The tables of KPI values and accuracy reports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.domain.kpis import Basis
from runtime.models.tables.base import Base, CreatedAt, Document, Instant, one_of


class KpiMetricRow(Base):
    """One value of one metric, partitioned by the month it describes. A null value is undefined; metadata says why."""

    __tablename__ = "kpi_metrics"
    __table_args__ = (
        UniqueConstraint(
            "metric_name",
            "period_grain",
            "period_start",
            "dimension_hash",
            "run_id",
            "calculation_date",
            name="uq_kpi_metrics_value",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("period_start <= period_end", name="period_ordered"),
        CheckConstraint("metric_value is not null or coalesce(metadata ? 'undefined_reason', false)", name="undefined_has_reason"),
        Index("idx_metric_date", "metric_name", "calculation_date"),
        {"postgresql_partition_by": "RANGE (calculation_date)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    metric_name: Mapped[str] = mapped_column(String(100))
    metric_value: Mapped[Decimal | None] = mapped_column(Numeric(30, 4))
    metric_unit: Mapped[str] = mapped_column(String(50))
    calculation_date: Mapped[date] = mapped_column(primary_key=True)
    period_grain: Mapped[str] = mapped_column(server_default="day")
    period_start: Mapped[date]
    period_end: Mapped[date]
    dimensions: Mapped[Document] = mapped_column(server_default=text("'{}'"))
    dimension_hash: Mapped[str] = mapped_column(CHAR(32))
    n_obs: Mapped[int | None]
    run_id: Mapped[UUID | None]
    # "metadata" is SQLAlchemy's own word on a mapped class.
    details: Mapped[dict[str, object] | None] = mapped_column("metadata", JSONB)
    created_at: Mapped[CreatedAt]


class NewestKpiRow(Base):
    """The newest value of one metric and its dimensions: a copy from `kpi_metrics`, so that readers need not search the history."""

    __tablename__ = "newest_kpis"

    metric_name: Mapped[str] = mapped_column(String(100), primary_key=True)
    dimension_hash: Mapped[str] = mapped_column(CHAR(32), primary_key=True)
    metric_value: Mapped[Decimal | None] = mapped_column(Numeric(30, 4))
    metric_unit: Mapped[str] = mapped_column(String(50))
    calculation_date: Mapped[date]
    period_grain: Mapped[str]
    period_start: Mapped[date]
    period_end: Mapped[date]
    dimensions: Mapped[Document]
    n_obs: Mapped[int | None]
    run_id: Mapped[UUID | None]
    details: Mapped[dict[str, object] | None] = mapped_column("metadata", JSONB)
    created_at: Mapped[Instant]


class AccuracyReportRow(Base):
    """The accuracy of a run as known on a date."""

    __tablename__ = "accuracy_reports"
    __table_args__ = (CheckConstraint(one_of("basis", Basis), name="basis_known"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(primary_key=True)
    as_of_date: Mapped[date] = mapped_column(primary_key=True)
    computed_by: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id"))
    payload: Mapped[Document]
    created_at: Mapped[CreatedAt]
