"""From the sums of all points to the report."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.inputs.accuracy_inputs import AccuracyInputs
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.accuracy.metrics.accumulate import AccuracySums
from kpi_engine.accuracy.metrics.bias import SIGN_CONVENTION
from kpi_engine.accuracy.metrics.control import SeriesControl, judge_bias
from kpi_engine.accuracy.metrics.demand_class import DemandSums
from kpi_engine.accuracy.metrics.interval import judge_coverage
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.accuracy.metrics.lags import LagErrors
from kpi_engine.accuracy.metrics.point import MAPE, WAPE, PointErrors
from kpi_engine.accuracy.metrics.quantile import QuantileLosses
from kpi_engine.accuracy.metrics.scaled import ScaledErrors, Scales
from kpi_engine.accuracy.metrics.value_added import BenchmarkTotals
from kpi_engine.accuracy.metrics.weeks import TREND, WeekErrors
from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.accuracy.report.breakdowns import break_down_by_horizon, break_down_by_site, break_down_by_sku, break_down_by_week
from kpi_engine.accuracy.report.figures import Figures
from kpi_engine.accuracy.report.parts import (
    Additional,
    BenchmarkComparison,
    Bias,
    Control,
    Coverage,
    ForecastValueAdded,
    Joins,
    LagAccuracy,
    Trend,
    Window,
)
from kpi_engine.accuracy.report.series_rows import break_down_by_unit, find_largest, list_warnings, list_worst_series
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE

DEFINITIONS_VERSION = "2"
POOLED, POOLED_BY_VOLUME_SHARE = "pooled", "pooled_by_volume_share"
SMAPE_RANGE = 200


def build_report(inputs: AccuracyInputs, sums: AccuracySums, grain: Grain) -> AccuracyReport:
    """Build the report of sums whose errors were formed at the grain.

    >>> import pandas as pd
    >>> from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
    >>> from kpi_engine.accuracy.metrics.accumulate import accumulate
    >>> inputs = read_inputs(pd.DataFrame(), pd.DataFrame())
    >>> build_report(inputs, accumulate([], inputs.forecasts.grid, Grain.DAY, longest_lead=0), Grain.DAY).undefined_reasons["wape"]
    'no_observations'
    """
    index, grid = inputs.index, inputs.forecasts.grid
    scales = Scales.of(inputs.demand.before(inputs.forecasts.first_day).sum_by_grain(grain), grain.season)
    scaled_errors = ScaledErrors.of_series(sums.errors, scales, sums.series)
    weeks = _weeks(sums, grid, grain)
    demand = DemandSums.of_series(inputs.demand)
    figures = Figures.of(sums, index, inputs.units, scaled_errors, weeks, demand)
    has_several_units = sums.weights is not None
    return AccuracyReport(
        mape=figures[MAPE],
        wape=figures[WAPE],
        bias=_bias(figures, sums, index),
        ci_coverage=_coverage(figures),
        sku_breakdown=break_down_by_sku(sums, index, scaled_errors, demand),
        site_breakdown=break_down_by_site(sums, index, inputs.units, scaled_errors),
        unit_breakdown=break_down_by_unit(sums, index, inputs.units),
        weekly_trends=break_down_by_week(weeks),
        additional=_additional(figures, sums, index, grain),
        joins=_joins(inputs, sums, figures),
        window=_window(sums, grid),
        error_grain=grain.value,
        rollup=POOLED_BY_VOLUME_SHARE if has_several_units else POOLED,
        definitions_version=DEFINITIONS_VERSION,
        undefined_reasons=figures.reasons(),
        warnings=tuple(list_warnings(figures, index, sums, inputs.units)),
    )


def _weeks(sums: AccuracySums, grid: Grid, grain: Grain) -> WeekErrors:
    if grain is Grain.MONTH:
        return WeekErrors.zeros()
    return WeekErrors.of_days(sums.by_day, sums.points_on, error_day=sums.first_day, point_day=grid.first_day)


def _bias(figures: Figures, sums: AccuracySums, index: SeriesIndex) -> Bias:
    control = figures.inputs_of(SeriesControl)
    return Bias(
        **figures.below("bias"),
        control=Control(**figures.below("bias.control"), worst_series=list_worst_series(sums, control, index)),
        verdict=judge_bias(control),
        sign_convention=SIGN_CONVENTION,
    )


def _coverage(figures: Figures) -> Coverage:
    sums = figures.inputs_of(IntervalSums)
    return Coverage(
        **figures.below("ci_coverage"),
        nominal=float(sums.nominal()[0]),
        verdict=judge_coverage(sums),
        n=int(sums.n[0]),
        n_excluded={"no_interval": int(sums.n_absent[0]), "crossed_interval": int(sums.n_crossed[0])},
    )


def _additional(figures: Figures, sums: AccuracySums, index: SeriesIndex, grain: Grain) -> Additional:
    return Additional(
        measures=figures.below("additional"),
        largest_series=find_largest(figures, sums, index),
        smape_range=SMAPE_RANGE,
        season=grain.season,
        wql=figures.inputs_of(QuantileLosses).by_name(),
        fva=_value_added(figures),
        lag=_lag(figures),
        trend=_trend(figures),
        horizon_profile=break_down_by_horizon(sums.by_lead),
    )


def _value_added(figures: Figures) -> ForecastValueAdded:
    n_obs = {name: int(sums.n[0]) for name, sums in figures.inputs_of(BenchmarkTotals).totals.items()}
    path = "additional.fva"
    return ForecastValueAdded(
        **figures.below(path),
        n_obs=n_obs[SEASONAL_NAIVE],
        benchmark=SEASONAL_NAIVE,
        benchmarks={name: BenchmarkComparison(**figures.below(f"{path}.benchmarks.{name}"), n_obs=n_obs[name]) for name in n_obs},
    )


def _lag(figures: Figures) -> dict[str, LagAccuracy]:
    by_weeks = figures.inputs_of(LagErrors).by_weeks
    return {
        f"{weeks}w": LagAccuracy(**figures.below(f"additional.lag.{weeks}w"), n=int(lag.errors.n[0]), no_snapshot=lag.n_without_snapshot)
        for weeks, lag in by_weeks.items()
    }


def _trend(figures: Figures) -> Trend:
    slope, numbers = figures[TREND], figures.inputs_of(WeekErrors).trend_points()[0]
    direction = None if slope is None else "stable" if slope == 0 else "worsening" if slope > 0 else "improving"
    return Trend(slope=slope, direction=direction, n_weeks=len(numbers))


def _joins(inputs: AccuracyInputs, sums: AccuracySums, figures: Figures) -> Joins:
    total = figures.inputs_of(PointErrors)
    return Joins(
        matched=int(sums.points_on.sum()),
        forecast_only=sums.n_forecast_only,
        actual_only=inputs.actual.count_since(inputs.forecasts.first_day) - sums.n_targets,
        n_excluded={
            "zero_actual": int(total.n[0] - total.n_nonzero[0]),
            "missing_forecast": sums.n_missing_forecast,
            **inputs.n_unusable,
        },
    )


def _window(sums: AccuracySums, grid: Grid) -> Window | None:
    days = np.flatnonzero(sums.points_on) + grid.first_day
    return Window(start=date_of(days[0]), end=date_of(days[-1])) if len(days) else None
