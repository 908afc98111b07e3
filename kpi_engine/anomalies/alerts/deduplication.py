"""The same anomaly in several runs is one alert that counts how often it was reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.contributions import contribution_shares
from kpi_engine.anomalies.formats import parse_number
from kpi_engine.anomalies.kind import AnomalyKind

RULE = "anomaly_group.v1"
DEFAULT_CATEGORY = "DEMAND_ANOMALY"
CATEGORIES = {
    AnomalyKind.DATA_GAP: "DATA_QUALITY",
    AnomalyKind.CAPACITY_BREACH: "CAPACITY",
    AnomalyKind.SERVICE_DROP: "SERVICE_LEVEL",
}


@dataclass(frozen=True)
class EarlierAlert:
    """Identity of an alert of an earlier report and its number of reports; a field that could not be read is None."""

    dedupe_key: str | None
    group_ids: tuple[str, ...]
    first_seen: date | None
    occurrence_count: int | None

    @classmethod
    def parse(cls, alert: Mapping[str, object]) -> EarlierAlert:
        """Read an alert of an earlier report.

        >>> EarlierAlert.parse({"group_ids": ["g1"], "first_seen": "2026-11-21", "occurrence_count": "many"})
        EarlierAlert(dedupe_key=None, group_ids=('g1',), first_seen=datetime.date(2026, 11, 21), occurrence_count=None)
        """
        key, group_ids, count = alert.get("dedupe_key"), alert.get("group_ids"), parse_number(alert.get("occurrence_count"))
        return cls(
            dedupe_key=str(key) if key else None,
            group_ids=tuple(str(group_id) for group_id in group_ids) if isinstance(group_ids, list | tuple) else (),
            first_seen=_parse_day(alert.get("first_seen")),
            occurrence_count=max(1, int(count)) if count == count else None,
        )


def build_dedupe_key(anomaly: AssessedAnomaly) -> str:
    """Return the sha256 over category, rule, measure, scope, direction and the group's first day.

    The scope is the top contributor of each dimension. The kind is left out: a drop that becomes a level shift is the same anomaly.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> spike, drop = assess_week().anomalies
    >>> len(build_dedupe_key(drop)), build_dedupe_key(drop) == build_dedupe_key(spike)
    (64, False)
    """
    group = anomaly.group
    scope = {name: next(iter([*contribution_shares(group, name), *group.values_of(name)]), None) for name in group.dimensions}
    category = CATEGORIES.get(anomaly.kind, DEFAULT_CATEGORY) if anomaly.kind else DEFAULT_CATEGORY
    parts = [category, RULE, group.measure, scope, anomaly.classification.direction_name, group.first_day.isoformat()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def deduplicate(alerts: Sequence[Alert], previous: Iterable[EarlierAlert]) -> list[Alert]:
    """Return this run's alerts, each key once with the content of the worst, continuing those of earlier runs.

    An earlier alert is the same when its dedupe_key or one of its group_ids is. It gives first_seen and its key, and the count goes on.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> alerts = assess_week().alerts
    >>> [alert.occurrence_count for alert in deduplicate(alerts, [EarlierAlert.parse(alerts[0].as_dict())])]
    [2, 1]
    """
    earlier_by_name = _index_by_name(previous)
    by_key: dict[str, Alert] = {}
    for alert in alerts:
        names = (alert.dedupe_key, *alert.group_ids)
        alert = _continue(alert, [earlier for name in names for earlier in earlier_by_name.get(name, ())])
        worst = by_key.setdefault(alert.dedupe_key, alert)
        by_key[alert.dedupe_key] = worst.with_groups(alert.group_ids)
    return list(by_key.values())


def _index_by_name(previous: Iterable[EarlierAlert]) -> dict[str, list[EarlierAlert]]:
    """Earlier alerts by their key and by each of their groups."""
    index: dict[str, list[EarlierAlert]] = {}
    for earlier in previous:
        for name in {earlier.dedupe_key, *earlier.group_ids}:
            if name is not None:
                index.setdefault(name, []).append(earlier)
    return index


def _continue(alert: Alert, matches: Sequence[EarlierAlert]) -> Alert:
    if not matches:
        return alert
    counts = [earlier.occurrence_count for earlier in matches if earlier.occurrence_count is not None]
    group_ids = {*alert.group_ids, *(group_id for earlier in matches for group_id in earlier.group_ids)}
    return replace(
        alert,
        dedupe_key=min(earlier.dedupe_key or alert.dedupe_key for earlier in matches),
        group_ids=tuple(sorted(group_ids)),
        first_seen=min([alert.first_seen, *(earlier.first_seen for earlier in matches if earlier.first_seen)]),
        occurrence_count=max(counts, default=1) + 1,
    )


def _parse_day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
