"""Feedback on anomaly events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from kpi_engine.anomalies.terms import AnomalyVerdict
from kpi_engine.anomalies.thresholds import Judgement

MEMORY = timedelta(days=365)
"""Feedback that is older moves no threshold."""


@dataclass(frozen=True, kw_only=True)
class AnomalyFeedback:
    """What a person said of an event. run_id, direction, scope, severity: of the event when it was said; a run saw it last."""

    id: UUID
    event_id: UUID
    at: datetime
    actor: str
    verdict: AnomalyVerdict
    reason: str
    run_id: UUID
    measure: str
    direction: str
    scope: Mapping[str, str]
    severity: str
    detail: Mapping[str, object] = field(default_factory=dict)
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    def counts_at(self, at: datetime) -> bool:
        """Return whether it counts for a run that starts at an instant: given by then, not withdrawn by then, and not too old."""
        return at - MEMORY < self.at <= at and (self.withdrawn_at is None or self.withdrawn_at > at)

    def to_judgement(self) -> Judgement:
        """Return it as the engine reads it."""
        return Judgement(self.event_id.hex, self.scope, self.direction, self.verdict, str(self.run_id), self.at)
