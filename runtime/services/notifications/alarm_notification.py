"""Notify one receiver of an alarm: one message when it begins, one when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from runtime.models.domain.notices import AlarmChange, Notice, format_duration, format_time
from runtime.services.ports import AlarmRecords, Webhook

ALARM, OK = "ALARM", "OK"
SHORT_NAME = re.compile(r"Alarms(\w+?)[0-9A-F]{8}(?:-\w+)?$")
DESCRIPTION = re.compile(r"(\S+\.md) \[(page|ticket)\] (.+)", re.DOTALL)
Render = Callable[[Notice], Mapping[str, object]]


@dataclass(frozen=True)
class AlarmNotification:
    """Sends notices to one receiver; `render` makes the JSON of its service of a notice."""

    records: AlarmRecords
    webhook: Webhook
    render: Render
    stage: str
    region: str

    def notify(self, change: AlarmChange) -> str:
        """Send what the change means to people, and return what was sent: `begin`, `over` or `nothing`.

        Nothing is sent for INSUFFICIENT_DATA, for an alarm that returns from it to the state it had before, and for the first OK of a new
        alarm. Raises what the webhook raises.
        """
        if change.new_state not in (ALARM, OK):
            return "nothing"
        before, since = self._find_previous(change)
        if before == change.new_state or (change.new_state == OK and before is None):
            return "nothing"
        self.webhook.send(self.render(self._make_notice(change, since)))
        return "over" if change.new_state == OK else "begin"

    def forward(self, title: str, text: str) -> str:
        """Send a message that is not about an alarm, such as one of AWS Budgets."""
        self.webhook.send(self.render(Notice(f"{title or 'Notification'} ({self.stage})", text, {}, {})))
        return "text"

    def _find_previous(self, change: AlarmChange) -> tuple[str | None, datetime]:
        """Return the state before this change that was not INSUFFICIENT_DATA, and since when the alarm was in it."""
        states = [(state, at) for state, at in self.records.find_states(change.alarm) if state in (ALARM, OK)]
        if states and states[0][0] == change.new_state:
            states.pop(0)
        if states:
            return states[0]
        return (change.old_state if change.old_state in (ALARM, OK) else None), change.changed_at

    def _make_notice(self, change: AlarmChange, since: datetime) -> Notice:
        match = DESCRIPTION.match(change.description)
        page, severity, meaning = match.groups() if match else ("", "ticket", change.description)
        name = match[1] if (match := SHORT_NAME.search(change.alarm)) else change.alarm
        is_over = change.new_state == OK
        conditions = self.records.find_conditions(change.alarm)
        return Notice(
            title=f"{'Over' if is_over else severity.capitalize()}: {name} ({self.stage})",
            meaning=meaning,
            facts={
                **(_describe_past(since, change.changed_at) if is_over else {"Since": format_time(change.changed_at)}),
                "Threshold": " and ".join(condition.text for condition in conditions) or "see the reason",
                "Value": "; ".join(condition.reason for condition in conditions) or change.reason,
            },
            links={"Runbook": page, "CloudWatch": self._console(change.alarm)},
            is_over=is_over,
            is_page=severity == "page",
        )

    def _console(self, alarm: str) -> str:
        return f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}#alarmsV2:alarm/{quote(alarm, safe='')}"


def _describe_past(since: datetime, until: datetime) -> dict[str, str]:
    return {"Was on": f"{format_time(since)} to {format_time(until)}, {format_duration(until - since)}"}
