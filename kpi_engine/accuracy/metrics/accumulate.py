"""All sums of all points, taken block by block, so that no column is copied as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.benchmarks import BENCHMARKS
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.inputs.matching import MatchedBlock
from kpi_engine.accuracy.metrics.accuracy_metric import CollectedInputs
from kpi_engine.accuracy.metrics.breakdown import DailyTotals
from kpi_engine.accuracy.metrics.catalogue import COLLECTED_INPUTS
from kpi_engine.accuracy.metrics.control import RecentErrors
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.accuracy.metrics.lags import LagErrors
from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.value_added import ValueAdded
from kpi_engine.shared.arrays import Floats, Ints, find_runs


@dataclass(frozen=True, kw_only=True)
class AccuracySums:
    """Sums by series (only those with points; `series` says which), by day from `first_day` on and by lead time, and totals.

    weights: what quantities of each series count where they are pooled, None: as they are. errors, intervals, value_added (by simple
    method) and recent are in the units of the series; the sums over series are weighted. points_on: points of each day of the grid before
    days are summed to weeks or months. newest: by day, the newest forecast of each series. collected_inputs: what metrics need that no sum
    by series gives, by its type. n_targets: pairs of series and day.
    """

    series: Ints
    weights: Floats | None
    errors: PointErrors
    recent: RecentErrors
    intervals: IntervalSums
    value_added: Mapping[str, ValueAdded]
    by_day: PointErrors
    first_day: int
    points_on: Floats
    newest: DailyTotals
    by_lead: PointErrors
    lags: LagErrors
    collected_inputs: Mapping[type[CollectedInputs], CollectedInputs]
    n_targets: int
    n_forecast_only: int
    n_missing_forecast: int


def accumulate(blocks: Iterable[MatchedBlock], grid: Grid, grain: Grain, longest_lead: int, weights: Floats | None = None) -> AccuracySums:
    """Sum blocks of whole series each, in order. Errors are formed at the grain, and only there; `weights` are those of all series.

    >>> accumulate([], Grid(n_series=0, first_day=0, span=1), Grain.DAY, longest_lead=0).errors.total().n.tolist()
    [0.0]
    """
    accumulator = Accumulator(grid, grain, longest_lead, weights)
    for block in blocks:
        accumulator.add(block)
    return accumulator.sums()


class Accumulator:
    """Running sums: one part per block where blocks have groups of their own, running sums elsewhere."""

    def __init__(self, grid: Grid, grain: Grain, longest_lead: int, weights: Floats | None = None) -> None:
        self._grid, self._grain, self._n_leads, self._weights = grid, grain, longest_lead + 1, weights
        self._first_day, self._span = _days_of_errors(grid, grain)
        self._series: list[Ints] = []
        self._errors: list[PointErrors] = []
        self._recent: list[RecentErrors] = []
        self._intervals: list[IntervalSums] = []
        self._value_added: dict[str, list[ValueAdded]] = {name: [] for name in BENCHMARKS}
        self._by_day, self._by_lead = PointErrors.zeros(self._span), PointErrors.zeros(self._n_leads)
        self._newest, self._points_on = DailyTotals.zeros(self._span), np.zeros(grid.span)
        self._lags = LagErrors.zeros()
        self._collected_inputs = {kind: kind.of_points(NO_POINTS) for kind in COLLECTED_INPUTS}
        self._n_targets = self._n_forecast_only = self._n_missing_forecast = 0

    def add(self, block: MatchedBlock) -> None:
        """Add the points of a block by day, the same at the grain of errors, and those at each lag."""
        days = block.points.weigh(self._weights)
        points = days.sum_by_grain(self._grain)
        self._add_errors(points)
        self._points_on += np.bincount(days.day - self._grid.first_day, minlength=self._grid.span)
        self._n_targets += days.n_targets
        self._n_forecast_only += block.forecast_only
        self._n_missing_forecast += block.missing_forecast
        self._lags += LagErrors.of_points(days, self._grain)
        self._collected_inputs = {kind: inputs + kind.of_points(points) for kind, inputs in self._collected_inputs.items()}

    def sums(self) -> AccuracySums:
        """Return the sums of all blocks."""
        series = np.concatenate(self._series or [np.zeros(0, dtype=np.int64)])
        return AccuracySums(
            series=series,
            weights=self._weights if self._weights is None else self._weights[series],
            errors=PointErrors.concatenate(self._errors),
            recent=RecentErrors.concatenate(self._recent),
            intervals=IntervalSums.concatenate(self._intervals),
            value_added={name: ValueAdded.concatenate(parts) for name, parts in self._value_added.items()},
            by_day=self._by_day,
            first_day=self._first_day,
            points_on=self._points_on,
            newest=self._newest,
            by_lead=self._by_lead,
            lags=self._lags,
            collected_inputs=self._collected_inputs,
            n_targets=self._n_targets,
            n_forecast_only=self._n_forecast_only,
            n_missing_forecast=self._n_missing_forecast,
        )

    def _add_errors(self, points: MatchedPoints) -> None:
        starts, errors = find_runs(points.series), PointErrors.of_points(points)
        self._series.append(points.series[starts])
        self._errors.append(errors.sum_runs(starts))
        self._recent.append(RecentErrors.of_points(points).sum_runs(starts))
        self._intervals.append(IntervalSums.of_points(points).sum_runs(starts))
        for name, parts in self._value_added.items():
            benchmark = points.benchmarks.get(name)
            parts.append(ValueAdded.zeros(len(starts)) if benchmark is None else ValueAdded.of_points(points, benchmark).sum_runs(starts))
        day, errors = points.day - self._first_day, errors.weigh(points.weight)
        by_day = errors.sum_by_group(day, self._span)
        self._by_day += by_day
        self._newest += self._newest_totals(points, errors, day) if points.is_repeat.any() else DailyTotals(by_day.actual, by_day.error)
        if self._n_leads > 1:
            self._by_lead += errors.sum_by_group(np.clip(points.lead, 0, self._n_leads - 1), self._n_leads)

    def _newest_totals(self, points: MatchedPoints, errors: PointErrors, day: Ints) -> DailyTotals:
        is_newest = ~points.is_repeat
        totals = DailyTotals(errors.actual, errors.error).select(is_newest)
        return totals.sum_by_group(day[is_newest], self._span)


def _days_of_errors(grid: Grid, grain: Grain) -> tuple[int, int]:
    """Return the first day on which an error may be, a bucket's first, and how many days follow up to the grid's last."""
    first_day = int(grain.first_days(grain.buckets(np.array([grid.first_day])))[0])
    return first_day, grid.first_day - first_day + grid.span


NO_POINTS = MatchedPoints(
    series=np.zeros(0, dtype=np.int64),
    day=np.zeros(0, dtype=np.int64),
    lead=np.zeros(0, dtype=np.int64),
    actual=np.zeros(0),
    forecast=np.zeros(0),
    interval=None,
    quantiles={},
    benchmarks={},
)
