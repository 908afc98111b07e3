"""The parts of a report. Percentages are 0..100, quantities in the unit of the demand; None is undefined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kpi_engine.accuracy.report.rows import ControlRow, HorizonRow, Rows
from kpi_engine.shared.serialise import fields_to_json


@dataclass(frozen=True, kw_only=True)
class Control:
    """Series whose errors lean to one side by more than chance.

    series_judged: all but those with too few points, or with intermittent or lumpy demand. series_out_of_control and
    volume_out_of_control, percent: of these. worst_series: of the series out of control those with the largest bias.
    """

    series_judged: float | None
    series_out_of_control: float | None
    volume_out_of_control: float | None
    worst_series: Rows[ControlRow]


@dataclass(frozen=True, kw_only=True)
class LargestSeries:
    """The series with the most volume."""

    site_id: str
    sku_id: str


@dataclass(frozen=True, kw_only=True)
class Bias:
    """Bias of the forecast; positive: over-forecast. control: the tracking signals, each series judged by itself.

    tracking_signal: that of the only series, None when there are several. verdict: out_of_control where series with more than 20 % of the
    volume are, else in_control; insufficient_data where no series is judged.
    """

    units: float | None
    percent: float | None
    mean: float | None
    tracking_signal: float | None
    control: Control | None
    verdict: str | None
    sign_convention: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Share of actuals inside the interval, percent, with its 95 % Wilson interval; over the `n` points that have one.

    gap: coverage minus nominal, points; negative: too narrow. share_below, share_above: misses on each side, percent. mean_width and
    interval_score: units. verdict: calibrated where the nominal level is inside the Wilson interval, else overconfident (too narrow) or
    underconfident; insufficient_data below 30 points.
    """

    coverage: float | None
    nominal: float | None
    gap: float | None
    wilson_lower: float | None
    wilson_upper: float | None
    share_below: float | None
    share_above: float | None
    mean_width: float | None
    relative_width: float | None
    interval_score: float | None
    verdict: str | None
    n: int
    n_excluded: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class BenchmarkComparison:
    """The forecast beside one simple method, over the `n_obs` points that both have. points: WAPE gained, positive: better."""

    benchmark_wape: float | None
    points: float | None
    relative_mae: float | None
    n_obs: int


@dataclass(frozen=True, kw_only=True)
class ForecastValueAdded(BenchmarkComparison):
    """The forecast beside the simple method named by `benchmark`, and beside every simple method in `benchmarks`.

    skill: percent, -100..100, in which no series counts more than a tenth; positive: better than the simple method.
    """

    benchmark: str
    share_skus_beating_naive: float | None
    skill: float | None
    benchmarks: Mapping[str, BenchmarkComparison]


@dataclass(frozen=True, kw_only=True)
class LagAccuracy:
    """WAPE and bias of the forecasts that were the newest so many weeks before; no_snapshot: target days without one that old."""

    wape: float | None
    bias_pct: float | None
    n: int
    no_snapshot: int


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Theil-Sen slope of the WAPE of complete weeks, points per week; direction: improving, stable or worsening."""

    slope: float | None
    direction: str | None
    n_weeks: int


@dataclass(frozen=True, kw_only=True)
class Additional:
    """The other figures. measures: by name, those that are one number of all points.

    season: buckets in a season of the scaled errors. wql: weighted quantile loss by quantile, such as p10. lag: by lag, such as 1w.
    """

    measures: Mapping[str, float | None]
    largest_series: LargestSeries | None
    smape_range: int
    season: int
    wql: Mapping[str, float | None]
    fva: ForecastValueAdded
    lag: Mapping[str, LagAccuracy]
    trend: Trend
    horizon_profile: Rows[HorizonRow]

    def as_dict(self) -> dict[str, Any]:
        """Return the part as JSON has it: the measures and the other keys side by side."""
        document = fields_to_json(self)
        measures: dict[str, Any] = document.pop("measures")
        return measures | document


@dataclass(frozen=True, kw_only=True)
class Joins:
    """Counts of matched and unmatched rows; actuals of the days before the first forecast are training days, not `actual_only`."""

    matched: int
    forecast_only: int
    actual_only: int
    n_excluded: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Window:
    """The first and the last day with points."""

    start: date
    end: date

    @property
    def length(self) -> timedelta:
        """Both days and those between."""
        return self.end - self.start + timedelta(days=1)
