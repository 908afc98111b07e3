"""The title of an alert: what happened, where and when, in one line."""

from __future__ import annotations

from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.formats import CATEGORIES, MOST_PERCENT, format_amount, format_days, format_location, format_percent
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import UP, AnomalyKind


def write_title(anomaly: AssessedAnomaly, change: ObservedChange) -> str:
    """Write the title.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> spike, drop = assess_week().anomalies
    >>> write_title(drop, ObservedChange.of(drop))
    'Volume drop −40 % at site LDS1, SKU-2, 21 Nov'
    """
    group = anomaly.group
    subject = name_kind(anomaly.kind, anomaly.classification.direction)
    if anomaly.kind is not AnomalyKind.DATA_GAP:
        subject = f"{subject} {_write_size(change)}".strip()
    location = format_location({name: values for name, values in group.dimension_values.items() if _is_shown(name, group)})
    return ", ".join([f"{subject} {location}".strip(), format_days(group.first_day, group.last_day)])


def _write_size(change: ObservedChange) -> str:
    """The change in percent; from what to what a day, where hardly anything was expected and a percentage says nothing."""
    percent = change.change_percent
    if percent is not None and abs(percent) <= MOST_PERCENT:
        return format_percent(percent)
    if change.expected_a_day is None or change.actual_a_day is None:
        return ""
    return f"from {format_amount(change.expected_a_day)} to {format_amount(change.actual_a_day)} a day"


def _is_shown(name: str, group: AnomalyGroup) -> bool:
    """Whether a dimension belongs to the location: the category of the SKUs only where the cause is limited to it."""
    return name not in CATEGORIES or name in (group.scope or {})


def name_kind(kind: AnomalyKind | None, direction: int) -> str:
    """Name a kind in words; a shift with its direction.

    >>> name_kind(AnomalyKind.VOLUME_DROP, -1), name_kind(AnomalyKind.LEVEL_SHIFT, 1)
    ('Volume drop', 'Level shift up')
    """
    if kind is None:
        return "Anomaly"
    words = str(kind).replace("_", " ").capitalize()
    has_direction = kind in (AnomalyKind.LEVEL_SHIFT, AnomalyKind.TREND_BREAK) and direction
    return f"{words} {'up' if direction == UP else 'down'}" if has_direction else words
