"""One alert per material group: what a person needs to decide without opening anything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from kpi_engine.anomalies.alerts.actions import Action, recommend_action
from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly, contributors_as_dict
from kpi_engine.anomalies.assessment.causes import find_causes
from kpi_engine.anomalies.window import Window

LINKS = {"insight": None, "explanation": None, "data": None, "runbook": None}
"""Null until the API has routes for insights and anomalies: a link that leads nowhere is worse than none."""


@dataclass(frozen=True, eq=False)
class Alert:
    """An alert and how often its anomaly was reported, first and last in a window that ended on first_seen and last_seen.

    dedupe_key: the same for the same anomaly in several runs (deduplication.py). group_ids: of every run, sorted. zone: of its days.
    """

    anomaly: AssessedAnomaly
    action: Action
    zone: tzinfo
    dedupe_key: str
    group_ids: tuple[str, ...]
    first_seen: date
    last_seen: date
    occurrence_count: int = 1

    @classmethod
    def of(cls, anomaly: AssessedAnomaly, window: Window, zone: tzinfo, dedupe_key: str, made_on: date | None = None) -> Alert:
        """Build the alert of a group as if it were reported for the first time. made_on: the day from which its deadline counts.

        >>> from kpi_engine.examples.anomalies import assess_week
        >>> report = assess_week()
        >>> Alert.of(report.anomalies[0], report.window, report.alerts[0].zone, "5f1c").title
        'Volume spike +52 % at site LDS1, SKU-1, 20 Nov'
        """
        return cls(
            anomaly=anomaly,
            action=recommend_action(anomaly.kind, anomaly.severity, max(made_on or window.end, window.end)),
            zone=anomaly.group.zone or zone,
            dedupe_key=dedupe_key,
            group_ids=(anomaly.group.id,),
            first_seen=window.end,
            last_seen=window.end,
        )

    @property
    def id(self) -> str:
        """The identifier of the alert over all runs."""
        return f"alert-{self.dedupe_key[:16]}"

    @property
    def change(self) -> ObservedChange:
        """Expected and actual value, summed over the group."""
        return ObservedChange.of(self.anomaly)

    @property
    def title(self) -> str:
        """The alert in one line, as "Volume drop −38 % at site LDS1, 12 SKUs, 21–22 Nov"."""
        return write_title(self.anomaly, self.change)

    def with_groups(self, group_ids: tuple[str, ...]) -> Alert:
        """Return the alert with more groups of the same anomaly."""
        return replace(self, group_ids=tuple(sorted({*self.group_ids, *group_ids})))

    def as_dict(self) -> dict[str, object]:
        """Return the alert for JSON."""
        anomaly, group = self.anomaly, self.anomaly.group
        return {
            "id": self.id,
            "title": self.title,
            "type": anomaly.kind and str(anomaly.kind),
            "severity": str(anomaly.severity),
            "score": group.score,
            "expected_and_seen": self.change.as_dict(),
            "when": self._when(),
            "where": {name: list(values) for name, values in group.dimension_values.items()},
            "contributors": contributors_as_dict(group),
            "impact": anomaly.impact.as_dict(),
            "known_events": [event.as_dict() for event in anomaly.events],
            "likely_causes": [cause.as_dict() for cause in find_causes(anomaly)],
            "recommended_action": self.action.as_dict(),
            "links": dict(LINKS),
            "data_freshness": self._freshness(),
            "dedupe_key": self.dedupe_key,
            "group_ids": list(self.group_ids),
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
            "occurrence_count": self.occurrence_count,
            "mute": _how_to_mute(self.dedupe_key),
        }

    def _when(self) -> dict[str, object]:
        group = self.anomaly.group
        return {
            "local": {"start_date": group.first_day.isoformat(), "end_date": group.last_day.isoformat(), "time_zone": str(self.zone)},
            "local_start": _format_instant(group.start.astimezone(self.zone)),
            "local_end": _format_instant(group.end.astimezone(self.zone)),
            "utc_start": _format_instant(group.start),
            "utc_end": _format_instant(group.end),
        }

    def _freshness(self) -> dict[str, object]:
        """The last day of the group that has data, and how many of its days after that have none."""
        group = self.anomaly.group
        if group.series.last_instant_with_data is None:
            return {"last_day_with_data": None, "days_behind": None}
        last = group.series.last_instant_with_data.astimezone(self.zone).date()
        return {"last_day_with_data": last.isoformat(), "days_behind": (group.last_day - last).days}


def _how_to_mute(dedupe_key: str) -> dict[str, str | None]:
    return {
        "dedupe_key": dedupe_key,
        "false_alarm": None,  # until the API has a route for feedback
        "planned": "declare the promotion, holiday or closure as a known event: its anomalies are annotated and one band less severe",
    }


def _format_instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
