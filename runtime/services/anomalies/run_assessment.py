"""What a run finds in the last days: groups with their ids, assessed, and how many of the reported days may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from kpi_engine.anomalies.detection.detector import detect
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.threshold_shifts import ThresholdShifts, direction_of
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.thresholds import scope_key
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.cost_inputs import COST_RATES, read_costs
from runtime.services.anomalies.events import RunEvents
from runtime.services.anomalies.expectations import MEASURE, Expectations, select_weekly_runs
from runtime.services.anomalies.known_events import CALENDAR, PROMOTIONS, read_known_events
from runtime.services.anomalies.reference import SKU_MASTER, read_categories
from runtime.services.anomalies.site_capacity import CAPACITY, read_capacity
from runtime.services.anomalies.site_zones import SITE_MASTER, SiteZones
from runtime.services.anomaly_ports import AnomalyEvents, ReferenceData
from runtime.services.ports import ForecastFrames, RunRepository

WINDOW_DAYS = 7
PAST_DAYS = 49
DECIMALS = 2


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
class RunAssessment:
    """What was judged and how much of it may be chance, the report, and the events of the run, None where none are kept.

    silenced_anomalies: what would have been reported without feedback. feedback: all that counted.
    """

    expectation: FalseAlarmExpectation
    report: AnomalyReport
    panel: DetectionPanel | None = None
    events: RunEvents | None = None
    silenced_anomalies: Sequence[AssessedAnomaly] = ()
    feedback: Sequence[AnomalyFeedback] = ()


@dataclass(frozen=True, kw_only=True)
class AnomalyAssessment:
    """Compare the last days of all series with what was expected of them before."""

    runs: RunRepository
    frames: ForecastFrames
    limits: AlarmLimits = field(default_factory=AlarmLimits)
    events: AnomalyEvents | None = None
    reference: ReferenceData | None = None

    def assess(self, run: ForecastRun) -> RunAssessment:
        """Assess the days before a run, with the feedback that was given before the run began."""
        first_day = run.as_of_date - timedelta(days=PAST_DAYS + WINDOW_DAYS - 1)
        earlier_runs = select_weekly_runs(self.runs.list_published_before(run.as_of_date), first_day)
        panel = Expectations(self.frames, past_days=PAST_DAYS, window_days=WINDOW_DAYS).panel(run, earlier_runs)
        window = Window.ending(run.as_of_date, WINDOW_DAYS)
        if panel is None:
            report = AnomalyDetectionEngine().assess([], window)
            return RunAssessment(FalseAlarmExpectation(self.limits), replace(report, undefined_reasons={"groups": "no_expectations"}))
        panel, engine = self._add_reference(run, panel)
        feedback = self.events.list_feedback(MEASURE, run.created_at) if self.events else []
        zones = self._read_zones(run)
        shifts = ThresholdShifts.of(each.to_judgement() for each in feedback)
        detection = detect(panel, self.limits, shifts)
        groups = shifts.select(build_groups(panel, detection), self.limits.least_z)
        silenced_anomalies = engine.assess(self._list_silenced(panel, shifts, groups), window).anomalies
        run_events = None
        if self.events:
            run_events = RunEvents.of(run, panel, self.events)
            groups = run_events.match(groups)
        groups = [zones.place(group) for group in groups]
        report = engine.assess(groups, window, previous_alerts=run_events.list_earlier_alerts() if run_events else ())
        expectation = FalseAlarmExpectation(self.limits, len(panel.dimensions), detection.n_judged, detection.n_reported)
        return RunAssessment(expectation, report, panel, run_events, silenced_anomalies, feedback)

    def _read_zones(self, run: ForecastRun) -> SiteZones:
        return SiteZones() if self.reference is None else SiteZones.of(self.reference.rows(run.id, SITE_MASTER), run.as_of_date)

    def _add_reference(self, run: ForecastRun, panel: DetectionPanel) -> tuple[DetectionPanel, AnomalyDetectionEngine]:
        """The panel with the categories of its SKUs and what its sites can handle, and the engine with costs and known events."""
        if self.reference is None:
            return panel, AnomalyDetectionEngine(made_on=run.created_at.date())
        sku_master = self.reference.rows(run.id, SKU_MASTER)
        attributes = read_categories(sku_master, panel.dimensions, run.as_of_date)
        panel = replace(panel, attributes=attributes, capacity=read_capacity(self.reference.rows(run.id, CAPACITY), panel))
        calendar, promotions, cost_rates = (self.reference.rows(run.id, name) for name in (CALENDAR, PROMOTIONS, COST_RATES))
        return panel, AnomalyDetectionEngine(
            costs=read_costs(sku_master, cost_rates, run.as_of_date),
            known_events=read_known_events(calendar, promotions, panel),
            made_on=run.created_at.date(),
        )

    def _list_silenced(self, panel: DetectionPanel, shifts: ThresholdShifts, groups: Sequence[AnomalyGroup]) -> list[AnomalyGroup]:
        """Groups of scopes with a raised threshold that are reported without feedback, and not with it."""
        if not shifts.is_raised:
            return []
        reported_keys = {scope_key(direction_of(group), group.scope or {}) for group in groups}
        plain_groups = build_groups(panel, detect(panel, self.limits))
        annotated_groups = [replace(group, threshold=shifts.threshold_of(group, self.limits.least_z)) for group in plain_groups]
        return [
            group
            for group in annotated_groups
            if group.threshold
            and group.threshold.votes.shift > 0
            and scope_key(direction_of(group), group.scope or {}) not in reported_keys
        ]
