"""All sums of all points, taken block by block, so that no column is copied as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grain, Grid
from kpi_engine.accuracy.inputs.matching import Block
from kpi_engine.accuracy.inputs.naive import BENCHMARKS
from kpi_engine.accuracy.inputs.points import Points, aggregated
from kpi_engine.accuracy.metrics.interval import Intervals
from kpi_engine.accuracy.metrics.lags import LAG_WEEKS, LagSums, lag_sums
from kpi_engine.accuracy.metrics.point import Errors, Totals
from kpi_engine.accuracy.metrics.quantile import MEDIAN, Losses, losses
from kpi_engine.accuracy.metrics.value_added import Gains
from kpi_engine.shared.arrays import Floats, Ints, starts_of


@dataclass(frozen=True)
class Tally:
    """Sums by series (only those with points; `series` says which), by day from `first_day` on and by lead time, and totals.

    `points_on` counts points of each day before days are summed to weeks or months. `newest` sums, by day, the newest forecast of each
    series. `targets` counts series and days.
    """

    series: Ints
    errors: Errors
    intervals: Intervals
    gains: Mapping[str, Gains]
    by_day: Errors
    first_day: int
    points_on: Floats
    newest: Totals
    by_lead: Errors
    lags: Mapping[int, LagSums]
    losses: Mapping[float, Losses]
    targets: int
    forecast_only: int
    missing_forecast: int


def tally(blocks: Iterable[Block], grid: Grid, grain: Grain, longest_lead: int) -> Tally:
    """Sum blocks that hold whole series each, in order. Errors are formed at the grain, and only there."""
    parts = _Parts(grid, grain, longest_lead)
    for block in blocks:
        parts.add(block)
    return parts.together()


class _Parts:
    """What has been summed so far: one part per block where blocks have groups of their own, running sums elsewhere."""

    def __init__(self, grid: Grid, grain: Grain, longest_lead: int) -> None:
        self.grid, self.grain, self.leads = grid, grain, longest_lead + 1
        self.first, self.span = _days_of_errors(grid, grain)
        self.series: list[Ints] = []
        self.errors: list[Errors] = []
        self.intervals: list[Intervals] = []
        self.gains: dict[str, list[Gains]] = {name: [] for name in BENCHMARKS}
        self.by_day, self.by_lead = Errors.nothing(self.span), Errors.nothing(self.leads)
        self.newest, self.points_on = Totals.nothing(self.span), np.zeros(grid.span)
        self.lags = dict.fromkeys(LAG_WEEKS, LagSums(Errors.nothing(1), 0))
        self.losses = {MEDIAN: Losses.nothing(1)}
        self.targets = self.forecast_only = self.missing_forecast = 0

    def add(self, block: Block) -> None:
        """Add the points of a block by day, the same at the grain of errors, and those at each lag."""
        days = block.points
        points = aggregated(days, self.grain)
        self._add_errors(points)
        self.points_on += np.bincount(days.day - self.grid.first, minlength=self.grid.span)
        self.targets += len(days) - int(np.count_nonzero(days.same_target()))
        self.forecast_only += block.forecast_only
        self.missing_forecast += block.missing_forecast
        self.lags = {weeks: sums.plus(self.lags[weeks]) for weeks, sums in lag_sums(days, self.grain).items()}
        for tau, loss in losses(points).items():
            self.losses[tau] = loss.plus(self.losses[tau]) if tau in self.losses else loss

    def _add_errors(self, points: Points) -> None:
        starts, errors = starts_of(points.series), Errors.of_points(points)
        self.series.append(points.series[starts])
        self.errors.append(errors.runs(starts))
        self.intervals.append(Intervals.of_points(points).runs(starts))
        for name, parts in self.gains.items():
            made = points.naive.get(name)
            parts.append(Gains.nothing(len(starts)) if made is None else Gains.of_points(points, made).runs(starts))
        place, newest = points.day - self.first, ~points.same_target()
        self.by_day = self.by_day.plus(errors.rolled(place, self.span))
        self.newest = self.newest.plus(errors.totals().of(newest).rolled(place[newest], self.span))
        if self.leads > 1:
            self.by_lead = self.by_lead.plus(errors.rolled(np.clip(points.lead, 0, self.leads - 1), self.leads))

    def together(self) -> Tally:
        """The sums of all blocks."""
        return Tally(
            np.concatenate(self.series or [np.zeros(0, dtype=np.int64)]),
            Errors.concatenated(self.errors),
            Intervals.concatenated(self.intervals),
            {name: Gains.concatenated(parts) for name, parts in self.gains.items()},
            self.by_day,
            self.first,
            self.points_on,
            self.newest,
            self.by_lead,
            self.lags,
            self.losses,
            self.targets,
            self.forecast_only,
            self.missing_forecast,
        )


def _days_of_errors(grid: Grid, grain: Grain) -> tuple[int, int]:
    """The first day that an error may stand on, a bucket's first, and how many days follow up to the grid's last."""
    first = int(grain.first_days(grain.buckets(np.array([grid.first])))[0])
    return first, grid.first - first + grid.span
