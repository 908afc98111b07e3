"""A group with everything that was concluded about it."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_engine.anomalies.assessment.classification import Classification
from kpi_engine.anomalies.assessment.contributions import rank_contributors
from kpi_engine.anomalies.assessment.events import KnownEvent
from kpi_engine.anomalies.assessment.impact import Impact
from kpi_engine.anomalies.assessment.series_changes import list_series_changes
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import Severity


@dataclass(frozen=True, eq=False)
class AssessedAnomaly:
    """suppression_reason: why the group raises no alert, None when it does."""

    group: AnomalyGroup
    classification: Classification
    severity: Severity
    events: tuple[KnownEvent, ...]
    impact: Impact
    suppression_reason: str | None

    @property
    def kind(self) -> AnomalyKind | None:
        """The kind of the group as a whole."""
        return self.classification.kind

    @property
    def sort_key(self) -> tuple[int, float, str]:
        """The worst first: by band, score, and id."""
        return self.severity.rank, -self.group.score, self.group.id

    def as_dict(self) -> dict[str, object]:
        """Return the group for JSON."""
        group = self.group
        return {
            "group_id": group.id,
            "type": self.kind and str(self.kind),
            "type_reason": self.classification.reason,
            "direction": self.classification.direction_name,
            "severity": str(self.severity),
            "score": group.score,
            "measure": group.measure,
            "also_affected": list(group.also_affected),
            "start_date": group.first_day.isoformat(),
            "end_date": group.last_day.isoformat(),
            "dimensions": {name: list(values) for name, values in group.dimension_values.items()},
            "scope": None if group.scope is None else dict(group.scope),
            "contributors": contributors_as_dict(group),
            "series": list_series_changes(group),
            **self.impact.as_dict(),
            "known_events": [event.as_dict() for event in self.events],
            "threshold": group.threshold and group.threshold.as_dict(),
            "material": self.suppression_reason is None,
            "not_material_reason": self.suppression_reason,
        }


def contributors_as_dict(group: AnomalyGroup) -> dict[str, list[dict[str, object]]]:
    """Return the contributors of each dimension for JSON.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> contributors_as_dict(assess_week().anomalies[0].group)["sku_id"]
    [{'value': 'SKU-1', 'share': 100.0}]
    """
    return {dimension: [row.as_dict() for row in rows] for dimension, rows in rank_contributors(group).items()}
