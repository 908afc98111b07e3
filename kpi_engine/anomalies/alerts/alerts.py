"""One alert per material group: what a person needs to decide without opening anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from math import fsum
from typing import Any

import numpy as np

from kpi_engine.anomalies.alerts import wording
from kpi_engine.anomalies.alerts.actions import action_for, words_for
from kpi_engine.anomalies.alerts.dedupe import dedupe_key
from kpi_engine.anomalies.assessment.assessed_anomaly import Finding, event_answer, money_answer
from kpi_engine.anomalies.assessment.causes import causes_of
from kpi_engine.anomalies.detection.contributions import contributors_of
from kpi_engine.anomalies.detection.kinds import Kind
from kpi_engine.anomalies.window import Window


def alert(finding: Finding, window: Window, zone: tzinfo) -> dict[str, Any]:
    """The alert of a group as if it were seen for the first time."""
    group, impact, seen = finding.group, finding.impact, expected_and_seen(finding)
    action = action_for(finding.verdict.kind, finding.severity, window.end)
    key = dedupe_key(finding)
    return {
        "id": f"alert-{key[:16]}",
        "title": title(finding, seen),
        "type": finding.verdict.kind and str(finding.verdict.kind),
        "severity": str(finding.severity),
        "score": group.score,
        "expected_and_seen": seen,
        "when": _when(finding, zone),
        "where": {name: list(group.values_of(name)) for name in group.dimensions},
        "contributors": contributors_of(group),
        "impact": {
            "delta_units": impact.delta_units,
            "delta_points": impact.delta_points,
            "units_unseen": impact.units_unseen,
            "money": money_answer(impact.money),
            "money_reason": impact.reason,
            "assumptions": list(impact.assumptions),
        },
        "known_events": [event_answer(event) for event in finding.events],
        "likely_causes": causes_of(finding),
        "recommended_action": {"action": action.action, "owner_role": action.owner_role, "deadline": action.deadline.isoformat()},
        "links": _links(group.id),
        "data_freshness": _freshness(finding, zone),
        "dedupe_key": key,
        "group_ids": [group.id],
        "first_seen": window.end.isoformat(),
        "last_seen": window.end.isoformat(),
        "occurrence_count": 1,
        "mute": _how_to_mute(group.id, key),
    }


def title(finding: Finding, seen: Mapping[str, float | None]) -> str:
    """As "Volume drop −38 % at site LDS1, 12 SKUs, 21–22 Nov"."""
    group, change = finding.group, seen["change_percent"]
    kind = words_for(finding.verdict.kind, finding.verdict.direction)
    what = kind if change is None or finding.verdict.kind is Kind.DATA_GAP else f"{kind} {wording.signed_percent(change)}"
    where = wording.place({name: group.values_of(name) for name in group.dimensions})
    return ", ".join([f"{what} {where}".strip(), wording.days(group.first_day, group.last_day)])


def expected_and_seen(finding: Finding) -> dict[str, float | None]:
    """Sums over the days with both an actual and an expectation; for a service level means. None when there is no such day.

    change_percent = 100 * (seen - expected) / expected; None when expected is 0.
    """
    days, known = finding.group.series.days, finding.group.series.known
    n = int(np.count_nonzero(known))
    if not n:
        return dict.fromkeys(("expected", "seen", "lower", "upper", "change_percent"))
    share = n if finding.verdict.kind is Kind.SERVICE_DROP else 1
    names = {"expected": days.expected, "seen": days.actual, "lower": days.lower, "upper": days.upper}
    found: dict[str, float | None] = {name: fsum(values[known]) / share for name, values in names.items()}
    if not finding.group.series.has_interval:
        found |= {"lower": None, "upper": None}
    expected, seen = fsum(days.expected[known]), fsum(days.actual[known])
    change = 100 * (seen - expected) / expected if expected else math.nan
    return found | {"change_percent": change if math.isfinite(change) else None}


def _when(finding: Finding, zone: tzinfo) -> dict[str, Any]:
    group = finding.group
    return {
        "local": {"start_date": group.first_day.isoformat(), "end_date": group.last_day.isoformat(), "time_zone": str(zone)},
        "local_start": _text(group.start.astimezone(zone)),
        "local_end": _text(group.end.astimezone(zone)),
        "utc_start": _text(group.start),
        "utc_end": _text(group.end),
    }


def _freshness(finding: Finding, zone: tzinfo) -> dict[str, Any]:
    """The last day of the group that has data, and how many of its days after that have none."""
    group = finding.group
    last: date | None = max((moment.astimezone(zone).date() for moment in group.series.instants_known()), default=None)
    return {"last_day_with_data": last and last.isoformat(), "days_behind": None if last is None else (group.last_day - last).days}


def _links(group_id: str) -> dict[str, str]:
    return {
        "insight": f"/api/v1/insights?anomaly_group={group_id}",
        "explanation": f"/api/v1/anomalies/{group_id}",
        "data": f"/api/v1/anomalies/{group_id}",
        "runbook": "/docs/runbooks/anomalies",
    }


def _how_to_mute(group_id: str, key: str) -> dict[str, str]:
    return {
        "dedupe_key": key,
        "false_alarm": f"POST /api/v1/anomalies/{group_id}/feedback",
        "planned": "declare the promotion, holiday or closure as a known event: its anomalies are annotated and one band less severe",
    }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
