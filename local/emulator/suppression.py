"""Composite alarms with an actions suppressor: the emulator performs their actions at once, CloudWatch keeps them back.

The rules are those of CloudWatch's documentation of PutCompositeAlarm. While the suppressor is in ALARM, no action is performed. Without it
the action waits ActionsSuppressorWaitPeriod for the suppressor to go into ALARM; after the suppressor has left ALARM, it waits
ActionsSuppressorExtensionPeriod. An alarm that clears before its action was performed performs none, since nobody was notified.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from local.emulator.json_types import JsonObject, JsonView

ALARM, OK = "ALARM", "OK"
BY_ALARM, BY_WAIT, BY_EXTENSION = "Alarm", "WaitPeriod", "ExtensionPeriod"
PROPERTIES = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
PerformActions = Callable[[JsonObject, str, str, str], None]
FindAlarm = Callable[[str], "JsonObject | None"]


class Transition(NamedTuple):
    """A change of an alarm's state whose actions have not been performed."""

    alarm: JsonObject
    old_state: str
    new_state: str
    reason: str
    time_s: float


@dataclass
class Suppression:
    """Performs the actions of alarms, or keeps them back; `find_alarm` returns an alarm by its name."""

    perform: PerformActions
    find_alarm: FindAlarm
    clock: Callable[[], float] = time.time
    _pending: dict[str, Transition] = field(default_factory=dict)
    _cleared_at: dict[str, float] = field(default_factory=dict)

    def dispatch(self, alarm: JsonObject, old_state: str, new_state: str, reason: str) -> None:
        """Handle a change of state in the place of the emulator's own function."""
        if old_state == ALARM:
            self._cleared_at[alarm["AlarmName"]] = self.clock()
        if not alarm.get("ActionsSuppressor"):
            self.perform(alarm, old_state, new_state, reason)
            return
        before = self._pending.pop(alarm["AlarmName"], None)
        if before and before.new_state == ALARM and new_state != ALARM:
            self._mark(alarm, None)
            return
        self._pending[alarm["AlarmName"]] = Transition(alarm, old_state, new_state, reason, self.clock())
        self.update()

    def update(self) -> None:
        """Perform what nothing keeps back any more."""
        for name, transition in list(self._pending.items()):
            suppressed_by = self._find_reason(transition)
            self._mark(transition.alarm, suppressed_by)
            if suppressed_by is None:
                del self._pending[name]
                self.perform(transition.alarm, transition.old_state, transition.new_state, transition.reason)

    def _find_reason(self, transition: Transition) -> str | None:
        """Return what keeps the actions back, in CloudWatch's words, or None."""
        alarm, now = transition.alarm, self.clock()
        suppressor = self.find_alarm(_name(alarm["ActionsSuppressor"]))
        if suppressor is None:
            return None
        if suppressor["StateValue"] == ALARM:
            return BY_ALARM
        cleared_at = self._cleared_at.get(suppressor["AlarmName"])
        if cleared_at is not None and now - cleared_at < _seconds(alarm, "ActionsSuppressorExtensionPeriod"):
            return BY_EXTENSION
        if transition.new_state == ALARM and now - transition.time_s < _seconds(alarm, "ActionsSuppressorWaitPeriod"):
            return BY_WAIT
        return None

    @staticmethod
    def _mark(alarm: JsonObject, suppressed_by: str | None) -> None:
        """Show in the alarm's description what keeps its actions back."""
        if suppressed_by:
            alarm.update(ActionsSuppressedBy=suppressed_by, ActionsSuppressedReason=f"Actions suppressed by {suppressed_by}")
        else:
            alarm.pop("ActionsSuppressedBy", None)
            alarm.pop("ActionsSuppressedReason", None)


def _name(reference: str) -> str:
    """Return the name of an alarm from its ARN or name."""
    return reference.rpartition(":alarm:")[2]


def _seconds(alarm: JsonView, key: str) -> float:
    return float(alarm.get(key) or 0)
