"""How long vehicles stood at the site, and how much of it beyond the free time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count, lacking, percent, total
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.shared.arrays import Floats

SEGMENTS = {"queue": ("gate_in", "dock_in"), "dock": ("dock_in", "dock_out"), "depart": ("dock_out", "gate_out")}
BREAKDOWNS = {"by_site": "site_id", "by_door": "door_id", "by_carrier": "carrier_id", "by_hour": "gate_in_hour"}
VISIT = ["trip_id", "site_id", "gate_in", "gate_out"]


def dwell(shipments: Shipments, free_minutes: float) -> Part:
    """Dwell = gate-out - gate-in, minutes; detention = max(0, dwell - free time); null when the times are not there.

    A visit is counted once however many shipments it carried. Percentiles by linear interpolation. Negative times are left out and counted.
    Source: US DOT OIG report ST2018019 (detention beyond two hours).
    """
    reason = lacking(shipments.present, "shipment_id", "gate_in", "gate_out")
    if reason:
        return Part(None, {"dwell": reason})
    visits = _visits(shipments)
    minutes = (visits["gate_out"] - visits["gate_in"]).to_numpy(dtype=np.float64)
    held = minutes >= 0
    if not held.any():
        return Part(None, {"dwell": NO_OBSERVATIONS})
    kept, stood = visits[held], minutes[held]
    answer: dict[str, Any] = {
        **_figures(stood, free_minutes),
        "free_minutes": free_minutes,
        "segments": {name: _segment(kept, *ends) for name, ends in SEGMENTS.items()},
        **{name: _by(kept[column], stood, free_minutes, column) for name, column in BREAKDOWNS.items()},
        "n_excluded": {"missing_time": count(np.isnan(minutes)), "negative": count(minutes < 0)},
    }
    return Part(answer, {f"dwell.segments.{name}": "no_timestamps" for name in SEGMENTS if answer["segments"][name] is None})


def _visits(shipments: Shipments) -> pd.DataFrame:
    columns = [*dict.fromkeys([*VISIT, "dock_in", "dock_out", *BREAKDOWNS.values()])]
    visits = shipments.frame.assign(trip_id=shipments.trip)[columns].sort_values(columns)
    return visits[~visits.duplicated(VISIT)]


def _figures(stood: Floats, free_minutes: float) -> dict[str, Any]:
    median, p90 = np.percentile(stood, [50, 90]).tolist()
    over = np.maximum(stood - free_minutes, 0)
    return {
        "median": median,
        "p90": p90,
        "share_over_free": percent(count(over > 0), len(stood)),
        "detention_minutes": total(over),
        "visits": len(stood),
    }


def _segment(visits: pd.DataFrame, start: str, end: str) -> dict[str, Any] | None:
    taken = (visits[end] - visits[start]).to_numpy(dtype=np.float64)
    known = taken[taken >= 0]
    if not len(known):
        return None
    median, p90 = np.percentile(known, [50, 90]).tolist()
    return {"median": median, "p90": p90, "visits": len(known)}


def _by(key: pd.Series[Any], stood: Floats, free_minutes: float, column: str) -> list[dict[str, Any]]:
    """One row per value of the key, in order; visits without one are left out."""
    values = key.to_numpy()
    known = ~np.isnan(values.astype(np.float64)) if column == "gate_in_hour" else np.asarray(values != "", dtype=np.bool_)
    codes, names = pd.factorize(values[known], sort=True)
    return [
        {column: int(name) if column == "gate_in_hour" else str(name), **_figures(stood[known][codes == code], free_minutes)}
        for code, name in enumerate(names)
    ]
