"""Response models of the API, for the OpenAPI document and for clients. Rows that PostgreSQL wrote as JSON are not validated again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.run_states import RunState


class Page(BaseModel):
    """Position in a list."""

    limit: int
    next_cursor: str | None = Field(None, description="Opaque. Send it back with the same filters to get the next page.")
    has_more: bool


class ListMeta(BaseModel):
    """What a list was made of. `run_id` and `as_of_date` are null for a list that is not of one run."""

    run_id: UUID | None
    as_of_date: date | None
    generated_at: datetime
    warnings: list[str]


class ForecastRow(BaseModel):
    """Forecast of one SKU at one site for one day. `interval_level` is the level of the prediction interval (0.8: P10 to P90)."""

    id: str
    run_id: UUID
    sku_id: str
    site_id: str
    forecast_date: date
    horizon_days: int = Field(description="Lead time in days after the run's as-of date.")
    predicted_value: float = Field(description="Median (P50), in units. Medians do not add up: sum `mean_value` for a total.")
    mean_value: float | None = Field(description="Mean, in units. The means of days, SKUs and sites add up to the mean of their total.")
    confidence_lower: float | None
    confidence_upper: float | None
    interval_level: float
    quantiles: dict[str, float]
    uom: str
    model: str


class ForecastMeta(BaseModel):
    """The run that the forecasts come from, and its warnings."""

    run_id: UUID | None
    as_of_date: date | None
    time_horizon: str
    published_at: datetime | None
    stale: bool = Field(description="The run's as-of date is more than two days old.")
    generated_at: datetime
    warnings: list[str]


class ForecastResponse(BaseModel):
    """Forecasts of the published run, in the order of `sort`."""

    forecasts: list[ForecastRow]
    page: Page
    meta: ForecastMeta


PROGRESS = (
    "How far the run is: `step` of `steps`, `percent` of the steps completed, and `message`, the name of the current one: "
    + "; ".join(f"{state} ({state.description})" for state in RunState)
    + ". While Forecast runs, BuildFeatures is shown."
)


class JobProblem(BaseModel):
    """Why a job ended without a result: a problem object (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    state: str | None = Field(description="The state in which the run ended.")


class JobProgress(BaseModel):
    """How far a run is; without members before it begins."""

    step: int | None = None
    steps: int | None = None
    percent: int | None = Field(None, description="Of the steps completed.")
    message: str | None = Field(None, description="Name of the current state.")


class JobResultBody(BaseModel):
    """The resource that a job made: a run, published and measured or not, or an export with its size."""

    resource: str
    href: str = Field(description="Link to the resource.")
    run_id: UUID | None = None
    published: bool | None = None
    measured: bool | None = None
    rows: int | None = None
    bytes: int | None = None


class JobLinks(BaseModel):
    """Links of a job."""

    itself: str = Field(alias="self")
    forecast: str | None = Field(description="The run; null before it begins.")


class ForecastJobResponse(BaseModel):
    """Asynchronous job status. SUCCEEDED, FAILED, TIMED_OUT and CANCELLED are final."""

    job_id: UUID
    type: str
    status: str
    requested_by: str | None = Field(description="`api:<client id>`, `schedule`, or what the input of the execution says.")
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    progress: JobProgress = Field(description=PROGRESS)
    error: JobProblem | None
    result: JobResultBody | None
    links: JobLinks


class JobsResponse(BaseModel):
    """Jobs, newest first."""

    jobs: list[ForecastJobResponse]
    page: Page
    meta: ListMeta


class RunInputSummary(BaseModel):
    """What a run read. Null for a run that was started before these figures were recorded."""

    objects: int | None = Field(description="Number of object versions.")
    digest: str | None = Field(description="SHA-256 of the list of contents: equal for two runs that read the same.")
    lineage: str = Field(description="Path of the list of objects.")


class BacktestFigures(BaseModel):
    """The error of the forecast on held-out past days, percent, beside that of a simple method (`baseline`)."""

    wape: float | None = None
    coverage: float | None = Field(None, description="Share of actual values inside the prediction interval.")
    baseline: str | None = None
    baseline_wape: float | None = None
    skill: float | None = Field(
        None, description="Better than the baseline by, -100 to 100; negative: worse. No single series counts more than a tenth."
    )
    median_wape: float | None = Field(None, description="WAPE of the median series.")
    largest_share: float | None = Field(None, description="Share of the volume that the largest series has, percent.")
    largest_series: dict[str, str] | None = Field(None, description="Its `site_id` and `sku_id`.")
    n_series: int | None = Field(None, description="Series that were tested.")
    n_obs: int | None = None
    origins: list[date] | None = Field(None, description="The last days of data of the back-tests.")


class ForecastRunResponse(BaseModel):
    """One forecast run: its input, model and results."""

    forecast_id: UUID
    status: str
    as_of_date: date
    horizon_days: int
    published: bool = Field(description="This run is the published one.")
    published_at: datetime | None
    measured: bool = Field(description="Anomalies and KPIs of the run were computed. A run that could not be measured is SUCCEEDED too.")
    measured_at: datetime | None
    failure: dict[str, str | None] | None = Field(description="What ended the run early: the `state`, the error's `code` and `detail`.")
    backend: str | None
    model_name: str | None
    model_version: str | None
    code_version: str
    params: dict[str, object]
    series_forecast: int | None
    series_excluded: int | None
    backtest: BacktestFigures | None
    warnings: list[str]
    input: RunInputSummary
    created_at: datetime
    finished_at: datetime | None


class ExcludedSeries(BaseModel):
    """SKU-site pair without a forecast, with the reason."""

    site_id: str
    sku_id: str
    code: str
    reason: str


class ExcludedResponse(BaseModel):
    """Series that the run excluded, by SKU and site."""

    forecast_id: UUID
    excluded: list[ExcludedSeries]
    page: Page
    meta: ListMeta


class LineageObject(BaseModel):
    """One object version that a run read. `staging_key` is where its rows are staged in the lake."""

    object_id: UUID
    dataset: str
    key: str
    version_id: str
    sha256: str
    rows: int
    staging_key: str
    replays: list[str] = Field([], description="Where mended rows are staged that take the places of quarantined ones of this object.")
    discarded_lines: list[int] = Field([], description="Lines of quarantined rows that somebody discarded: they take no part.")


class LineageResponse(BaseModel):
    """Object versions that a run read, in the order in which they were received."""

    forecast_id: UUID
    objects: list[LineageObject]
    page: Page
    meta: ListMeta


class KpiRow(BaseModel):
    """Newest value of one metric."""

    name: str
    value: float | None
    unit: str | None
    period_grain: str
    window: dict[str, date]
    dimensions: dict[str, str]
    n_obs: int | None
    run_id: UUID | None
    metadata: dict[str, object] | None


class KpiResponse(BaseModel):
    """Newest values of all or the requested metrics."""

    kpis: list[KpiRow]
    page: Page
    meta: ListMeta


class KpiDefinition(BaseModel):
    """Definition of one metric; `path` locates the value in the engine's report."""

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
    served: str | None = Field(description="The route that serves stored values of the metric; null: in the engine's report only.")


class KpiDefinitionsResponse(BaseModel):
    """Definitions of all metrics that the engines compute."""

    definitions: list[KpiDefinition]
    page: Page
    meta: ListMeta


class AuditEventRow(BaseModel):
    """One change that somebody made by hand."""

    id: UUID
    at: datetime
    actor: str = Field(description="Client id of the token; of `signify withdraw` and `rebuild` the AWS identity that the command states.")
    action: str
    subject: str = Field(description="Id of the run or object.")
    reason: str | None
    detail: dict[str, object] = Field(
        description="What the action needs to be understood or undone. `actor_detail` is the person as stated by the client, not verified."
    )


class AuditResponse(BaseModel):
    """Changes made by hand, newest first."""

    audit_events: list[AuditEventRow]
    page: Page
    meta: ListMeta


class QualityReportResponse(BaseModel):
    """Data-quality report of one run."""

    run_id: UUID
    verdict: str
    created_at: datetime
    report: dict[str, object]


class QualityReportRow(BaseModel):
    """Verdict of the data-quality report of one run."""

    run_id: UUID
    as_of_date: date | None
    verdict: str = Field(description="PASS, WARN or FAIL.")
    created_at: datetime
    findings: int = Field(description="Number of findings.")


class QualityReportsResponse(BaseModel):
    """Data-quality reports, newest first."""

    reports: list[QualityReportRow]
    page: Page
    meta: ListMeta


class ProblemError(BaseModel):
    """One error in the request."""

    pointer: str | None = Field(None, description="JSON pointer to the field in the body.")
    parameter: str | None = Field(None, description="Name of the query, path or header parameter.")
    code: str
    detail: str


class Problem(BaseModel):
    """Problem details as defined by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemError] = []
    retry_after_s: int | None = None
    job: str | None = Field(None, description="With `RUN_IN_PROGRESS`: the job of the run in flight.")
    limit: int | None = Field(None, description="With `RATE_LIMITED`: the number of runs that a client may start in `window_s`.")
    window_s: int | None = Field(None, description="With `RATE_LIMITED`: the length of the window in seconds.")
    reset: datetime | None = Field(None, description="With `RATE_LIMITED`: when the client may start the next run.")


class HealthResponse(BaseModel):
    """Health of the API function. It does not cover the data."""

    status: str
    code_version: str


class ReadinessCheck(BaseModel):
    """Whether the API can use one dependency."""

    name: str
    ok: bool
    detail: str


class ReadinessResponse(BaseModel):
    """Health of the API with what it needs: the database, the lake, and a published run that is not old."""

    status: str = Field(
        description="ready, or stale while the published run is old or missing. When a dependency fails, the status is 503."
    )
    code_version: str
    checks: list[ReadinessCheck]


class VersionResponse(BaseModel):
    """The version of the API and of the code behind it."""

    version: str
    code_version: str
    api: str = Field(description="Path below which the routes of this version are.")
