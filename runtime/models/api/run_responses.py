"""Response models of the routes below /forecast-runs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import BacktestFigures, ListMeta, Page


class RunRow(BaseModel):
    """One forecast run."""

    run_id: UUID
    status: str = Field(description="RUNNING, SUCCEEDED or FAILED.")
    as_of_date: date
    horizon_days: int
    published: bool = Field(description="This run is the published one.")
    published_at: datetime | None = Field(description="Since when, or when last, readers saw the run; null: never.")
    replaced_at: datetime | None = Field(description="When another run replaced it; null while it is published.")
    unpublished_reason: str | None = Field(description="Why the run was never published; null also while it is running.")
    has_forecasts: bool = Field(description="Its forecasts are in the database: it can be read, compared and published.")
    measured: bool = Field(description="Anomalies and KPIs of the run were computed; `GET /forecasts/{id}` says in `failure` why not.")
    measured_at: datetime | None
    model_name: str | None
    model_version: str | None
    code_version: str
    series_forecast: int | None
    series_excluded: int | None
    backtest_wape: float | None = Field(description="WAPE of the back-test, in percent.")
    baseline_wape: float | None = Field(description="WAPE of the baseline in the back-test, in percent.")
    created_at: datetime
    finished_at: datetime | None


class RunsResponse(BaseModel):
    """Forecast runs, newest first."""

    forecast_runs: list[RunRow]
    page: Page
    meta: ListMeta


class Publication(BaseModel):
    """A time during which readers saw a run."""

    published_at: datetime
    replaced_at: datetime | None
    actor: str | None = Field(description="Who published the run by hand; null: the run published itself.")


class RunResponse(RunRow):
    """One forecast run with its settings, back-test and publications. `GET /forecasts/{id}` has the objects that it read."""

    params: dict[str, object]
    backtest: BacktestFigures | None
    warnings: list[str]
    publications: list[Publication] = Field(description="The newest first.")


class PublishResponse(BaseModel):
    """Outcome of publishing a run by hand."""

    outcome: str = Field(
        description="PUBLISHED; UNCHANGED: the run is the published one already; REPEATED: this request was carried out before."
    )
    warnings: list[str] = Field(description="What readers notice beside other forecasts, such as a shorter horizon.")
    run: RunResponse


class Change(BaseModel):
    """Forecast units of the run and of the other one on the days that both forecast; `change` is run minus other."""

    run: float
    other: float
    change: float
    change_percent: float | None = Field(description="Change in percent of the other run; null when that has none.")


class DayChange(BaseModel):
    """Forecast units of one day; null for a run that does not forecast the day."""

    forecast_date: date
    run: float | None
    other: float | None
    change: float | None


class SiteChange(Change):
    """Change at one site."""

    site_id: str


class SkuChange(Change):
    """Change of one SKU over its series that both runs forecast."""

    sku_id: str


class SeriesCounts(BaseModel):
    """Numbers of series (SKU-site pairs)."""

    run_count: int
    other_count: int
    added_count: int = Field(description="In the run and not in the other one.")
    dropped_count: int = Field(description="In the other run and not in this one.")


class SeriesUnits(BaseModel):
    """A series that only one of the runs has, with its forecast units over the horizon."""

    site_id: str
    sku_id: str
    units: float


class ComparedRun(BaseModel):
    """One of two runs, with its back-test."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    model_name: str | None
    model_version: str | None
    backtest_wape: float | None = Field(description="WAPE of the back-test, in percent.")
    baseline_wape: float | None = Field(description="WAPE of the baseline in the back-test, in percent.")
    backtest_coverage: float | None = Field(description="Share of actuals within the prediction interval, in percent.")


class CompareResponse(BaseModel):
    """Differences of a run from another one."""

    run: ComparedRun
    other: ComparedRun
    common_days: dict[str, date] | None = Field(description="First and last day that both runs forecast (`start`, `end`); null: none.")
    totals: Change
    by_day: list[DayChange]
    by_site: list[SiteChange]
    changed_skus: list[SkuChange] = Field(description="The SKUs with the largest changes, the largest first.")
    series: SeriesCounts
    added_series: list[SeriesUnits] = Field(description="The largest of the added series.")
    dropped_series: list[SeriesUnits] = Field(description="The largest of the dropped series.")
