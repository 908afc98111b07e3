"""The accuracy of a run, as the engine reports it. Percentages are 0 to 100, quantities in units; null is undefined, with a reason."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from kpi_engine.accuracy.report import parts, rows
from runtime.models.api.engine_fields import fields_of
from runtime.models.api.responses import Page


class PercentFigure(BaseModel):
    """A percentage; null with `undefined_reason`."""

    value: float | None
    unit: str
    n_obs: int | None = Field(None, description="Points behind the figure.")
    n_excluded: dict[str, int] | None = Field(None, description="Points left out, by reason.")
    undefined_reason: str | None = None


@fields_of(rows.ControlRow)
class OutOfControlSeries(BaseModel):
    """A series whose errors lean to one side by more than chance; positive: over-forecast. volume_share: percent of that of all."""


@fields_of(parts.Control)
class ControlFigures(BaseModel):
    """The tracking signals, each series judged by itself. volume_out_of_control: percent of the volume of the series judged."""

    worst_series: list[OutOfControlSeries] = Field(description="The series out of control with the largest bias, at most ten.")


@fields_of(parts.Bias, optional=("units", "mean"))
class BiasFigures(BaseModel):
    """Bias; positive: over-forecast. `units` and `mean` are null where series have several units of measure: see `unit_breakdown`."""

    tracking_signal: float | None = Field(None, description="That of the only series; null when there are several: see `control`.")
    control: ControlFigures | None = None
    verdict: str | None = Field(
        None, description="out_of_control: series with more than 20 % of the volume are; else in_control, or insufficient_data."
    )


@fields_of(
    parts.Coverage,
    optional=(
        "wilson_lower", "wilson_upper", "share_below", "share_above", "mean_width", "relative_width", "interval_score", "n", "n_excluded",
    ),
)  # fmt: skip
class CoverageFigures(BaseModel):
    """Share of actual values inside the prediction interval, with its 95 % Wilson interval."""

    gap: float | None = Field(None, description="Coverage minus nominal, points; negative: the interval is too narrow.")
    verdict: str | None = Field(None, description="calibrated, overconfident, underconfident or insufficient_data.")


@fields_of(parts.BenchmarkComparison)
class BenchmarkFigures(BaseModel):
    """The forecast beside one simple method, over the points that both have. points: WAPE gained; positive: better."""


@fields_of(parts.ForecastValueAdded)
class ValueAddedFigures(BenchmarkFigures):
    """The forecast beside the simple method named by `benchmark`, and beside each one in `benchmarks`."""

    skill: float | None = Field(
        description="Better than the benchmark by, -100 to 100; negative: worse. No single series counts more than a tenth."
    )
    benchmarks: dict[str, BenchmarkFigures]


@fields_of(parts.LagAccuracy)
class LagFigures(BaseModel):
    """Accuracy of the forecasts that were the newest so many weeks before."""

    no_snapshot: int = Field(description="Target days without a forecast that old.")


@fields_of(parts.Trend)
class TrendFigures(BaseModel):
    """Slope of the WAPE of complete weeks, points per week."""

    direction: str | None = Field(description="improving, stable or worsening.")


@fields_of(rows.HorizonRow)
class HorizonAccuracy(BaseModel):
    """Accuracy of the points forecast so many days ahead."""


@fields_of(parts.LargestSeries)
class LargestSeries(BaseModel):
    """The series with the most volume."""


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
    median_series_wape: float | None = Field(None, description="WAPE of the median series.")
    largest_series_share: float | None = Field(None, description="Share of the volume that the largest series has, percent.")
    largest_series: LargestSeries | None = None
    wape_without_largest: float | None = Field(None, description="WAPE of all other series.")
    wape_by_value: float | None = Field(None, description="WAPE in money, where the value of the SKUs is known.")
    bias_by_value: float | None = Field(None, description="Bias in money, percent.")
    mean_wql: float | None = None
    sum_abs_error: float | None = None
    wape_aggregate_first: float | None = None
    season: int | None = None
    wql: dict[str, float | None] | None = Field(None, description="Weighted quantile loss by quantile, such as p10.")
    fva: ValueAddedFigures | None = None
    lag: dict[str, LagFigures] | None = Field(None, description="By lag, such as 1w.")
    trend: TrendFigures | None = None
    horizon_profile: list[HorizonAccuracy] | None = None


@fields_of(parts.Joins)
class JoinCounts(BaseModel):
    """Rows of forecasts and actual values that met each other, and those that did not."""


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


@fields_of(rows.SiteRow)
class SiteAccuracy(BaseModel):
    """Accuracy of one site over all its SKUs. abs_error: null where they have several units of measure. share_of_error: percent."""


@fields_of(rows.SkuRow)
class SkuAccuracy(BaseModel):
    """Accuracy of one SKU over all its sites. rank: 1 for the largest share of the error."""


@fields_of(rows.UnitRow)
class UnitAccuracy(BaseModel):
    """Accuracy of the series with one unit of measure; quantities in that unit."""

    uom: str = Field(description="Unit of measure; empty where it is not known.")


@fields_of(rows.WeekRow)
class WeekAccuracy(BaseModel):
    """Accuracy of one ISO week. delta_points: change of WAPE since the week before; wape_4w, wape_13w: pooled up to this week."""

    complete: bool = Field(description="Every open weekday has points.")


class AccuracyMetricsResponse(BaseModel):
    """Forecast accuracy of one run. Percentages are 0 to 100; undefined values are null with a reason."""

    forecast_id: UUID
    status: str = Field(description="COMPLETE, or PENDING_ACTUALS while there is neither a back-test nor actual demand.")
    basis: str | None = Field(description="BACKTEST: compared with held-out past days. ACTUALS: with the demand of the forecast days.")
    as_of_date: date | None
    window: dict[str, date] | None = Field(description="First and last day of the comparison.")
    scope: dict[str, str] = Field(description="Subset that the figures cover; empty for the whole run.")
    error_grain: str = Field(description="Errors are computed per SKU, site and day, then summed.")
    rollup: str = Field(
        description="pooled: ratio of the summed errors to the summed actuals. pooled_by_volume_share: series have several units of "
        "measure, so that each unit counts by its series, and within it each series by its volume.",
        examples=["pooled"],
    )
    definitions_version: str | None = Field(description="Version of the metric definitions.")
    metrics: AccuracyFigures
    sku_breakdown: list[SkuAccuracy]
    site_breakdown: list[SiteAccuracy]
    unit_breakdown: list[UnitAccuracy] = Field(description="One row per unit of measure of the series.")
    weekly_trends: list[WeekAccuracy]
    horizon_breakdown: list[HorizonAccuracy]
    lag_breakdown: list[LagAccuracy]
    warnings: list[str] = Field(
        description="What readers of the headline figures need to know, such as one series that decides about them."
    )
    page: Page = Field(description="Position in the breakdown that `group_by` names.")
