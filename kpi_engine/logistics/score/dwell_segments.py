"""The segments of a visit: from the gate to the dock, at the dock, and back to the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.metric import (
    CONVENTION,
    NO_SIGN,
    SMALLER_IS_BETTER,
    LogisticsMetric,
)
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.metric import ScorAttribute, Unit

SEGMENTS = {"queue": ("gate_in", "dock_in"), "dock": ("dock_in", "dock_out"), "depart": ("dock_out", "gate_out")}


@dataclass(frozen=True)
class DwellSegment:
    """The minutes of one segment of the visits, over the visits of which it is known."""

    median: float
    p90: float
    visits: int


def _segment_metric(
    segment: str, key: str, title: str, unit: Unit, sign: str, compute: Callable[[Floats], float]
) -> LogisticsMetric[Floats, float]:
    return LogisticsMetric(
        name=f"dwell_{segment}_{key}",
        title=title[:1].upper() + title[1:],
        path=f"dwell.segments.{segment}.{key}",
        formula=title,
        unit=unit,
        sign=sign,
        zero_policy="null when the times are not there",
        source=CONVENTION,
        scor=ScorAttribute.RESPONSIVENESS,
        compute=compute,
    )


def _segment_metrics(segment: str, time: str) -> tuple[LogisticsMetric[Floats, float], ...]:
    """The metrics of the minutes of a segment; time: what the segment is."""
    minutes = (Unit.MINUTES, SMALLER_IS_BETTER)
    return (
        _segment_metric(segment, "median", f"median {time}", *minutes, lambda values: float(np.percentile(values, 50))),
        _segment_metric(segment, "p90", f"90th percentile of the {time}", *minutes, lambda values: float(np.percentile(values, 90))),
        _segment_metric(segment, "visits", f"visits with a known {time}", Unit.COUNT, NO_SIGN, len),
    )


SEGMENT_METRICS = {
    "queue": _segment_metrics("queue", "time from gate to dock"),
    "dock": _segment_metrics("dock", "time at the dock"),
    "depart": _segment_metrics("depart", "time from dock to gate"),
}


def measure_segment(name: str, visits: pd.DataFrame) -> DwellSegment | None:
    """Return the minutes of a segment, None when no visit has its times in order; visits: with the columns of SEGMENTS, in minutes.

    >>> visits = pd.DataFrame({"gate_in": [0.0, 10.0, None], "dock_in": [30.0, 50.0, 60.0]})
    >>> measure_segment("queue", visits).median
    35.0
    """
    start, end = SEGMENTS[name]
    minutes = (visits[end] - visits[start]).to_numpy(dtype=np.float64)
    minutes = minutes[minutes >= 0]
    if not len(minutes):
        return None
    median, p90, count = SEGMENT_METRICS[name]
    return DwellSegment(median(minutes), p90(minutes), visits=int(count(minutes)))
