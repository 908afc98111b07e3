"""Events injected into a panel, one per series, and the days on which a detector may find each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from forecast_engine.panel import Panel
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.shared.arrays import Floats, Ints

DAYS_BEFORE, DAYS_AFTER = 14, 49
"""No event starts in the first and the last days of those that are judged."""
LEVEL_DAYS = 56


class EventKind(StrEnum):
    """Kinds of events."""

    SPIKE = "spike"
    DROP = "drop"
    SHIFT_UP = "shift up"
    SHIFT_DOWN = "shift down"
    DRIFT = "drift"
    OUTAGE = "outage"
    GAP = "gap"


DURATIONS = {
    EventKind.SPIKE: (1, 2),
    EventKind.DROP: (1, 3),
    EventKind.SHIFT_UP: (21, 21),
    EventKind.SHIFT_DOWN: (21, 21),
    EventKind.DRIFT: (42, 42),
    EventKind.OUTAGE: (3, 7),
    EventKind.GAP: (2, 4),
}
"""Fewest and most days of an event."""
SHIFT = 0.6
DRIFT = 0.8
SITES = 4
SHORT, LONG = 2, 21
"""Days of an event of a whole site."""


@dataclass(frozen=True)
class Event:
    """One event of a series: columns first..last of the panel, direction 1 up or -1 down, 0 for a gap."""

    series: int
    kind: EventKind
    first: int
    last: int
    direction: int


@dataclass(frozen=True)
class SiteEvent:
    """A site and the first and last day of its rise."""

    site_id: str
    first: date
    last: date

    def is_found_by(self, group: AnomalyGroup) -> bool:
        """Whether a group has the site as its cause and touches the days."""
        return group.scope == {"site_id": self.site_id} and group.first_day <= self.last and group.last_day >= self.first


def inject(panel: Panel, judged_days: int, seed: int) -> tuple[Panel, tuple[Event, ...]]:
    """Return the panel with one event in every series, and the events; kinds in turn, days and sizes drawn."""
    rng = np.random.default_rng(seed)
    values, events = panel.values.copy(), []
    kinds = rng.permutation(np.resize(np.array(list(EventKind)), len(values)))
    for row, name in enumerate(kinds):
        kind = EventKind(name)
        first = panel.days - judged_days + int(rng.integers(DAYS_BEFORE, judged_days - DAYS_AFTER))
        days = np.arange(first, first + int(rng.integers(DURATIONS[kind][0], DURATIONS[kind][1] + 1)))
        values[row, days], direction = _change(rng, kind, values[row], days)
        events.append(Event(row, kind, first, int(days[-1]), direction))
    return replace(panel, values=values), tuple(events)


def inject_sites(panel: Panel, judged_days: int, seed: int, days: int) -> tuple[Panel, Sequence[SiteEvent]]:
    """Return the panel with an event at each of up to four sites, and the events."""
    rng = np.random.default_rng(seed)
    sites = sorted({key.site_id for key in panel.series})
    values, events = panel.values.copy(), []
    for number in rng.permutation(len(sites))[:SITES].tolist():
        rows = [row for row, key in enumerate(panel.series) if key.site_id == sites[number]]
        first = panel.days - judged_days + int(rng.integers(DAYS_BEFORE, judged_days - DAYS_AFTER))
        columns = range(first, first + days)
        values[np.ix_(rows, columns)] = np.round(values[np.ix_(rows, columns)] * (1 + SHIFT))
        begin, end = (panel.first_day + timedelta(days=column) for column in (first, first + days - 1))
        events.append(SiteEvent(sites[number], begin, end))
    return replace(panel, values=values), events


def _change(rng: np.random.Generator, kind: EventKind, series: Floats, days: Ints) -> tuple[Floats, int]:
    """The values of the days with the event in them, and its direction."""
    usual = series[days]
    if kind is EventKind.GAP:
        return np.full(len(days), np.nan), 0
    if kind is EventKind.OUTAGE:
        return np.zeros(len(days)), -1
    if kind is EventKind.SPIKE:
        recent = series[days[0] - LEVEL_DAYS : days[0]]
        size = float(np.nanmean(recent[recent > 0])) if (recent > 0).any() else 1.0
        return usual + np.ceil(size * rng.uniform(1.0, 3.0)), 1
    if kind is EventKind.DROP:
        return np.floor(usual * rng.uniform(0.0, 0.4)), -1
    if kind is EventKind.DRIFT:
        direction = int(rng.choice([-1, 1]))
        return np.round(usual * (1 + direction * DRIFT * np.linspace(0, 1, len(days)))), direction
    direction = 1 if kind is EventKind.SHIFT_UP else -1
    return np.round(usual * (1 + direction * SHIFT)), direction
