"""Groups of a run as readers see them: with picture and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.picture.collect import PictureSource
from kpi_engine.anomalies.picture.picture import PictureDocument
from runtime.services.anomalies.alert_text import write_links
from runtime.services.anomalies.run_assessment import RunAssessment


@dataclass(frozen=True)
class GroupDocuments:
    """The groups of one run by id: pictures, and alerts of those that are material."""

    base_threshold: float
    pictures: Mapping[str, PictureDocument] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)

    @classmethod
    def of(cls, assessment: RunAssessment, base_threshold: float) -> GroupDocuments:
        """Draw the groups of a run."""
        if assessment.panel is None:
            return cls(base_threshold)
        source = PictureSource(assessment.panel)
        return cls(
            base_threshold,
            pictures={anomaly.group.id: source.draw(anomaly).as_dict() for anomaly in assessment.report.anomalies},
            alerts={group_id: alert for alert in assessment.report.alerts for group_id in alert.group_ids},
        )

    def describe(self, anomaly: AssessedAnomaly) -> dict[str, object]:
        """Return what is stored of an event beside its own fields."""
        alert = self.alerts.get(anomaly.group.id)
        return {
            "group": anomaly.as_dict(),
            "alert": alert and {**alert.as_dict(), "links": write_links(anomaly.group.id), "mute": _how_to_mute(alert)},
            "picture": self.pictures.get(anomaly.group.id),
            "base_threshold": self.base_threshold,
        }

    def complete(self, report: dict[str, object]) -> dict[str, object]:
        """Return the report of the engine with the links of the platform in its alerts."""
        alerts = {alert.id: alert for alert in self.alerts.values()}
        rows = [{**alert.as_dict(), "links": write_links(alert.anomaly.group.id), "mute": _how_to_mute(alert)} for alert in alerts.values()]
        by_id = {str(row["id"]): row for row in rows}
        listed_alerts = report.get("alerts")
        names = [str(each["id"]) for each in listed_alerts] if isinstance(listed_alerts, list) else []
        return {**report, "alerts": [by_id[name] for name in names]}


def _how_to_mute(alert: Alert) -> dict[str, object]:
    """How to say that an alert is false, or that it was expected."""
    command = f"{write_links(alert.anomaly.group.id)['command']}".replace("anomalies ", "anomalies feedback ")
    how_to_plan = "declare the promotion, holiday or closure as a known event: its anomalies are annotated and one band less severe"
    return {"dedupe_key": alert.dedupe_key, "false_alarm": f"{command} not-real --reason WHY", "planned": how_to_plan}
