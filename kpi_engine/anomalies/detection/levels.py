"""Totals of scopes, such as a site, a category or a SKU at all sites, as series that are judged beside those that they sum up.

The interval of a sum is not the sum of intervals: errors of series cancel out as far as they are independent. With s the root of the
summed squares of the series' spreads, the mean of those above and below, the expectation of a total is the sum of P50s plus m s, and its
spread above u s, below v s. m is the median of (actual - sum of P50) / s on the past days and corrects that medians do not add up; u and v
are the widest that its quantiles 90 and 96 percent (10 and 4) imply: errors that are alike, or skewed, make them larger than 1. Only
series with an actual and an expectation count on a day, so missing data is no fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi_engine.anomalies.daily_values import DEFAULT_COVERAGE, DailyValues
from kpi_engine.anomalies.detection.likelihood import sum_scopes
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.scopes import ScopeSet
from kpi_engine.shared.arrays import Floats, Ints

BOUND_Z = NormalDist().inv_cdf((1 + DEFAULT_COVERAGE) / 2)
SPREAD_LEVELS = (0.9, 0.96)


@dataclass(frozen=True, eq=False)
class TotalPanel:
    """The totals of the scopes of one set of dimensions that hold several series. codes: of each row, its scope."""

    scopes: ScopeSet
    codes: Ints
    panel: DetectionPanel


@dataclass(frozen=True, eq=False)
class _Sums:
    """C x D sums of the known series of each scope; NaN on a day without one."""

    actual: Floats
    expected: Floats
    above: Floats
    below: Floats

    @property
    def scale(self) -> Floats:
        """The mean spread; NaN where it is 0."""
        scale = (self.above + self.below) / 2
        return np.where(scale > 0, scale, np.nan)


def sum_totals(panel: DetectionPanel, scopes: ScopeSet) -> TotalPanel:
    """Return the totals of the scopes of one set of dimensions, with their intervals, P10 to P90.

    >>> from kpi_engine.examples.anomalies import build_panel
    >>> totals = sum_totals(build_panel(), ScopeSet.of(build_panel().dimensions, ("site_id",)))
    >>> totals.panel.dimensions, totals.panel.days.actual[:, 5:].tolist(), totals.panel.days.upper[:, 5:].round(1).tolist()
    ([{'site_id': 'LDS1'}], [[252.0, 160.0]], [[214.1, 214.1]])
    """
    codes = np.flatnonzero(scopes.sizes > 1)
    place = np.full(len(scopes.values) + 1, -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    days, past = (_sum(part, place[scopes.code], len(codes)) for part in (panel.days, panel.past))
    past_errors = (past.actual - past.expected) / past.scale
    spreads = _measure(past_errors)
    total_panel = DetectionPanel(
        measure=panel.measure,
        dimensions=[scopes.scope(int(code)) for code in codes],
        first_day=panel.first_day,
        days=_add_interval(days, *spreads),
        past=_add_interval(past, *spreads),
        is_intermittent=np.zeros(len(codes), dtype=np.bool_),
    )
    return TotalPanel(scopes, codes, total_panel)


def _sum(days: DailyValues, place: Ints, n_scopes: int) -> _Sums:
    is_known = ~np.isnan(days.residual) & ~np.isnan(days.coverage)
    quantile = np.full(days.coverage.shape, BOUND_Z)
    for level in np.unique(days.coverage[is_known]):
        quantile[days.coverage == level] = NormalDist().inv_cdf((1 + level) / 2)
    squares = [((limits - days.expected) / quantile) ** 2 for limits in (days.upper, days.lower)]
    has_value = sum_scopes(place, n_scopes, is_known) > 0

    def total(values: Floats) -> Floats:
        return np.where(has_value, sum_scopes(place, n_scopes, np.where(is_known, values, 0.0)), np.nan)

    above, below = (np.sqrt(total(values)) for values in squares)
    return _Sums(total(days.actual), total(days.expected), above, below)


def _measure(errors: Floats) -> tuple[Floats, Floats, Floats]:
    """Median of each row, and its spreads above and below, C x 1: the widest of those that the quantiles imply, and at least 1."""
    middle, above, below = np.zeros(len(errors)), np.ones(len(errors)), np.ones(len(errors))
    rows = np.flatnonzero((~np.isnan(errors)).any(axis=1))
    if len(rows):
        middle[rows] = np.nanmedian(errors[rows], axis=1)
        for level in SPREAD_LEVELS:
            quantile = NormalDist().inv_cdf(level)
            high, low = np.nanquantile(errors[rows], [level, 1 - level], axis=1)
            for spread, distance in ((above, high - middle[rows]), (below, middle[rows] - low)):
                spread[rows] = np.maximum(spread[rows], distance / quantile)
    return middle[:, None], above[:, None], below[:, None]


def _add_interval(sums: _Sums, middle: Floats, above: Floats, below: Floats) -> DailyValues:
    scale = np.nan_to_num(sums.scale)
    expected = np.maximum(sums.expected + middle * scale, 0.0)
    lower = np.maximum(expected - BOUND_Z * below * scale, 0.0)
    return DailyValues.of(sums.actual, expected, lower, expected + BOUND_Z * above * scale)
