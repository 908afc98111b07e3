"""Tracking signals: which series are always forecast too high, or too low. Each series is judged by itself.

A signal of all series together grows with their number and is beyond every limit; and errors of opposite sign cancel in it. Series of
intermittent or lumpy demand are not judged: the median of their demand is below its mean, so that a right forecast is always too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.shared.arrays import Bools, Floats, find_runs, ratio
from kpi_engine.shared.calendar import DAYS_OF_WEEK, mondays
from kpi_engine.shared.metric import GET_KPIS, Unit

CONTROL_WEEKS = 13
CONTROL_LIMIT = 4.0
CHANCE_LIMIT = 2.5
"""Errors that lean to neither side have a signal that scatters by 1.25 * sqrt(n): twice that is exceeded by one series of 20."""
ENOUGH_POINTS = 6
VOLUME_LIMIT = 20.0
"""Percent of the volume whose series are out of control, beyond which the whole is."""
INSUFFICIENT_DATA = "insufficient_data"
SEVERAL_SERIES = "several_series"
MAD_ZERO = "mad_zero"
SOURCE = "Brown 1959; limits and window: conventions of this project"
LIMIT_FORMULA = "|sum(F - A) / mean|A - F|| above max(4, 2.5 * sqrt(n)) over the last 13 ISO weeks of the series, n points, at least 6"


@dataclass(frozen=True)
class RecentErrors(Additive):
    """Points, actuals, errors F - A and their absolute sizes in the last 13 ISO weeks of each series, up to its last point."""

    QUANTITIES: ClassVar[frozenset[str]] = frozenset({"actual", "error", "abs_error"})

    n: Floats
    actual: Floats
    error: Floats
    abs_error: Floats

    @classmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        """Return each point by itself, zeros for those before the window; the points are whole series, in order of days."""
        starts = find_runs(points.series)
        ends = np.append(starts[1:], len(points))
        monday = mondays(points.day)
        newest = np.repeat(monday[ends - 1], ends - starts) if len(points) else monday
        is_recent = (monday > newest - DAYS_OF_WEEK * CONTROL_WEEKS).astype(np.float64)
        error = (points.forecast - points.actual) * is_recent
        return cls(is_recent, points.actual * is_recent, error, np.abs(error))

    def signal(self) -> Floats:
        """Return the tracking signals, NaN where every forecast was exact."""
        return self.n * ratio(self.error, self.abs_error)

    def limit(self) -> Floats:
        """Return the size of a signal that is not exceeded by chance."""
        return np.maximum(CONTROL_LIMIT, CHANCE_LIMIT * np.sqrt(self.n))

    def is_beyond(self) -> Bools:
        """Return which signals are beyond the limit; exact forecasts are not."""
        return np.abs(self.signal()) > self.limit()


@dataclass(frozen=True)
class SeriesControl:
    """The recent errors of every series, its volume in a measure that all share, and whether its demand is intermittent or lumpy."""

    recent: RecentErrors
    volume: Floats
    is_rare: Bools

    def is_judged(self) -> Bools:
        """Return which series have enough points, and demand on most days."""
        return (self.recent.n >= ENOUGH_POINTS) & ~self.is_rare

    def is_out_of_control(self) -> Bools:
        """Return which of the judged series are out of control."""
        return self.is_judged() & self.recent.is_beyond()

    def count(self, series: Bools) -> Floats:
        """Return how many series these are; NaN when none is judged."""
        return np.array([float(np.count_nonzero(series)) if self.is_judged().any() else np.nan])

    def volume_share(self) -> Floats:
        """Return the percent of the judged volume that series out of control have."""
        volume = np.where(self.is_judged(), self.volume, 0.0)
        return 100 * ratio(volume[self.is_out_of_control()].sum(keepdims=True), volume.sum(keepdims=True))

    def single_signal(self) -> Floats:
        """Return the tracking signal of the only series; NaN when there are several."""
        return self.recent.signal() if len(self.volume) == 1 else np.array([np.nan])


TRACKING_SIGNAL = AccuracyMetric[SeriesControl](
    name="tracking_signal",
    title="Tracking signal",
    path="bias.tracking_signal",
    formula="sum(F - A) / mean|A - F| over the last 13 ISO weeks of one series; those of several series are in bias.control",
    unit=Unit.RATIO,
    sign="positive: over-forecast",
    zero_policy=f"null `{SEVERAL_SERIES}` unless there is one series; null `{MAD_ZERO}` when every forecast was exact",
    source=SOURCE,
    version="2",
    inputs=SeriesControl,
    compute=lambda control: control.single_signal(),
    explain=lambda control: MAD_ZERO if len(control.volume) == 1 else SEVERAL_SERIES,
)
SERIES_JUDGED = AccuracyMetric[SeriesControl](
    name="series_judged",
    title="Series judged by their tracking signal",
    path="bias.control.series_judged",
    formula="series with at least 6 points in their last 13 ISO weeks whose demand is smooth or erratic: the median of intermittent and "
    "lumpy demand is below its mean, so that a right forecast is always too low",
    unit=Unit.COUNT,
    sign="larger: the judgement rests on more",
    zero_policy=f"null `{INSUFFICIENT_DATA}` when no series is judged",
    source=SOURCE,
    served=GET_KPIS,
    inputs=SeriesControl,
    compute=lambda control: control.count(control.is_judged()),
    reason=INSUFFICIENT_DATA,
)
SERIES_OUT_OF_CONTROL = AccuracyMetric[SeriesControl](
    name="series_out_of_control",
    title="Series out of control",
    path="bias.control.series_out_of_control",
    formula=f"series with a tracking signal {LIMIT_FORMULA}",
    unit=Unit.COUNT,
    sign="smaller is better; by chance one series of 20",
    zero_policy=f"null `{INSUFFICIENT_DATA}` when no series is judged",
    source=SOURCE,
    served=GET_KPIS,
    inputs=SeriesControl,
    compute=lambda control: control.count(control.is_out_of_control()),
    reason=INSUFFICIENT_DATA,
)
VOLUME_OUT_OF_CONTROL = AccuracyMetric[SeriesControl](
    name="volume_out_of_control",
    title="Volume of the series out of control",
    path="bias.control.volume_out_of_control",
    formula="100 * sum|A| of the series out of control / sum|A| of the series judged; in several units of measure, by volume share",
    unit=Unit.PERCENT,
    sign=f"smaller is better; above {VOLUME_LIMIT:.0f} bias.verdict is out_of_control",
    zero_policy=f"null `{INSUFFICIENT_DATA}` when no series with demand is judged",
    source=SOURCE,
    served=GET_KPIS,
    inputs=SeriesControl,
    compute=lambda control: control.volume_share(),
    reason=INSUFFICIENT_DATA,
)

METRICS = (TRACKING_SIGNAL, SERIES_JUDGED, SERIES_OUT_OF_CONTROL, VOLUME_OUT_OF_CONTROL)


def judge_bias(control: SeriesControl) -> str:
    """Return out_of_control where series with more than 20 % of the judged volume are, else in_control; or insufficient_data.

    >>> judge_bias(SeriesControl(RecentErrors(*np.full((4, 1), 5.0)), np.array([50.0]), np.array([False])))
    'insufficient_data'
    """
    share = VOLUME_OUT_OF_CONTROL(control)[0]
    if np.isnan(share):
        return INSUFFICIENT_DATA
    return "out_of_control" if share > VOLUME_LIMIT else "in_control"
