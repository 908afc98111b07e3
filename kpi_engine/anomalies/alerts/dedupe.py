"""The same anomaly in several runs is one alert that counts how often it was seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kpi_engine.anomalies.alerts.numbers import number
from kpi_engine.anomalies.assessment.assessed_anomaly import DIRECTIONS, Finding
from kpi_engine.anomalies.detection.contributions import shares_of
from kpi_engine.anomalies.detection.kinds import Kind

RULE = "anomaly_group.v1"
CATEGORIES = {Kind.DATA_GAP: "DATA_QUALITY", Kind.CAPACITY_BREACH: "CAPACITY", Kind.SERVICE_DROP: "SERVICE_LEVEL"}


def dedupe_key(finding: Finding) -> str:
    """sha256 over category, rule, measure, scope, direction and the group's first day.

    The scope is the top contributor of each dimension. The kind is no part: a drop that becomes a level shift is the same finding.
    """
    group, verdict = finding.group, finding.verdict
    scope = {name: next(iter([*shares_of(group, name), *group.values_of(name)]), None) for name in group.dimensions}
    category = CATEGORIES.get(verdict.kind, "DEMAND_ANOMALY") if verdict.kind else "DEMAND_ANOMALY"
    parts = [category, RULE, group.measure, scope, DIRECTIONS[verdict.direction], group.first_day.isoformat()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def merged(alerts: Sequence[dict[str, Any]], previous: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """This run's alerts, each key once, the worst content first, continuing those of earlier runs.

    An earlier alert is the same when its dedupe_key or one of its group_ids is. It gives first_seen and its key, and the count goes on.
    """
    known = _by_name(previous)
    found: dict[str, dict[str, Any]] = {}
    for alert in alerts:
        names = (alert["dedupe_key"], *alert["group_ids"])
        continued = _continue(alert, [one for name in names for one in known.get(name, ())])
        same = found.setdefault(continued["dedupe_key"], continued)
        same["group_ids"] = sorted({*same["group_ids"], *continued["group_ids"]})
    return list(found.values())


def _by_name(previous: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Earlier alerts by their key and by each of their groups."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in previous:
        for name in {one.get("dedupe_key"), *(one.get("group_ids") or ())} - {None}:
            found.setdefault(name, []).append(one)
    return found


def _continue(alert: dict[str, Any], earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not earlier:
        return alert
    counts = [max(1, int(count)) for one in earlier if (count := number(one.get("occurrence_count"))) == count]
    first = min([alert["first_seen"], *(str(one["first_seen"]) for one in earlier if one.get("first_seen"))])
    key = min(str(one.get("dedupe_key") or alert["dedupe_key"]) for one in earlier)
    ids = {*alert["group_ids"], *(group_id for one in earlier for group_id in one.get("group_ids") or ())}
    return alert | {
        "id": f"alert-{key[:16]}",
        "dedupe_key": key,
        "mute": alert["mute"] | {"dedupe_key": key},
        "group_ids": sorted(ids),
        "first_seen": first,
        "occurrence_count": max(counts, default=1) + 1,
    }
