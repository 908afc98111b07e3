"""Anomaly detection: the engine that turns groups of anomalies into totals, lists, business impact and alerts.

No clock and no state; only process_anomaly_results reads from the source that the engine is given. The order of groups, pages and series
does not matter, and what is undefined is null with a reason, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.alerts.deduplication import EarlierAlert, build_dedupe_key, deduplicate
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.business_impact import BusinessImpact
from kpi_engine.anomalies.assessment.classification import Measures, classify_group
from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.events import KnownEvent, match_events
from kpi_engine.anomalies.assessment.impact import estimate_impact
from kpi_engine.anomalies.assessment.severity import Materiality, rate_severity
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.lookout.reader import read_groups
from kpi_engine.anomalies.lookout.source import AnomalySource
from kpi_engine.anomalies.report import AnomalyReport, Exclusions
from kpi_engine.anomalies.terms import Severity
from kpi_engine.anomalies.window import Window
from kpi_engine.shared.errors import InvalidValue
from kpi_engine.shared.metric import NO_OBSERVATIONS


@dataclass(frozen=True)
class AnomalyDetectionEngine:
    """Assess groups with the caller's costs, known events, measures and materiality gate, on the days of one time zone.

    source: where process_anomaly_results reads groups; assess needs none. zone: of groups that state none. made_on: the day from which
    deadlines count; None for the last day of the window.
    """

    source: AnomalySource | None = None
    costs: Costs = field(default_factory=Costs)
    zone: tzinfo = UTC
    materiality: Materiality = field(default_factory=Materiality)
    known_events: tuple[KnownEvent, ...] = ()
    measures: Measures = field(default_factory=Measures)
    made_on: date | None = None

    def assess(
        self,
        groups: Sequence[AnomalyGroup],
        window: Window | None,
        *,
        previous_alerts: Sequence[Mapping[str, object]] = (),
        exclusions: Exclusions | None = None,
    ) -> AnomalyReport:
        """Return the report of the groups that touch the window; None, for nothing observed, is touched by none.

        previous_alerts: the alerts of earlier reports, so that an anomaly reported again is one alert. exclusions: groups that the reader
        of a source left out already.

        >>> from datetime import date
        >>> report = AnomalyDetectionEngine().assess([], Window.ending(date(2026, 11, 21), 7))
        >>> report.total, report.business_impact.reason
        (0, 'no_observations')
        """
        inside = [group for group in groups if window and window.touches(group.first_day, group.last_day)]
        anomalies = sorted((self._assess_group(group) for group in inside), key=lambda anomaly: anomaly.sort_key)
        alerts = [
            Alert.of(anomaly, window, self.zone, build_dedupe_key(anomaly), self.made_on)
            for anomaly in anomalies
            if window and anomaly.suppression_reason is None
        ]
        exclusions = exclusions or Exclusions()
        return AnomalyReport(
            window=window,
            anomalies=tuple(anomalies),
            business_impact=BusinessImpact.of(anomalies),
            alerts=tuple(deduplicate(alerts, map(EarlierAlert.parse, previous_alerts))),
            exclusions=replace(exclusions, n_outside_window=exclusions.n_outside_window + len(groups) - len(inside)),
            undefined_reasons={} if window else {"window": NO_OBSERVATIONS},
        )

    def process_anomaly_results(
        self,
        anomaly_detector_arn: str,
        days_back: int = 7,
        *,
        until: date | datetime | None = None,
        previous_alerts: Sequence[Mapping[str, object]] = (),
    ) -> dict[str, Any]:
        """Read the anomaly groups of the source that touch the last days_back complete local days, and return their report as a dict.

        until: the last day of the window, or an instant (with a time zone) whose last complete local day it is; without it the last day
        on which the source has a group. previous_alerts: as for assess.

        total = sum of by_severity, all bands present. volume_spikes, volume_drops and other hold each group once, the worst first; other
        holds every other type and those whose type is null. business_impact: units (actual - expected) and money. alerts: groups that
        pass the materiality gate. excluded: groups of the source that no figure counts. Raises InvalidValue without a source, ValueError
        for days_back outside 1..3660 or a naive until, DuplicateKeys for two values at one instant, EndlessPages, and whatever the
        source raises.

        >>> from kpi_engine.examples.lookout import DETECTOR, build_source
        >>> report = AnomalyDetectionEngine(build_source()).process_anomaly_results(DETECTOR, days_back=7)
        >>> report["volume_drops"][0]["delta_units"]
        -40.0
        """
        if self.source is None:
            raise InvalidValue("the engine has no source of anomaly groups; give it one, or call assess with groups")
        result = read_groups(self.source, anomaly_detector_arn, days_back, until=until, zone=self.zone)
        return self.assess(result.groups, result.window, previous_alerts=previous_alerts, exclusions=result.exclusions).as_dict()

    def _assess_group(self, group: AnomalyGroup) -> AssessedAnomaly:
        events = match_events(group, self.known_events)
        classification = classify_group(group, self.measures)
        impact = estimate_impact(group, classification, self.costs)
        units = impact.units_unseen if classification.kind is AnomalyKind.DATA_GAP else classification.delta
        return AssessedAnomaly(
            group=group,
            classification=classification,
            severity=rate_severity(group.score, has_known_event=bool(events)) or Severity.LOW,
            events=events,
            impact=impact,
            suppression_reason=self.materiality.check(units, impact.expected_money),
        )
