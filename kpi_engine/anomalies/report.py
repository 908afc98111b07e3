"""The report of the anomaly engine: frozen values for services, and the dict with fixed keys for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.business_impact import BusinessImpact
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import Severity
from kpi_engine.anomalies.window import Window

DEFINITIONS_VERSION = "1"
UNKNOWN_KIND = "UNKNOWN"


@dataclass(frozen=True)
class Exclusions:
    """Numbers of groups that no figure counts, by reason."""

    n_without_id: int = 0
    n_without_interval: int = 0
    n_unknown_score: int = 0
    n_below_threshold: int = 0
    n_repeated: int = 0
    n_outside_window: int = 0


@dataclass(frozen=True, eq=False)
class AnomalyReport:
    """Assessed anomalies of a window, their impact and their alerts.

    window: None when nothing was observed. anomalies: the worst first. alerts: of the material ones. undefined_reasons: why
    something has no value, by its name.
    """

    window: Window | None
    anomalies: tuple[AssessedAnomaly, ...]
    business_impact: BusinessImpact
    alerts: tuple[Alert, ...]
    exclusions: Exclusions = field(default_factory=Exclusions)
    undefined_reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of anomalies."""
        return len(self.anomalies)

    @property
    def by_severity(self) -> dict[Severity, int]:
        """The number of anomalies of each severity; all bands are present."""
        counts = Counter(anomaly.severity for anomaly in self.anomalies)
        return {severity: counts[severity] for severity in Severity}

    @property
    def by_kind(self) -> dict[AnomalyKind | None, int]:
        """The number of anomalies of each kind, and of those whose kind is unknown (None); all kinds are present."""
        counts = Counter(anomaly.kind for anomaly in self.anomalies)
        return {kind: counts[kind] for kind in (*AnomalyKind, None)}

    @property
    def volume_spikes(self) -> tuple[AssessedAnomaly, ...]:
        """The volume spikes, the worst first."""
        return tuple(anomaly for anomaly in self.anomalies if anomaly.kind is AnomalyKind.VOLUME_SPIKE)

    @property
    def volume_drops(self) -> tuple[AssessedAnomaly, ...]:
        """The volume drops, the worst first."""
        return tuple(anomaly for anomaly in self.anomalies if anomaly.kind is AnomalyKind.VOLUME_DROP)

    @property
    def other(self) -> tuple[AssessedAnomaly, ...]:
        """The anomalies of all other kinds and of none, the worst first."""
        volume_kinds = (AnomalyKind.VOLUME_SPIKE, AnomalyKind.VOLUME_DROP)
        return tuple(anomaly for anomaly in self.anomalies if anomaly.kind not in volume_kinds)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON.

        window, total (the sum of by_severity), by_severity, by_type, volume_spikes, volume_drops and other (each anomaly once),
        business_impact, alerts, excluded, undefined, definitions_version.
        """
        return {
            "window": self.window.as_dict() if self.window else None,
            "total": self.total,
            "by_severity": {str(severity): count for severity, count in self.by_severity.items()},
            "by_type": {str(kind or UNKNOWN_KIND): count for kind, count in self.by_kind.items()},
            "volume_spikes": [anomaly.as_dict() for anomaly in self.volume_spikes],
            "volume_drops": [anomaly.as_dict() for anomaly in self.volume_drops],
            "other": [anomaly.as_dict() for anomaly in self.other],
            "business_impact": self.business_impact.as_dict(),
            "alerts": [alert.as_dict() for alert in self.alerts],
            "excluded": asdict(self.exclusions),
            "undefined": dict(self.undefined_reasons),
            "definitions_version": DEFINITIONS_VERSION,
        }
