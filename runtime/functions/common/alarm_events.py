"""The messages of SNS that a notifier receives: changes of alarms, and texts of other services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from runtime.functions.common.events import Event
from runtime.models.domain.notices import AlarmChange
from runtime.services.notifications.alarm_notification import AlarmNotification


class SnsMessage(Event):
    """One message of a topic."""

    model_config = ConfigDict(alias_generator=to_pascal)

    message: str
    subject: str | None = None


class SnsRecord(Event):
    """The envelope of one message."""

    sns: SnsMessage = Field(alias="Sns")


class TopicEvent(Event):
    """For a notifier, from SNS."""

    records: list[SnsRecord] = Field(alias="Records")


class StateChange(Event):
    """A change of an alarm's state, as CloudWatch publishes it."""

    model_config = ConfigDict(alias_generator=to_pascal)

    alarm_name: str
    alarm_description: str | None = None
    old_state_value: str
    new_state_value: str
    new_state_reason: str = ""
    state_change_time: datetime

    def to_change(self) -> AlarmChange:
        """Return the change as a value of the service."""
        return AlarmChange(
            alarm=self.alarm_name,
            description=self.alarm_description or "",
            old_state=self.old_state_value,
            new_state=self.new_state_value,
            reason=self.new_state_reason,
            changed_at=self.state_change_time,
        )


def notify_all(event: TopicEvent, notification: AlarmNotification) -> Iterator[str]:
    """Notify the receiver of every message, and yield what was sent."""
    for record in event.records:
        change = _parse_change(record.sns.message)
        yield notification.notify(change.to_change()) if change else notification.forward(record.sns.subject or "", record.sns.message)


def _parse_change(message: str) -> StateChange | None:
    """Return the change of an alarm, or None for any other text."""
    try:
        return StateChange.model_validate(json.loads(message))
    except (ValueError, ValidationError):
        return None
