"""An alert as text for people: what a person needs to decide without opening anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from contracts.routes import API_PATH
from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.assessment.causes import find_causes
from kpi_engine.anomalies.assessment.contributions import Contributor, rank_contributors
from kpi_engine.anomalies.assessment.costs import Money
from kpi_engine.anomalies.formats import DIMENSION_NAMES, format_days, format_list, format_number
from runtime.models.domain.anomaly_events import AnomalyEvent

MOST_ASSUMPTIONS = 3
SHORT_ID = 8
DAY = timedelta(days=1)


def write_alert(event: AnomalyEvent, alert: Alert) -> str:
    """Return an alert as one line and the lines below it, each with what it is about."""
    lines = [f"Anomaly: {event.message}", *(f"  {name}: {text}" for name, text in _facts(event, alert))]
    return "\n".join(lines)


def write_links(event_id: str) -> dict[str, str | None]:
    """Return the links of an alert: commands and paths of the API that exist."""
    path, command = f"{API_PATH}/anomalies/{event_id}", f"./signify anomalies {event_id[:SHORT_ID]}"
    return {"self": path, "picture": f"{path}/picture", "feedback": f"{path}/feedback", "command": command}


def _facts(event: AnomalyEvent, alert: Alert) -> Iterator[tuple[str, str]]:
    anomaly, change = alert.anomaly, alert.change
    group, impact = anomaly.group, anomaly.impact
    yield "Score", f"{group.score:.0f} of 100, {anomaly.severity}"
    yield "Seen", _write_change(change, impact.delta_units, impact.units_unseen)
    last_midnight = (group.end.astimezone(alert.zone) + DAY).astimezone(UTC)  # a day on which clocks change has 23 or 25 hours
    instants = f"from {_instant(group.start)} to {_instant(last_midnight)} UTC"
    yield "When", f"{format_days(group.first_day, group.last_day)} (days of {alert.zone}; {instants})"
    yield "Where", _write_contributors(rank_contributors(group))
    yield "Worth", _write_money(impact.money, impact.reason)
    if impact.assumptions:
        yield "Assumes", "; ".join(impact.assumptions[:MOST_ASSUMPTIONS])
    if anomaly.events:
        yield "Known events", format_list([f"{each.kind} {each.name}" for each in anomaly.events])
    for cause in find_causes(anomaly)[:MOST_ASSUMPTIONS]:
        yield "Likely cause", f"{cause.cause} ({cause.evidence})"
    yield "Do", f"{alert.action.action} ({alert.action.owner_role}, by {alert.action.deadline})"
    if group.threshold:
        yield "Feedback", group.threshold.text
    yield "Data", _write_freshness(event, alert)
    links = write_links(event.group_id)
    yield "More", f"{links['command']}; picture: GET {links['picture']}"
    yield "False or expected", f"./signify anomalies feedback {event.group_id[:SHORT_ID]} not-real|expected --reason WHY"
    yield "Key", f"{alert.id}, {alert.dedupe_key}"


def _write_change(change: ObservedChange, units: float | None, missing_units: float) -> str:
    if change.actual is None or change.expected is None:
        return f"no data, where {format_number(missing_units)} units were expected"
    bounds = _write_range(change.lower, change.upper)
    delta = "" if units is None else f" ({format_number(units, has_sign=True)} units)"
    return f"{format_number(change.actual)}, expected {format_number(change.expected)}{bounds}{delta}"


def _write_range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({format_number(low)} to {format_number(high)})"


def _write_contributors(contributors: Mapping[str, Sequence[Contributor]]) -> str:
    parts = []
    for name, rows in contributors.items():
        texts = [f"{row.n_others} more {row.share:.0f} %" if row.value is None else f"{row.value} {row.share:.0f} %" for row in rows]
        if texts:
            parts.append(f"{DIMENSION_NAMES.get(name, name)}: {', '.join(texts)}")
    return "; ".join(parts) or "unknown"


def _write_freshness(event: AnomalyEvent, alert: Alert) -> str:
    last = alert.anomaly.group.series.last_instant_with_data
    text = "no day of it has data" if last is None else f"complete to {last.astimezone(alert.zone).date()}"
    times = "once" if event.occurrence_count == 1 else f"{event.occurrence_count} times"
    return f"{text}; first seen {event.first_seen}, seen {times}"


def _write_money(money: Money | None, reason: str | None) -> str:
    if money is None:
        return f"unknown ({(reason or 'no_price').replace('_', ' ')})"
    return f"{money.expected:,.2f} {money.currency}{_write_range(money.low, money.high)}"


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
