"""KPI values over time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import ListMeta, Page


class TrendWindow(BaseModel):
    """The days that a value is about, both included."""

    start: date
    end: date


class KpiTrendRow(BaseModel):
    """The last value of one metric in one period."""

    name: str
    period: date = Field(description="First day of the period: the day, the Monday of the ISO week, or the first of the month.")
    value: float | None
    change: float | None = Field(description="Value minus that of the period before that has one row; null for the first.")
    unit: str
    window: TrendWindow
    dimensions: dict[str, str]
    n_obs: int | None
    run_id: UUID | None
    undefined_reason: str | None


class KpiTrendsResponse(BaseModel):
    """Values by metric, dimensions and period."""

    trends: list[KpiTrendRow]
    page: Page
    meta: ListMeta
