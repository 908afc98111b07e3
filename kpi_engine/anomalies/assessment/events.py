"""Known events: promotions, holidays, planned closures. An event explains an anomaly, it never hides one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.shared.errors import InvalidValue


@dataclass(frozen=True)
class KnownEvent:
    """An event from first_day to last_day, both included; scope: dimension values it is limited to, empty for everywhere.

    Raises InvalidValue when it ends before it begins.
    """

    name: str
    kind: str
    first_day: date
    last_day: date
    scope: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidValue(f"last_day of {self.name} is {self.last_day}: write a day from {self.first_day} on, its first_day")

    def touches(self, group: AnomalyGroup) -> bool:
        """Whether the event overlaps the group's days, and its scope is among the group's dimension values."""
        overlaps = self.first_day <= group.last_day and self.last_day >= group.first_day
        return overlaps and all(value in group.values_of(dimension) for dimension, value in self.scope.items())

    def as_dict(self) -> dict[str, object]:
        """Return the event for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "start_date": self.first_day.isoformat(),
            "end_date": self.last_day.isoformat(),
            "scope": dict(self.scope),
        }


def match_events(group: AnomalyGroup, events: Sequence[KnownEvent]) -> tuple[KnownEvent, ...]:
    """Return the known events that touch a group, in the order of their days and names.

    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> closure = KnownEvent("Stocktaking", "planned closure", date(2026, 11, 21), date(2026, 11, 22), {"site_id": "LDS1"})
    >>> match_events(drop, [closure]) == (closure,), match_events(spike, [closure])
    (True, ())
    """
    matches = (event for event in events if event.touches(group))
    return tuple(sorted(matches, key=lambda event: (event.first_day, event.last_day, event.name)))
