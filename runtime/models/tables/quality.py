"""The table of data-quality reports."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from runtime.models.domain.quality import Verdict
from runtime.models.tables.base import Base, CreatedAt, Document, one_of


class QualityReportRow(Base):
    """The verdict on the input of one run, with the whole quality document."""

    __tablename__ = "data_quality_reports"
    __table_args__ = (CheckConstraint(one_of("verdict", Verdict), name="verdict_known"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("forecast_runs.id"), primary_key=True)
    verdict: Mapped[str]
    payload: Mapped[Document]
    created_at: Mapped[CreatedAt]
