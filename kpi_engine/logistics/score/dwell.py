"""Dwell of vehicles at the site, and the part of it beyond the free time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.parameters import DwellParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.metric import Part, explain_missing_columns
from kpi_engine.logistics.score.dwell_metrics import (
    DETENTION,
    DWELL_MEDIAN,
    DWELL_OVER_FREE,
    DWELL_P90,
    DWELL_VISITS,
    MISSING_TIME,
    NEGATIVE_TIME,
)
from kpi_engine.logistics.score.dwell_segments import SEGMENTS, DwellSegment, measure_segment
from kpi_engine.logistics.score.visits import DwellTimes, list_visits
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.metric import NO_OBSERVATIONS
from kpi_engine.shared.serialise import fields_to_json, to_json

ROW_KEYS = {"by_site": "site_id", "by_door": "door_id", "by_carrier": "carrier_id", "by_hour": "gate_in_hour"}


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
