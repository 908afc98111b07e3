"""What the API answers: the shapes, for the OpenAPI document and for clients. Rows that PostgreSQL wrote are not validated again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class Page(BaseModel):
    """Where a list stands."""

    limit: int
    next_cursor: str | None = Field(None, description="Opaque; hand it back with the same filters to get the next page.")
    has_more: bool


class ForecastRow(BaseModel):
    """One day of one series. The interval is a prediction interval of level `interval_level` (0.8: P10 to P90)."""

    id: str
    run_id: UUID
    sku_id: str
    site_id: str
    forecast_date: date
    horizon_days: int = Field(description="Lead time in days after the run's as-of date.")
    predicted_value: float = Field(description="The median (P50), in units.")
    confidence_lower: float | None
    confidence_upper: float | None
    interval_level: float
    quantiles: dict[str, float]
    uom: str
    model: str


class ForecastMeta(BaseModel):
    """Which run the rows come from, and what to know about it."""

    run_id: UUID | None
    as_of_date: date | None
    time_horizon: str
    published_at: datetime | None
    stale: bool = Field(description="The run's as-of date is more than two days old.")
    generated_at: datetime
    warnings: list[str]


class ForecastResponse(BaseModel):
    """Forecasts of the published run, ordered by SKU, site and date."""

    forecasts: list[ForecastRow]
    page: Page
    meta: ForecastMeta


class ForecastJobResponse(BaseModel):
    """Long work and how far it is. SUCCEEDED, FAILED, TIMED_OUT and CANCELLED are final."""

    job_id: UUID
    type: str
    status: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    progress: dict[str, Any]
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    links: dict[str, str]


class ForecastRunResponse(BaseModel):
    """One forecast run: what it read, what made it, what came out."""

    forecast_id: UUID
    status: str
    as_of_date: date
    horizon_days: int
    published: bool = Field(description="Whether readers see this run now.")
    published_at: datetime | None
    backend: str | None
    model_name: str | None
    model_version: str | None
    code_version: str
    params: dict[str, Any]
    series_forecast: int | None
    series_excluded: int | None
    backtest: dict[str, Any] | None
    warnings: list[str]
    lineage: list[dict[str, Any]] = Field(description="The object versions the run read, with their checksums.")
    created_at: datetime
    finished_at: datetime | None


class ExcludedSeries(BaseModel):
    """A series without a forecast, and why."""

    site_id: str
    sku_id: str
    code: str
    reason: str


class ExcludedResponse(BaseModel):
    """Every series that the run left out."""

    forecast_id: UUID
    excluded: list[ExcludedSeries]


class AccuracyMetricsResponse(BaseModel):
    """How good the forecasts of one run were. Percentages are 0..100; undefined values are null with a reason."""

    forecast_id: UUID
    status: str = Field(description="COMPLETE, or PENDING_ACTUALS while neither a back-test nor actuals exist.")
    basis: str | None = Field(description="BACKTEST: days held out of the past. ACTUALS: days that came after the forecast.")
    as_of_date: date | None
    window: dict[str, date] | None = Field(description="First and last day that was compared.")
    scope: dict[str, str] = Field(description="What the figures are about, when it is less than the whole run.")
    error_grain: str = Field(description="Errors are formed per SKU, site and day, and summed from there.")
    rollup: str = Field(description="pooled: a ratio of sums over the errors of single points.", examples=["pooled"])
    definitions_version: str | None = Field(description="Version of the metrics' definitions.")
    metrics: dict[str, Any]
    sku_breakdown: list[dict[str, Any]]
    site_breakdown: list[dict[str, Any]]
    weekly_trends: list[dict[str, Any]]


class KpiRow(BaseModel):
    """The newest value of one metric."""

    name: str
    value: float | None
    unit: str | None
    period_grain: str
    window: dict[str, date]
    dimensions: dict[str, str]
    n_obs: int | None
    run_id: UUID | None
    metadata: dict[str, Any] | None


class KpiResponse(BaseModel):
    """The newest values of all metrics, or of those asked for."""

    kpis: list[KpiRow]
    page: Page


class KpiDefinition(BaseModel):
    """What one metric means; `path` is where it stands in its engine's answer."""

    family: str
    name: str
    title: str
    path: str
    formula: str
    unit: str
    sign: str
    zero_policy: str
    source: str
    scor: str
    version: str


class KpiDefinitionsResponse(BaseModel):
    """Every metric that the engines compute."""

    definitions: list[KpiDefinition]


class ObjectRow(BaseModel):
    """One version of one object that landed in the lake."""

    id: UUID
    key: str
    version_id: str
    dataset: str | None
    format: str | None
    status: str
    reason_code: str | None
    reason: str | None
    duplicate_of: UUID | None
    bytes: int
    rows: int
    unreadable_rows: int
    first_date: date | None
    last_date: date | None
    sha256: str | None
    warnings: list[str]
    received_at: datetime


class ObjectsResponse(BaseModel):
    """Objects that landed, newest first."""

    objects: list[ObjectRow]
    page: Page


class QualityReportResponse(BaseModel):
    """Where every row of a run's input went."""

    run_id: UUID
    verdict: str
    created_at: datetime
    report: dict[str, Any]


class ProblemError(BaseModel):
    """One thing wrong with the request."""

    pointer: str | None = Field(None, description="Where in the body.")
    parameter: str | None = Field(None, description="Which query, path or header parameter.")
    code: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 says it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemError] = []
    retry_after_s: int | None = None


class HealthResponse(BaseModel):
    """The function answers. It says nothing about the data."""

    status: str
    code_version: str
