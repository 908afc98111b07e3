"""Which groups of a run are which events: the same cause on later days is the same event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from kpi_engine.anomalies.group import AnomalyGroup
from runtime.models.domain.anomaly_events import AnomalyEvent, event_id_of

QUIET_DAYS = timedelta(days=7)
"""An event that comes back within a week is the same."""
NEXT_DAY = timedelta(days=1)
UP, DOWN, GAP = "up", "down", "gap"


@dataclass(frozen=True)
class EventMatch:
    """The event of a group. event: as it was before the run, None for a new one. parts: narrower events that this one now contains."""

    id: UUID
    event: AnomalyEvent | None = None
    parts: tuple[AnomalyEvent, ...] = ()


@dataclass
class EventMatching:
    """Match the groups of one run with events that are open, or were until recently."""

    events: Sequence[AnomalyEvent]
    _matches: dict[str, EventMatch] = field(default_factory=dict)
    _start_dates: dict[UUID, date] = field(default_factory=dict)

    def match(self, groups: Sequence[AnomalyGroup]) -> list[AnomalyGroup]:
        """Return the groups with the ids and the first days of their events.

        A group continues the event of the same measure, direction and scope that ended at most a week before it; else the one whose scope
        contains its own, or whose scopes its own contains, when their days touch: a site of which single SKUs were out before is the event
        of the first of them, and the others are parts of it. Of several groups of a new event, or of one that goes on, the widest comes
        first; a later one with the same scope is the same event and keeps an id of its own.
        """
        results: dict[int, AnomalyGroup] = {}
        order = sorted(range(len(groups)), key=lambda place: (len(groups[place].scope or {}), groups[place].first_day, groups[place].id))
        equal_first = sorted(order, key=lambda place: not self._find_equal(groups[place]))
        for place in equal_first:
            results[place] = self._continue(groups[place])
        return [results[place] for place in range(len(groups))]

    def of(self, group: AnomalyGroup) -> EventMatch:
        """Return the event of a group that `match` returned."""
        return self._matches[group.id]

    def _continue(self, group: AnomalyGroup) -> AnomalyGroup:
        match = self._find(group)
        is_first = match.id.hex not in self._matches
        start = min(group.first_day, match.event.start_date) if match.event else group.first_day
        self._start_dates[match.id] = min(start, self._start_dates.get(match.id, start))
        group = replace(group, id=match.id.hex) if is_first else group
        self._matches[group.id] = match
        if start == group.first_day:
            return group
        return replace(group, first_day=start, start=group.start - (group.first_day - start))

    def _find(self, group: AnomalyGroup) -> EventMatch:
        equal_match = self._find_equal(group)
        if equal_match:
            return equal_match
        taken_ids = {match.id for match in self._matches.values()} | {part.id for match in self._matches.values() for part in match.parts}
        touching_events = [event for event in self.events if event.id not in taken_ids and _is_related(event, group, NEXT_DAY)]
        wider = [event for event in touching_events if _contains(event.scope, group.scope or {})]
        parts = [event for event in touching_events if _contains(group.scope or {}, event.scope)]
        if wider:
            event = max(wider, key=lambda event: (len(event.scope), event.end_date, event.id))
            return EventMatch(event.id, event)
        if parts:
            first, *others = sorted(parts, key=lambda event: (event.first_seen, event.start_date, event.id))
            return EventMatch(first.id, first, tuple(others))
        return EventMatch(event_id_of(str(group.measure), direction_of(group), group.scope or {}, group.first_day))

    def _find_equal(self, group: AnomalyGroup) -> EventMatch | None:
        """The match of an event, or of an earlier group of this run, with the same scope."""
        for match in self._matches.values():
            if match.event is None and match.id == self._new_id(group, match.id):
                return match
        equal_events = [event for event in self.events if event.scope == group.scope and _is_related(event, group, QUIET_DAYS)]
        if not equal_events:
            return None
        event = max(equal_events, key=lambda event: (event.end_date, event.id))
        return EventMatch(event.id, event)

    def _new_id(self, group: AnomalyGroup, match_id: UUID) -> UUID:
        """The id that the group would have if it began when that event of this run does."""
        return event_id_of(str(group.measure), direction_of(group), group.scope or {}, self._start_dates[match_id])


def direction_of(group: AnomalyGroup) -> str:
    """Return up, down, or gap for a group of days without data."""
    residual = group.series.days.residual
    if np.isnan(residual).all():
        return GAP
    return UP if float(np.nansum(residual)) >= 0 else DOWN


def _is_related(event: AnomalyEvent, group: AnomalyGroup, most: timedelta) -> bool:
    """Whether an event has the group's measure and direction, and at most so many days lie between their days."""
    is_near = group.first_day <= event.end_date + most and event.start_date <= group.last_day + most
    return event.measure == group.measure and event.direction == direction_of(group) and is_near


def _contains(wide: Mapping[str, str], narrow: Mapping[str, str]) -> bool:
    return wide.items() <= narrow.items()
