"""Dwell of vehicles at the site, and the part of it beyond the free time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.inputs.parameters import DwellParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.metric import (
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    count_metric,
    explain_missing_columns,
    parameter_metric,
)
from kpi_engine.logistics.score.dwell_segments import SEGMENT_METRICS, SEGMENTS, DwellSegment, measure_segment
from kpi_engine.logistics.score.visits import DwellTimes, Visits, list_visits
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit
from kpi_engine.shared.serialise import fields_to_json, to_json

ROW_KEYS = {"by_site": "site_id", "by_door": "door_id", "by_carrier": "carrier_id", "by_hour": "gate_in_hour"}
OIG = "US DOT OIG, ST2018019 (detention of commercial drivers)"
NULL_WITHOUT_TIMES = "null (the whole of `dwell`) when gate times are not there"


@dataclass(frozen=True)
class DwellFigures:
    """Dwell of visits, minutes; share_over_free in percent of the visits."""

    median: float
    p90: float
    share_over_free: float | None
    detention_minutes: float
    visits: int

    @classmethod
    def of(cls, times: DwellTimes) -> DwellFigures:
        """Compute the figures of at least one visit."""
        return cls(
            median=DWELL_MEDIAN(times),
            p90=DWELL_P90(times),
            share_over_free=DWELL_OVER_FREE(times),
            detention_minutes=DETENTION(times),
            visits=DWELL_VISITS(times),
        )


@dataclass(frozen=True)
class DwellExclusions:
    """Numbers of visits that no figure counts, by reason."""

    missing_time: int
    negative: int


@dataclass(frozen=True)
class Dwell(DwellFigures):
    """Dwell of all visits, by segment (queue, dock, depart; None without its times), site, door, carrier and local hour of arrival."""

    free_minutes: float
    segments: Mapping[str, DwellSegment | None]
    by_site: Mapping[str, DwellFigures]
    by_door: Mapping[str, DwellFigures]
    by_carrier: Mapping[str, DwellFigures]
    by_hour: Mapping[int, DwellFigures]
    n_excluded: DwellExclusions

    def as_dict(self) -> dict[str, Any]:
        """Return the part for JSON; each breakdown is a list of rows, which name the column that they break down by."""
        breakdowns: dict[str, Mapping[str, DwellFigures] | Mapping[int, DwellFigures]] = {
            "by_site": self.by_site,
            "by_door": self.by_door,
            "by_carrier": self.by_carrier,
            "by_hour": self.by_hour,
        }
        return fields_to_json(self) | {
            name: [{ROW_KEYS[name]: key, **to_json(figures)} for key, figures in rows.items()] for name, rows in breakdowns.items()
        }


def _minutes_metric(
    name: str,
    title: str,
    key: str,
    formula: str,
    compute: Callable[[DwellTimes], float],
    scor: ScorAttribute = ScorAttribute.RESPONSIVENESS,
) -> LogisticsMetric[DwellTimes, float]:
    return LogisticsMetric(
        name=name,
        title=title,
        path=f"dwell.{key}",
        formula=formula,
        unit=Unit.MINUTES,
        sign=SMALLER_IS_BETTER,
        zero_policy=NULL_WITHOUT_TIMES,
        source=OIG,
        scor=scor,
        compute=compute,
    )


DWELL_MEDIAN = _minutes_metric(
    "dwell_median", "Median dwell", "median", "median of gate-out - gate-in", lambda times: float(np.percentile(times.minutes, 50))
)
DWELL_P90 = _minutes_metric(
    "dwell_p90",
    "90th percentile of dwell",
    "p90",
    "90th percentile of gate-out - gate-in, linear interpolation",
    lambda times: float(np.percentile(times.minutes, 90)),
)
DWELL_OVER_FREE = LogisticsMetric[DwellTimes, float | None](
    name="dwell_over_free",
    title="Visits beyond the free time",
    path="dwell.share_over_free",
    formula="100 * visits with dwell > free time / visits",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_TIMES,
    source=OIG,
    scor=ScorAttribute.RESPONSIVENESS,
    compute=lambda times: percentage(count_true(times.detention > 0), len(times.minutes)),
)
DETENTION = _minutes_metric(
    "detention",
    "Detention",
    "detention_minutes",
    "sum max(0, dwell - free time)",
    lambda times: sum_exactly(times.detention),
    scor=ScorAttribute.COST,
)
DWELL_VISITS: LogisticsMetric[DwellTimes, int] = count_metric(
    "dwell_visits",
    "Visits measured",
    "dwell.visits",
    "visits with both gate times in order",
    lambda times: len(times.minutes),
    zero_policy=NULL_WITHOUT_TIMES,
    scor=ScorAttribute.RESPONSIVENESS,
)


MISSING_TIME: LogisticsMetric[Visits, int] = count_metric(
    "dwell_excluded_missing",
    "Visits left out: a gate time is missing",
    "dwell.n_excluded.missing_time",
    "visits without gate-in or gate-out",
    lambda visits: count_true(np.isnan(visits.minutes)),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.RESPONSIVENESS,
)
NEGATIVE_TIME: LogisticsMetric[Visits, int] = count_metric(
    "dwell_excluded_negative",
    "Visits left out: gate-out before gate-in",
    "dwell.n_excluded.negative",
    "visits with a negative dwell",
    lambda visits: count_true(np.asarray(visits.minutes < 0)),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.RESPONSIVENESS,
)
METRICS = (
    *(DWELL_MEDIAN, DWELL_P90, DWELL_OVER_FREE, DETENTION, DWELL_VISITS),
    parameter_metric(
        "dwell_free_time",
        "Free time",
        "dwell.free_minutes",
        Unit.MINUTES,
        sign="larger is more lenient",
        source=OIG,
        scor=ScorAttribute.RESPONSIVENESS,
    ),
    *(metric for metrics in SEGMENT_METRICS.values() for metric in metrics),
    *(MISSING_TIME, NEGATIVE_TIME),
)


def measure_dwell(shipments: Shipments, parameters: DwellParameters) -> Part[Dwell | None]:
    """Return dwell = gate-out - gate-in and detention = max(0, dwell - free time), minutes; null when the times are not there.

    A visit is counted once however many shipments it carried. Percentiles by linear interpolation. Negative times are left out and counted.
    Source: US DOT OIG report ST2018019 (detention beyond two hours).

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> rows = {"shipment_id": ["S1", "S2"], "gate_in": "2026-07-20T09:00", "gate_out": ["2026-07-20T10:30", "2026-07-20T12:30"]}
    >>> shipments = read_shipments(pd.DataFrame(rows), read_vehicle_types(pd.DataFrame()))
    >>> dwell = measure_dwell(shipments, DwellParameters(free_minutes=120)).value
    >>> dwell.median, dwell.detention_minutes, dwell.by_hour[9].visits
    (150.0, 90.0, 2)
    """
    reason = explain_missing_columns(shipments.columns, "shipment_id", "gate_in", "gate_out")
    visits = None if reason else list_visits(shipments)
    if visits is None or not (visits.minutes >= 0).any():
        return Part(None, {"dwell": reason or NO_OBSERVATIONS})
    is_measured = visits.minutes >= 0
    frame, times = visits.frame[is_measured], DwellTimes(visits.minutes[is_measured], parameters.free_minutes)
    segments = {name: measure_segment(name, frame) for name in SEGMENTS}
    dwell = Dwell(
        **vars(DwellFigures.of(times)),
        free_minutes=parameters.free_minutes,
        segments=segments,
        by_site=_break_down(frame["site_id"], times),
        by_door=_break_down(frame["door_id"], times),
        by_carrier=_break_down(frame["carrier_id"], times),
        by_hour=_break_down_by_hour(frame["gate_in_hour"], times),
        n_excluded=DwellExclusions(MISSING_TIME(visits), NEGATIVE_TIME(visits)),
    )
    return Part(dwell, {f"dwell.segments.{name}": "no_timestamps" for name, segment in segments.items() if segment is None})


def _break_down(names: pd.Series[str], times: DwellTimes) -> dict[str, DwellFigures]:
    """Return the figures of each name, in order; visits without one are left out."""
    labels = names.to_numpy(dtype=object)
    return {name: _figures_of(times, labels == name) for name in sorted({*labels.tolist()} - {""})}


def _break_down_by_hour(hours: pd.Series[float], times: DwellTimes) -> dict[int, DwellFigures]:
    numbers = hours.to_numpy(dtype=np.float64)
    return {int(hour): _figures_of(times, numbers == hour) for hour in np.unique(numbers[~np.isnan(numbers)])}


def _figures_of(times: DwellTimes, mask: Bools) -> DwellFigures:
    return DwellFigures.of(DwellTimes(times.minutes[mask], times.free_minutes))
