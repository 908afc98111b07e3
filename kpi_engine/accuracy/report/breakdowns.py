"""Accuracy by SKU, by site, by lead time and by ISO week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.accuracy.inputs.sku_units import SkuUnits
from kpi_engine.accuracy.metrics.accumulate import AccuracySums
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT
from kpi_engine.accuracy.metrics.breakdown import SHARE_OF_ERROR, WAPE_BY_HORIZON, ErrorShares
from kpi_engine.accuracy.metrics.demand_class import DEMAND_CLASS, DemandSums
from kpi_engine.accuracy.metrics.interval import COVERAGE
from kpi_engine.accuracy.metrics.point import MAPE, WAPE, PointErrors
from kpi_engine.accuracy.metrics.scaled import MASE, ScaledErrors
from kpi_engine.accuracy.metrics.weeks import WAPE_4W, WAPE_13W, WEEKLY_DELTA, WeekErrors
from kpi_engine.accuracy.report.rows import HorizonRow, Rows, SiteRow, SkuRow, WeekRow
from kpi_engine.shared.arrays import Floats, Ints, sum_by_group, to_numbers
from kpi_engine.shared.calendar import date_of, iso_week


def break_down_by_sku(sums: AccuracySums, index: SeriesIndex, scaled_errors: ScaledErrors, demand: DemandSums) -> Rows[SkuRow]:
    """Return one row per SKU with points, the largest contribution to the total absolute error first; the shares sum to 100 percent.

    demand: that of all series.

    >>> from kpi_engine.examples import forecast_accuracy
    >>> from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
    >>> [(row.sku_id, row.rank) for row in ForecastAccuracyEngine().report(*forecast_accuracy.inputs().values()).sku_breakdown]
    [('SKU-1', 1)]
    """
    group = index.sku_of[sums.series]
    skus = np.unique(group)
    abs_error = sum_by_group(group, len(index.skus), sums.errors.weigh(sums.weights).abs_error)
    largest_first = skus[np.argsort(-abs_error[skus], kind="stable")]
    classes = DEMAND_CLASS(demand.sum_by_group(index.sku_of, len(index.skus)))
    columns = _columns(sums, index.skus, group, largest_first, sums.errors, scaled_errors)
    return Rows(SkuRow, [*columns, [classes[sku] for sku in largest_first.tolist()], range(1, len(skus) + 1)])


def break_down_by_site(sums: AccuracySums, index: SeriesIndex, units: SkuUnits, scaled_errors: ScaledErrors) -> Rows[SiteRow]:
    """Return one row per site with points, in alphabetical order.

    >>> from kpi_engine.examples import forecast_accuracy
    >>> from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
    >>> [row.site_id for row in ForecastAccuracyEngine().report(*forecast_accuracy.inputs().values()).site_breakdown]
    ['ALL']
    """
    group, weights = index.site_of[sums.series], sums.weights
    columns = list(_columns(sums, index.sites, group, np.unique(group), sums.errors.weigh(weights), scaled_errors.weigh(weights)))
    is_mixed = _has_several(units.unit_of[index.sku_of[sums.series]], group)
    position = SiteRow._fields.index("abs_error")
    columns[position] = [None if is_several else value for value, is_several in zip(columns[position], is_mixed, strict=True)]
    return Rows(SiteRow, columns)


def break_down_by_horizon(by_lead: PointErrors) -> Rows[HorizonRow]:
    """Return one row per lead time in days, for points whose lead time is known.

    >>> break_down_by_horizon(PointErrors(*np.ones((9, 2))))
    Rows(HorizonRow, [HorizonRow(horizon_days=1, n=1, wape=100.0, bias_pct=100.0)])
    """
    days_ahead = np.flatnonzero(by_lead.n[1:]) + 1
    errors = by_lead.select(days_ahead)
    columns = (days_ahead.tolist(), _counts(errors.n), to_numbers(WAPE_BY_HORIZON(errors)), to_numbers(BIAS_PERCENT(errors)))
    return Rows(HorizonRow, columns)


def break_down_by_week(weeks: WeekErrors) -> Rows[WeekRow]:
    """Return one row per ISO week with points, in order.

    >>> len(break_down_by_week(WeekErrors.zeros()))
    0
    """
    errors = weeks.errors
    columns = (
        [iso_week(date_of(monday)) for monday in weeks.monday.tolist()],
        weeks.n_days.tolist(),
        weeks.is_complete.tolist(),
        _counts(errors.n),
        to_numbers(WAPE(errors)),
        to_numbers(MAPE(errors)),
        to_numbers(BIAS_PERCENT(errors)),
        to_numbers(WEEKLY_DELTA(weeks)),
        to_numbers(WAPE_4W(weeks)),
        to_numbers(WAPE_13W(weeks)),
    )
    return Rows(WeekRow, columns)


def _columns(
    sums: AccuracySums, names: Sequence[str], group: Ints, rows: Ints, series_errors: PointErrors, scaled_errors: ScaledErrors
) -> tuple[Sequence[object], ...]:
    """Return the columns of SiteRow, which SkuRow has too, for these groups in this order; `group` is that of each series of the sums.

    series_errors and scaled_errors: in the units of the series, or weighted where a group has several units. abs_error is in units.
    """
    groups = len(names)
    errors = series_errors.sum_by_group(group, groups).select(rows)
    common_errors = sum_by_group(group, groups, sums.errors.weigh(sums.weights).abs_error)
    shares = ErrorShares(common_errors[rows], total=float(common_errors.sum()))
    return (
        [names[row] for row in rows.tolist()],
        _counts(errors.n),
        to_numbers(MAPE(errors)),
        to_numbers(WAPE(errors)),
        to_numbers(BIAS_PERCENT(errors)),
        to_numbers(MASE(scaled_errors.sum_by_group(group, groups))[rows]),
        to_numbers(COVERAGE(sums.intervals.sum_by_group(group, groups))[rows]),
        sum_by_group(group, groups, sums.errors.abs_error)[rows].tolist(),
        to_numbers(SHARE_OF_ERROR(shares)),
    )


def _has_several(unit_of: Ints, group: Ints) -> list[bool]:
    """Return of each group, in order, whether its series have several units of measure."""
    pairs = np.unique(np.column_stack([group, unit_of]), axis=0)
    return [count > 1 for count in np.unique(pairs[:, 0], return_counts=True)[1].tolist()]


def _counts(n: Floats) -> list[int]:
    counts: list[int] = n.astype(np.int64).tolist()
    return counts
