"""A group with everything that was found out about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi_engine.anomalies.assessment.costs import Money
from kpi_engine.anomalies.assessment.events import KnownEvent
from kpi_engine.anomalies.assessment.impact import Impact
from kpi_engine.anomalies.assessment.severity import Severity
from kpi_engine.anomalies.assessment.verdict import Verdict
from kpi_engine.anomalies.detection.contributions import contributors_of
from kpi_engine.anomalies.group import AnomalyGroup

DIRECTIONS = {1: "up", -1: "down", 0: None}


@dataclass(frozen=True)
class Finding:
    """objection: why the group raises no alert, None when it does."""

    group: AnomalyGroup
    verdict: Verdict
    severity: Severity
    events: tuple[KnownEvent, ...]
    impact: Impact
    objection: str | None

    @property
    def order(self) -> tuple[int, float, str]:
        """The worst first: by band, score, and id."""
        return self.severity.rank, -self.group.score, self.group.id

    def answer(self) -> dict[str, Any]:
        """The group as an entry of the lists of the answer."""
        group, verdict, impact = self.group, self.verdict, self.impact
        return {
            "group_id": group.id,
            "type": verdict.kind and str(verdict.kind),
            "type_reason": verdict.reason,
            "direction": DIRECTIONS[verdict.direction],
            "severity": str(self.severity),
            "score": group.score,
            "measure": group.measure,
            "also_affected": list(group.also_affected),
            "start_date": group.first_day.isoformat(),
            "end_date": group.last_day.isoformat(),
            "dimensions": {name: list(group.values_of(name)) for name in group.dimensions},
            "contributors": contributors_of(group),
            "delta_units": impact.delta_units,
            "delta_points": impact.delta_points,
            "units_unseen": impact.units_unseen,
            "money": money_answer(impact.money),
            "money_reason": impact.reason,
            "assumptions": list(impact.assumptions),
            "known_events": [event_answer(event) for event in self.events],
            "material": self.objection is None,
            "not_material_reason": self.objection,
        }


def money_answer(money: Money | None) -> dict[str, Any] | None:
    """An amount for the answer."""
    if money is None:
        return None
    return {"low": money.low, "expected": money.expected, "high": money.high, "currency": money.currency}


def event_answer(event: KnownEvent) -> Mapping[str, Any]:
    """An event for the answer."""
    return {
        "name": event.name,
        "kind": event.kind,
        "start_date": event.first_day.isoformat(),
        "end_date": event.last_day.isoformat(),
        "scope": dict(event.scope),
    }
