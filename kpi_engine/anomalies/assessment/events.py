"""Known events: promotions, holidays, planned closures. An event explains an anomaly, it never hides one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import fsum

from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import NEITHER
from kpi_engine.shared.errors import InvalidValue

MOST_OF_CHANGE = 60.0


@dataclass(frozen=True)
class KnownEvent:
    """An event from first_day to last_day, both included; scope: dimension values it is limited to, empty for everywhere.

    parts: scopes of which any holds, such as the SKUs of a promotion; none is no further limit. direction: 1 when it raises demand, -1
    when it lowers it, 0 when it may do either.

    Raises InvalidValue when it ends before it begins.
    """

    name: str
    kind: str
    first_day: date
    last_day: date
    scope: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Mapping[str, str], ...] = ()
    direction: int = NEITHER

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidValue(f"last_day of {self.name} is {self.last_day}: write a day from {self.first_day} on, its first_day")

    def touches(self, group: AnomalyGroup) -> bool:
        """Whether the event overlaps the group's days, does not move demand the other way, and is about most of what changed.

        Of a group whose source names no cause it is enough that the values of the scope are among the group's.
        """
        if self.first_day > group.last_day or self.last_day < group.first_day:
            return False
        change = fsum(group.series.member_deltas())
        if self.direction * change < 0:
            return False
        if group.scope is None and not self.parts:
            return all(value in group.values_of(dimension) for dimension, value in self.scope.items())
        return self._share(group) >= MOST_OF_CHANGE

    def _share(self, group: AnomalyGroup) -> float:
        """The share of the group's change, percent, in the series that the event is about."""
        scopes = [{**self.scope, **part} for part in self.parts] or [dict(self.scope)]
        deltas = [abs(delta) for delta in group.series.member_deltas()]
        weights = deltas if any(deltas) else [1.0] * len(deltas)
        inside = [
            weight
            for member, weight in zip(group.series.dimensions, weights, strict=True)
            if any(scope.items() <= member.items() for scope in scopes)
        ]
        if inside or not group.contributions:
            return 100 * fsum(inside) / fsum(weights)
        return _share_of_values(group.contributions, scopes)

    def as_dict(self) -> dict[str, object]:
        """Return the event for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "start_date": self.first_day.isoformat(),
            "end_date": self.last_day.isoformat(),
            "scope": dict(self.scope),
        }


def _share_of_values(contributions: Mapping[str, Mapping[str, float]], scopes: Sequence[Mapping[str, str]]) -> float:
    """The share of the change of a total that scopes of one dimension make up, by the contributions of their values; at most 100."""
    share = 0.0
    for [(name, value)] in {tuple(scope.items()) for scope in scopes if len(scope) == 1}:
        weights = contributions.get(name, {})
        total = fsum(weights.values())
        share += 100 * weights.get(value, 0.0) / total if total else 0.0
    return min(share, 100.0)


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
