"""Detecting anomalies in the demand of the last week, with the built-in detector."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from uuid import UUID

from contracts.paths import anomaly_picture_key, anomaly_report_key
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from kpi_engine.anomalies.picture.picture import parse_picture
from kpi_engine.anomalies.picture.svg import render_svg
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.terms import Severity
from runtime.errors import NotFound
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.alerting import Alerting, AlertOutcome
from runtime.services.anomalies.group_documents import GroupDocuments
from runtime.services.anomalies.run_assessment import AnomalyAssessment
from runtime.services.anomaly_ports import AnomalyEvents, ReferenceData
from runtime.services.object_ports import Lake
from runtime.services.ports import AnomalyTable, ForecastFrames, RunRepository

DETECTOR = "builtin/demand"
COMPARED_RUNS = 14
MIN_COMPARED_RUNS = 5
ALERTS_PER_DAY = 10
SVG = "image/svg+xml"


@dataclass(frozen=True)
class DetectionResult:
    """The anomalies of one run.

    n_series: how many were assessed. usual_total: the median number of groups in the runs before, None when they are too few.
    outcome: the events that this run changed, and those of which it tells people.
    """

    run_id: UUID
    n_series: int
    report: AnomalyReport
    usual_total: float | None = None
    outcome: AlertOutcome = field(default_factory=AlertOutcome)

    @property
    def changed_events(self) -> tuple[AnomalyEvent, ...]:
        """The events that this run found, saw again or ended."""
        return tuple(self.outcome.changed_events)

    @property
    def messages(self) -> tuple[AnomalyEvent, ...]:
        """The events of which it tells people."""
        return tuple(self.outcome.messages)

    @property
    def times_usual(self) -> float | None:
        """The number of groups relative to the usual one, which counts as at least 1."""
        return None if self.usual_total is None else self.report.total / max(self.usual_total, 1)

    @property
    def n_critical(self) -> int:
        """The number of CRITICAL anomalies of which people are told now, or would be, were there more alerts a day."""
        rows = (
            [*self.outcome.log.sent_rows, *(row for row in self.outcome.log.unsent_rows if row.reason == "BUDGET")]
            if self.outcome.log
            else []
        )
        return sum(row.severity == Severity.CRITICAL for row in rows)

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state: counts, and where the report is."""
        return {
            "run_id": str(self.run_id),
            "series": self.n_series,
            "total": self.report.total,
            "by_severity": {str(severity): count for severity, count in self.report.by_severity.items()},
            "alerts": len(self.report.alerts),
            "messages": len(self.messages),
            "unsent": len(self.outcome.log.unsent_rows) if self.outcome.log else 0,
            "report": anomaly_report_key(self.run_id),
        }


@dataclass(frozen=True, kw_only=True)
class AnomalyDetection:
    """Compare the last days with what was expected of them before, and keep report, pictures and alerts in the lake.

    events: where events over runs are kept; without, a group of each run stands alone, and nobody is told. reference: what is known of
    SKUs beside demand.
    """

    runs: RunRepository
    frames: ForecastFrames
    lake: Lake
    table: AnomalyTable
    limits: AlarmLimits = field(default_factory=AlarmLimits)
    events: AnomalyEvents | None = None
    reference: ReferenceData | None = None
    alerts_per_day: int = ALERTS_PER_DAY

    def detect(self, run_id: UUID, *, is_notified: bool = True) -> DetectionResult:
        """Store the report of a run, its pictures and its events; doing it again stores the same. Raises RunNotFound.

        Of a run that is not notified people are told nothing, and what it would tell is logged as not sent.
        Without any expectation (a first run too short for a back-test) the report has no group, and says why in `undefined`.
        """
        run = self.runs.get(run_id)
        assessor = AnomalyAssessment(runs=self.runs, frames=self.frames, limits=self.limits, events=self.events, reference=self.reference)
        assessment = assessor.assess(run)
        report = assessment.report
        groups = GroupDocuments.of(assessment, self.limits.least_z)
        for group_id, picture in groups.pictures.items():
            self.lake.write_page(anomaly_picture_key(run_id, group_id), render_svg(parse_picture(picture)), SVG)
        outcome = Alerting(self.lake, self.events, self.alerts_per_day, is_notified).tell(run, assessment, groups)
        about = {"run_id": str(run_id), "as_of_date": run.as_of_date.isoformat(), "detector": DETECTOR}
        document = {**about, **assessment.expectation.as_dict(), "report": groups.complete(report.as_dict()), **outcome.as_dict()}
        self.lake.write_json(anomaly_report_key(run_id), document)
        self.table.write(run_id, [{**about, **to_row(anomaly)} for anomaly in report.anomalies])
        return DetectionResult(
            run_id=run_id,
            n_series=assessment.expectation.n_series,
            report=report,
            usual_total=self._usual_total(run),
            outcome=outcome,
        )

    def _usual_total(self, run: ForecastRun) -> float | None:
        totals = []
        for earlier in self.runs.list_published_before(run.as_of_date)[:COMPARED_RUNS]:
            try:
                totals.append(self.lake.read_json(anomaly_report_key(earlier.run_id))["report"]["total"])
            except NotFound:  # its report is too old, or was never written
                continue
        return float(median(totals)) if len(totals) >= MIN_COMPARED_RUNS else None


def to_row(anomaly: AssessedAnomaly) -> dict[str, object]:
    """Return an anomaly as a row of the table: of its events the names. An empty list of sites or SKUs names no limit."""
    group = anomaly.group
    return {
        "group_id": group.id,
        "type": anomaly.kind and str(anomaly.kind),
        "direction": anomaly.classification.direction_name,
        "severity": str(anomaly.severity),
        "score": group.score,
        "measure": group.measure,
        "start_date": group.first_day,
        "end_date": group.last_day,
        "scope": None if group.scope is None else json.dumps(dict(group.scope), ensure_ascii=False),
        "site_ids": list(group.values_of("site_id")),
        "sku_ids": list(group.values_of("sku_id")),
        "delta_units": anomaly.impact.delta_units,
        "units_unseen": anomaly.impact.units_unseen,
        "known_events": [event.name for event in anomaly.events],
        "material": anomaly.suppression_reason is None,
        "not_material_reason": anomaly.suppression_reason,
    }
