"""The tables of forecasts and of the series that got none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contracts.tables import EACH
from runtime.models.tables.base import Base, CreatedAt, Identifier, Quantity


class ForecastRow(Base):
    """One forecast day of one series in one run; each run is a partition of its own.

    run_id has no foreign key: the publisher locks the run's row and the partition's bound admits no other run,
    so checking millions of rows one by one would learn nothing.
    """

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("horizon_days >= 1", name="horizon_positive"),
        CheckConstraint("predicted_value >= 0", name="predicted_not_negative"),
        CheckConstraint("confidence_lower <= predicted_value and predicted_value <= confidence_upper", name="interval_ordered"),
        CheckConstraint("(confidence_lower is null) = (confidence_upper is null)", name="interval_whole"),
        Index("idx_sku_date", "sku_id", "forecast_date"),
        {"postgresql_partition_by": "LIST (run_id)"},
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[Identifier] = mapped_column(primary_key=True)
    site_id: Mapped[Identifier] = mapped_column(primary_key=True, server_default="ALL")
    forecast_date: Mapped[date] = mapped_column(primary_key=True)
    horizon_days: Mapped[int]
    predicted_value: Mapped[Quantity]
    confidence_lower: Mapped[Decimal | None] = mapped_column(Numeric())
    confidence_upper: Mapped[Decimal | None] = mapped_column(Numeric())
    interval_level: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default=text("0.800"))
    mean_value: Mapped[Decimal | None] = mapped_column(Numeric())
    quantiles: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    uom: Mapped[str] = mapped_column(String(8), server_default=EACH)
    model: Mapped[str]
    predictor_arn: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[CreatedAt]


class ExcludedSeries(Base):
    """A series that a run did not forecast, and why."""

    __tablename__ = "excluded_series"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id"), primary_key=True)
    sku_id: Mapped[Identifier] = mapped_column(primary_key=True)
    site_id: Mapped[Identifier] = mapped_column(primary_key=True)
    code: Mapped[str]
    reason: Mapped[str]
