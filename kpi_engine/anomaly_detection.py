"""What anomalies mean: the engine that turns groups of anomalies into totals, lists, business impact and alerts.

Pure but for the source that it is given: no clock, nothing stored. The order in which the source tells groups, pages and series does not
matter, and what is undefined is null with a reason, never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from kpi_engine.anomalies.alerts.alerts import alert
from kpi_engine.anomalies.alerts.dedupe import merged
from kpi_engine.anomalies.assessment.assessed_anomaly import Finding
from kpi_engine.anomalies.assessment.business import NO_OBSERVATIONS, business_impact
from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.events import KnownEvent, events_of
from kpi_engine.anomalies.assessment.impact import impact_of
from kpi_engine.anomalies.assessment.severity import Materiality, Severity, severity_of
from kpi_engine.anomalies.assessment.verdict import Measures, judge
from kpi_engine.anomalies.detection.kinds import Kind
from kpi_engine.anomalies.lookout.reader import Summary, read_group, read_summaries
from kpi_engine.anomalies.lookout.source import AnomalySource
from kpi_engine.anomalies.window import Window, checked, last_complete_day

DEFINITIONS_VERSION = "1"


@dataclass(frozen=True)
class AnomalyDetectionEngine:
    """Groups from a source, judged with the caller's costs, known events, measures and gate, on the days of one time zone."""

    source: AnomalySource
    costs: Costs = field(default_factory=Costs)
    zone: tzinfo = UTC
    materiality: Materiality = field(default_factory=Materiality)
    known_events: tuple[KnownEvent, ...] = ()
    measures: Measures = field(default_factory=Measures)

    def process_anomaly_results(
        self,
        anomaly_detector_arn: str,
        days_back: int = 7,
        *,
        until: date | datetime | None = None,
        previous_alerts: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """The anomaly groups that touch the last days_back complete local days.

        until: the last day of the window, or an instant (with a time zone) whose last complete local day it is; without it the last day
        on which the source has a group. previous_alerts: the alerts of earlier answers, so that an anomaly seen again is one alert.

        total = sum of by_severity, all bands present. volume_spikes, volume_drops and other hold each group once, the worst first; other
        holds every other type and those whose type is null. business_impact: units (actual - expected) and money. alerts: groups that
        pass the materiality gate. excluded: what the source told and no figure counts. Raises ValueError for days_back outside 1..3660 or
        a naive until, DuplicateKeys for two values at one instant, EndlessPages, and whatever the source raises.
        """
        checked(days_back)
        summaries, excluded = read_summaries(self.source, anomaly_detector_arn, self.zone)
        window = self._window(summaries, days_back, until)
        inside = [summary for summary in summaries if window and window.touches(summary.first_day, summary.last_day)]
        excluded["n_outside_window"] = len(summaries) - len(inside)
        findings = [self._finding(anomaly_detector_arn, summary) for summary in inside]
        return self._answer(sorted(findings, key=lambda finding: finding.order), window, days_back, excluded, previous_alerts)

    def _window(self, summaries: Sequence[Summary], days_back: int, until: date | datetime | None) -> Window | None:
        last = max((summary.last_day for summary in summaries), default=None) if until is None else last_complete_day(until, self.zone)
        return Window.ending(last, days_back) if last else None

    def _finding(self, detector: str, summary: Summary) -> Finding:
        group = read_group(self.source, detector, summary)
        events = events_of(group, self.known_events)
        verdict = judge(group, self.measures)
        impact = impact_of(group, verdict, self.costs)
        severity = severity_of(group.score, expected_event=bool(events)) or Severity.LOW
        units = impact.units_unseen if verdict.kind is Kind.DATA_GAP else verdict.delta
        objection = self.materiality.objection(units, impact.money.expected if impact.money else None)
        return Finding(group, verdict, severity, events, impact, objection)

    def _answer(
        self,
        findings: Sequence[Finding],
        window: Window | None,
        days_back: int,
        excluded: Counter[str],
        previous_alerts: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        severities = Counter(finding.severity for finding in findings)
        kinds = Counter(finding.verdict.kind for finding in findings)
        spikes, drops = (_listed(findings, kind) for kind in (Kind.VOLUME_SPIKE, Kind.VOLUME_DROP))
        alerts = [alert(finding, window, self.zone) for finding in findings if window and finding.objection is None]
        return {
            "window": window and {"start": window.start.isoformat(), "end": window.end.isoformat(), "days": days_back},
            "total": len(findings),
            "by_severity": {str(severity): severities[severity] for severity in Severity},
            "by_type": {**{str(kind): kinds[kind] for kind in Kind}, "UNKNOWN": kinds[None]},
            "volume_spikes": spikes,
            "volume_drops": drops,
            "other": _listed(findings, *(set(Kind) - {Kind.VOLUME_SPIKE, Kind.VOLUME_DROP}), None),
            "business_impact": business_impact(findings),
            "alerts": merged(alerts, previous_alerts),
            "excluded": {name: excluded[name] for name in excluded},
            "undefined": {} if window else {"window": NO_OBSERVATIONS},
            "definitions_version": DEFINITIONS_VERSION,
        }


def _listed(findings: Sequence[Finding], *kinds: Kind | None) -> list[dict[str, Any]]:
    return [finding.answer() for finding in findings if finding.verdict.kind in kinds]
