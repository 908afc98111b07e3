"""Detecting anomalies in the demand of the last week, with the built-in detector."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median
from uuid import UUID

from contracts.paths import anomaly_report_key
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from runtime.errors import NotFound
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.cost_inputs import COST_RATES, read_costs
from runtime.services.anomalies.events import RunEvents
from runtime.services.anomalies.expectations import Expectations, select_weekly_runs
from runtime.services.anomalies.known_events import CALENDAR, PROMOTIONS, read_known_events
from runtime.services.anomalies.reference import SKU_MASTER, read_categories
from runtime.services.anomaly_ports import AnomalyEvents, ReferenceData
from runtime.services.object_ports import Lake
from runtime.services.ports import AnomalyTable, ForecastFrames, RunRepository

DETECTOR = "builtin/demand"
WINDOW_DAYS = 7
PAST_DAYS = 49
COMPARED_RUNS = 14
MIN_COMPARED_RUNS = 5
DECIMALS = 2


@dataclass(frozen=True)
class DetectionResult:
    """The anomalies of one run.

    n_series: how many were assessed. usual_total: the median number of groups in the runs before, None when they are too few.
    changed_events: those that this run found, saw again or ended. messages: the events of which it tells people.
    """

    run_id: UUID
    n_series: int
    report: AnomalyReport
    usual_total: float | None = None
    changed_events: tuple[AnomalyEvent, ...] = ()
    messages: tuple[AnomalyEvent, ...] = ()

    @property
    def times_usual(self) -> float | None:
        """The number of groups relative to the usual one, which counts as at least 1."""
        return None if self.usual_total is None else self.report.total / max(self.usual_total, 1)

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state: counts, and where the report is."""
        return {
            "run_id": str(self.run_id),
            "series": self.n_series,
            "total": self.report.total,
            "by_severity": {str(severity): count for severity, count in self.report.by_severity.items()},
            "alerts": len(self.report.alerts),
            "messages": len(self.messages),
            "report": anomaly_report_key(self.run_id),
        }


@dataclass(frozen=True)
class FalseAlarmExpectation:
    """How many of the reported days are expected to be chance.

    n_judged: days of all series whose distance is known; n_reported: those of them that are reported.
    """

    limits: AlarmLimits
    n_series: int = 0
    n_judged: int = 0
    n_reported: int = 0

    @property
    def false_days(self) -> float:
        """The lesser of two bounds: judged days that reach the limit by chance, and the share of reported days that may be chance."""
        return min(self.n_judged * self.limits.day_probability, self.n_reported * self.limits.false_discovery_rate)

    def as_dict(self) -> dict[str, object]:
        """Return the fields of the report's document."""
        expectation = {
            "false_alarms_per_series_year": self.limits.false_alarms_per_year,
            "false_discovery_rate": self.limits.false_discovery_rate,
            "judged_days": self.n_judged,
            "reported_days": self.n_reported,
            "expected_false_days": round(self.false_days, DECIMALS),
        }
        return {"series": self.n_series, "false_alarms": expectation}


@dataclass(frozen=True)
class _Assessment:
    """What was judged and how much of it may be chance, the report, and the events of the run, None where none are kept."""

    expectation: FalseAlarmExpectation
    report: AnomalyReport
    events: RunEvents | None = None

    def store_events(self) -> list[AnomalyEvent]:
        return self.events.store_changes(self.report.anomalies) if self.events else []


@dataclass(frozen=True, kw_only=True)
class AnomalyDetection:
    """Compare the last days with what was expected of them before, and keep the report in the lake.

    events: where events over runs are kept; without, a group of each run stands alone. reference: what is known of SKUs beside demand.
    """

    runs: RunRepository
    frames: ForecastFrames
    lake: Lake
    table: AnomalyTable
    limits: AlarmLimits = field(default_factory=AlarmLimits)
    events: AnomalyEvents | None = None
    reference: ReferenceData | None = None

    def detect(self, run_id: UUID) -> DetectionResult:
        """Store the report of a run and its events; doing it again stores the same. Raises RunNotFound.

        Without any expectation (a first run too short for a back-test) the report has no group, and says why in `undefined`.
        """
        run = self.runs.get(run_id)
        assessment = self._assess(run)
        report, changed_events = assessment.report, assessment.store_events()
        messages = tuple(self.events.list_messages(run_id)) if self.events else ()
        about = {"run_id": str(run_id), "as_of_date": run.as_of_date.isoformat(), "detector": DETECTOR}
        document = {**about, **assessment.expectation.as_dict(), "report": report.as_dict()}
        document["messages"] = [event.message_as_dict() for event in messages]
        self.lake.write_json(anomaly_report_key(run_id), document)
        self.table.write(run_id, [{**about, **to_row(anomaly)} for anomaly in report.anomalies])
        return DetectionResult(
            run_id=run_id,
            n_series=assessment.expectation.n_series,
            report=report,
            usual_total=self._usual_total(run),
            changed_events=tuple(changed_events),
            messages=messages,
        )

    def _assess(self, run: ForecastRun) -> _Assessment:
        """Assess the last days of all series with expectations."""
        first_day = run.as_of_date - timedelta(days=PAST_DAYS + WINDOW_DAYS - 1)
        earlier_runs = select_weekly_runs(self.runs.list_published_before(run.as_of_date), first_day)
        panel = Expectations(self.frames, past_days=PAST_DAYS, window_days=WINDOW_DAYS).panel(run, earlier_runs)
        window = Window.ending(run.as_of_date, WINDOW_DAYS)
        if panel is None:
            report = AnomalyDetectionEngine().assess([], window)
            return _Assessment(FalseAlarmExpectation(self.limits), replace(report, undefined_reasons={"groups": "no_expectations"}))
        engine = AnomalyDetectionEngine()
        if self.reference:
            sku_master = self.reference.rows(run.id, SKU_MASTER)
            panel = replace(panel, attributes=read_categories(sku_master, panel.dimensions, run.as_of_date))
            calendar, promotions, cost_rates = (self.reference.rows(run.id, name) for name in (CALENDAR, PROMOTIONS, COST_RATES))
            engine = AnomalyDetectionEngine(
                costs=read_costs(sku_master, cost_rates, run.as_of_date),
                known_events=read_known_events(calendar, promotions, panel),
            )
        detection = detect(panel, self.limits)
        groups, run_events = build_groups(panel, detection), None
        if self.events:
            run_events = RunEvents.of(run, panel, self.events)
            groups = run_events.match(groups)
        earlier_alerts = run_events.list_earlier_alerts() if run_events else ()
        report = engine.assess(groups, window, previous_alerts=earlier_alerts)
        expectation = FalseAlarmExpectation(self.limits, len(panel.dimensions), detection.n_judged, detection.n_reported)
        return _Assessment(expectation, report, run_events)

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
