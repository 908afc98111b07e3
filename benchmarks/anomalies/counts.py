"""Alarms of detectors, counted in the same way for all of them.

A detector gives every day of every series a strength with the sign of its direction: 0 is nothing, NaN is not judged. A day whose
strength reaches the threshold is flagged. Flagged days of a series with at most QUIET_DAYS days between them are one alarm, and an alarm
that does not end is counted again every RENEWAL_DAYS days.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.anomalies.events import Event, EventKind
from kpi_engine.shared.arrays import Bools, Floats

QUIET_DAYS = 7
RENEWAL_DAYS = 28
DAYS_OF_YEAR = 365.25


def count_alarms(is_flagged: Bools) -> int:
    """Return the number of alarms of S x D days."""
    alarms = 0
    for row in is_flagged:
        opening, latest = -RENEWAL_DAYS, -RENEWAL_DAYS
        for day in np.flatnonzero(row).tolist():
            if day - latest > QUIET_DAYS + 1 or day - opening >= RENEWAL_DAYS:
                alarms, opening = alarms + 1, day
            latest = day
    return alarms


def alarms_per_year(strength: Floats, threshold: float) -> float:
    """Return the alarms per series and year of S x D strengths."""
    return count_alarms(np.abs(strength) >= threshold) * DAYS_OF_YEAR / strength.size


def threshold_of(strength: Floats, alarms: float) -> float:
    """Return the least threshold at which undisturbed series have at most so many alarms per series and year."""
    strengths = np.unique(np.abs(strength[strength != 0]))
    strengths = strengths[~np.isnan(strengths)]
    low, high = 0, len(strengths)  # alarms are not quite monotone in the threshold, so the search ends near the least
    while low < high:
        middle = (low + high) // 2
        if alarms_per_year(strength, float(strengths[middle])) <= alarms:
            high = middle
        else:
            low = middle + 1
    return float(strengths[low]) if low < len(strengths) else np.inf


def recall_by_kind(strength: Floats, events: Sequence[Event], threshold: float, first_column: int) -> dict[EventKind, float]:
    """Return the share of the events of each kind on one of whose days the strength reaches the threshold in their direction."""
    detections: dict[EventKind, list[bool]] = {}
    for event in events:
        if event.kind is EventKind.GAP:
            continue
        days = strength[event.series, event.first - first_column : event.last + 1 - first_column]
        detections.setdefault(event.kind, []).append(bool((days * event.direction >= threshold).any()))
    return {kind: float(np.mean(flags)) for kind, flags in detections.items()}


def false_share(strength: Floats, events: Sequence[Event], threshold: float, first_column: int) -> float:
    """Return the share of flagged days that lie outside of every event and the RENEWAL_DAYS days after it; NaN when none is flagged.

    After an event the forecasts have learned from it, and a return to the usual level is a change.
    """
    is_flagged = np.abs(strength) >= threshold
    is_false = is_flagged & ~_mark_events(strength, events, first_column)
    return float(is_false.sum() / is_flagged.sum()) if is_flagged.any() else float("nan")


def false_discovery_rate(strength: Floats, events: Sequence[Event], threshold: float, first_column: int) -> float:
    """Return the mean over days of the share of flagged series that is false (as false_share); a day without a flag has none."""
    is_flagged = np.abs(strength) >= threshold
    is_false = is_flagged & ~_mark_events(strength, events, first_column)
    return float(np.mean(is_false.sum(axis=0) / np.maximum(is_flagged.sum(axis=0), 1)))


def _mark_events(strength: Floats, events: Sequence[Event], first_column: int) -> Bools:
    """The days of every event and the RENEWAL_DAYS days after it."""
    is_near_event = np.zeros(strength.shape, dtype=np.bool_)
    for event in events:
        is_near_event[event.series, event.first - first_column : event.last + 1 + RENEWAL_DAYS - first_column] = True
    return is_near_event
