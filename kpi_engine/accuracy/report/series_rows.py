"""What single series and single units of measure contribute to pooled figures, and the warnings about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.accuracy.inputs.sku_units import SkuUnits
from kpi_engine.accuracy.metrics.accumulate import AccuracySums
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT, BIAS_UNITS
from kpi_engine.accuracy.metrics.control import SeriesControl
from kpi_engine.accuracy.metrics.point import MAE, WAPE
from kpi_engine.accuracy.metrics.spread import LARGEST_SERIES_SHARE, MEDIAN_SERIES_WAPE, WAPE_WITHOUT_LARGEST, SeriesErrors
from kpi_engine.accuracy.report.figures import Figures
from kpi_engine.accuracy.report.parts import LargestSeries
from kpi_engine.accuracy.report.rows import ControlRow, Rows, UnitRow
from kpi_engine.shared.arrays import ratio, to_numbers

MOST_WORST = 10
DOMINANT_SHARE = 50.0
"""Percent of the volume above which one series decides about a pooled figure."""


def break_down_by_unit(sums: AccuracySums, index: SeriesIndex, units: SkuUnits) -> Rows[UnitRow]:
    """Return one row per unit of measure with points, in alphabetical order; quantities are in that unit."""
    group = units.unit_of[index.sku_of[sums.series]]
    rows, n_series = np.unique(group, return_counts=True)
    errors = sums.errors.sum_by_group(group, len(units.names)).select(rows)
    columns = (
        [units.names[row] for row in rows.tolist()],
        n_series.tolist(),
        errors.n.astype(np.int64).tolist(),
        errors.abs_actual.tolist(),
        errors.abs_error.tolist(),
        to_numbers(MAE(errors)),
        to_numbers(WAPE(errors)),
        to_numbers(BIAS_UNITS(errors)),
        to_numbers(BIAS_PERCENT(errors)),
    )
    return Rows(UnitRow, columns)


def list_worst_series(sums: AccuracySums, control: SeriesControl, index: SeriesIndex) -> Rows[ControlRow]:
    """Return the series out of control whose bias is largest in the measure that all series share, at most ten."""
    recent = control.recent
    size = np.abs(recent.weigh(sums.weights).error)
    out = np.flatnonzero(control.is_out_of_control())
    worst = out[np.argsort(-size[out], kind="stable")][:MOST_WORST]
    series = sums.series[worst]
    columns = (
        [index.sites[site] for site in index.site_of[series].tolist()],
        [index.skus[sku] for sku in index.sku_of[series].tolist()],
        recent.n[worst].astype(np.int64).tolist(),
        recent.signal()[worst].tolist(),
        recent.limit()[worst].tolist(),
        recent.error[worst].tolist(),
        to_numbers(100 * ratio(recent.error, np.maximum(recent.actual, 0.0))[worst]),
        to_numbers(100 * ratio(control.volume[worst], np.full(len(worst), control.volume.sum()))),
    )
    return Rows(ControlRow, columns)


def find_largest(figures: Figures, sums: AccuracySums, index: SeriesIndex) -> LargestSeries | None:
    """Return the series with the most volume; None without volume."""
    position = figures.inputs_of(SeriesErrors).largest()
    if position is None:
        return None
    series = sums.series[position]
    return LargestSeries(site_id=index.sites[index.site_of[series]], sku_id=index.skus[index.sku_of[series]])


def list_warnings(figures: Figures, index: SeriesIndex, sums: AccuracySums, units: SkuUnits) -> Iterator[str]:
    """Yield what readers of the headline figures need to know: several units of measure, and one series that carries more than half."""
    if sums.weights is not None:
        used = np.unique(units.unit_of[index.sku_of[sums.series]])
        names = ", ".join(units.names[unit] or "no unit stated" for unit in used.tolist())
        yield f"The series have several units of measure ({names}): figures are pooled by volume share within a unit, not over quantities."
    largest, share = find_largest(figures, sums, index), figures[LARGEST_SERIES_SHARE]
    if largest is None or share is None or share <= DOMINANT_SHARE or len(sums.series) == 1:
        return
    others, median = (
        "undefined" if each is None else f"{each:.1f} %" for each in (figures[WAPE_WITHOUT_LARGEST], figures[MEDIAN_SERIES_WAPE])
    )
    yield (
        f"SKU {largest.sku_id} at site {largest.site_id} carries {share:.1f} % of the volume of {len(sums.series):,} series and decides "
        f"about the pooled figures: WAPE is {others} without it, {median} for the median series."
    )
