"""The accuracy of a run, as the engine reports it. Percentages are 0 to 100, quantities in units; null is undefined, with a reason."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import Page


class PercentFigure(BaseModel):
    """A percentage; null with `undefined_reason`."""

    value: float | None
    unit: str
    n_obs: int | None = Field(None, description="Points behind the figure.")
    n_excluded: dict[str, int] | None = Field(None, description="Points left out, by reason.")
    undefined_reason: str | None = None


class BiasFigures(BaseModel):
    """Bias; positive: over-forecast. The tracking signal is that of the last 13 weeks with points."""

    percent: float | None
    sign_convention: str
    units: float | None = None
    mean: float | None = None
    tracking_signal: float | None = None
    verdict: str | None = Field(None, description="in_control, out_of_control or insufficient_data.")


class CoverageFigures(BaseModel):
    """Share of actual values inside the prediction interval, with its 95 % Wilson interval."""

    coverage: float | None
    nominal: float | None
    gap: float | None = Field(None, description="Coverage minus nominal, points; negative: the interval is too narrow.")
    wilson_lower: float | None = None
    wilson_upper: float | None = None
    share_below: float | None = None
    share_above: float | None = None
    mean_width: float | None = None
    relative_width: float | None = None
    interval_score: float | None = None
    verdict: str | None = Field(None, description="calibrated, overconfident, underconfident or insufficient_data.")
    n: int | None = None
    n_excluded: dict[str, int] | None = None


class BenchmarkFigures(BaseModel):
    """The forecast beside one simple method, over the points that both have. points: WAPE gained; positive: better."""

    benchmark_wape: float | None
    points: float | None
    relative_mae: float | None
    n_obs: int


class ValueAddedFigures(BenchmarkFigures):
    """The forecast beside the simple method named by `benchmark`, and beside each one in `benchmarks`."""

    benchmark: str
    share_skus_beating_naive: float | None
    benchmarks: dict[str, BenchmarkFigures]


class LagFigures(BaseModel):
    """Accuracy of the forecasts that were the newest so many weeks before."""

    wape: float | None
    bias_pct: float | None
    n: int
    no_snapshot: int = Field(description="Target days without a forecast that old.")


class TrendFigures(BaseModel):
    """Slope of the WAPE of complete weeks, points per week."""

    slope: float | None
    direction: str | None = Field(description="improving, stable or worsening.")
    n_weeks: int


class HorizonAccuracy(BaseModel):
    """Accuracy of the points forecast so many days ahead."""

    horizon_days: int
    n: int
    wape: float | None
    bias_pct: float | None


class LagAccuracy(LagFigures):
    """Accuracy by lag, such as 1w."""

    lag: str


class AdditionalFigures(BaseModel):
    """The other figures; of one SKU `mase` alone."""

    mase: float | None
    mae: float | None = None
    rmse: float | None = None
    rmsse: float | None = None
    smape: float | None = None
    smape_range: int | None = None
    accuracy: float | None = None
    accuracy_raw: float | None = None
    mean_wql: float | None = None
    sum_abs_error: float | None = None
    wape_aggregate_first: float | None = None
    season: int | None = None
    wql: dict[str, float | None] | None = Field(None, description="Weighted quantile loss by quantile, such as p10.")
    fva: ValueAddedFigures | None = None
    lag: dict[str, LagFigures] | None = Field(None, description="By lag, such as 1w.")
    trend: TrendFigures | None = None
    horizon_profile: list[HorizonAccuracy] | None = None


class JoinCounts(BaseModel):
    """Rows of forecasts and actual values that met each other, and those that did not."""

    matched: int
    forecast_only: int
    actual_only: int
    n_excluded: dict[str, int]


class AccuracyFigures(BaseModel):
    """The figures of a run or of one SKU; all null while there is no report."""

    mape: PercentFigure | None
    wape: PercentFigure | None
    bias: BiasFigures | None
    ci_coverage: CoverageFigures | None
    fva: ValueAddedFigures | None = None
    additional: AdditionalFigures | None = None
    joins: JoinCounts | None = None
    undefined: dict[str, str] | None = Field(None, description="Why each figure that is null is undefined.")


class SiteAccuracy(BaseModel):
    """Accuracy of one site over all its SKUs. share_of_error: percent of the absolute error of all."""

    site_id: str
    n: int
    mape: float | None
    wape: float | None
    bias_pct: float | None
    mase: float | None
    coverage: float | None
    abs_error: float
    share_of_error: float | None


class SkuAccuracy(BaseModel):
    """Accuracy of one SKU over all its sites. rank: 1 for the largest absolute error."""

    sku_id: str
    n: int
    mape: float | None
    wape: float | None
    bias_pct: float | None
    mase: float | None
    coverage: float | None
    abs_error: float
    share_of_error: float | None
    demand_class: str | None
    rank: int


class WeekAccuracy(BaseModel):
    """Accuracy of one ISO week. delta_points: change of WAPE since the week before; wape_4w, wape_13w: pooled up to this week."""

    iso_week: str
    n_days: int
    complete: bool = Field(description="Every open weekday has points.")
    n: int
    wape: float | None
    mape: float | None
    bias_pct: float | None
    delta_points: float | None
    wape_4w: float | None
    wape_13w: float | None


class AccuracyMetricsResponse(BaseModel):
    """Forecast accuracy of one run. Percentages are 0 to 100; undefined values are null with a reason."""

    forecast_id: UUID
    status: str = Field(description="COMPLETE, or PENDING_ACTUALS while there is neither a back-test nor actual demand.")
    basis: str | None = Field(description="BACKTEST: compared with held-out past days. ACTUALS: with the demand of the forecast days.")
    as_of_date: date | None
    window: dict[str, date] | None = Field(description="First and last day of the comparison.")
    scope: dict[str, str] = Field(description="Subset that the figures cover; empty for the whole run.")
    error_grain: str = Field(description="Errors are computed per SKU, site and day, then summed.")
    rollup: str = Field(description="pooled: ratio of the summed errors to the summed actuals.", examples=["pooled"])
    definitions_version: str | None = Field(description="Version of the metric definitions.")
    metrics: AccuracyFigures
    sku_breakdown: list[SkuAccuracy]
    site_breakdown: list[SiteAccuracy]
    weekly_trends: list[WeekAccuracy]
    horizon_breakdown: list[HorizonAccuracy]
    lag_breakdown: list[LagAccuracy]
    page: Page = Field(description="Position in the breakdown that `group_by` names.")
