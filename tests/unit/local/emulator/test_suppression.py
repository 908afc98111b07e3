"""Actions of composite alarms with a suppressor: what CloudWatch documents, second by second."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.suppression import Suppression

WAIT_S, EXTENSION_S = 120, 600


class World:
    """A cause and a consequence, a clock, and the notifications that were sent."""

    def __init__(self) -> None:
        self.now = 0.0
        self.notifications: list[tuple[str, str]] = []
        self.cause: dict[str, Any] = {"AlarmName": "cause", "StateValue": "OK"}
        self.consequence: dict[str, Any] = {
            "AlarmName": "consequence",
            "StateValue": "OK",
            "ActionsSuppressor": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:cause",
            "ActionsSuppressorWaitPeriod": WAIT_S,
            "ActionsSuppressorExtensionPeriod": EXTENSION_S,
        }
        alarms = {"cause": self.cause, "consequence": self.consequence}
        self.suppression = Suppression(self._notify, alarms.get, lambda: self.now)

    def _notify(self, alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
        self.notifications.append((alarm["AlarmName"], new_state))

    def change(self, alarm: dict[str, Any], state: str) -> None:
        before, alarm["StateValue"] = alarm["StateValue"], state
        self.suppression.dispatch(alarm, before, state, "because")

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.suppression.update()

    @property
    def of_the_consequence(self) -> list[str]:
        return [state for name, state in self.notifications if name == "consequence"]


@pytest.fixture
def world() -> World:
    return World()


def test_an_alarm_without_a_suppressor_notifies_at_once(world: World) -> None:
    world.change(world.cause, "ALARM")
    world.change(world.cause, "OK")
    assert world.notifications == [("cause", "ALARM"), ("cause", "OK")]


def test_a_consequence_is_quiet_while_its_cause_is_in_alarm_and_says_why(world: World) -> None:
    world.change(world.cause, "ALARM")
    world.change(world.consequence, "ALARM")
    world.wait(10_000)
    assert world.of_the_consequence == []
    assert (world.consequence["StateValue"], world.consequence["ActionsSuppressedBy"]) == ("ALARM", "Alarm")


def test_a_consequence_waits_for_a_cause_that_is_detected_later(world: World) -> None:
    world.change(world.consequence, "ALARM")
    assert world.consequence["ActionsSuppressedBy"] == "WaitPeriod"
    world.wait(WAIT_S - 1)
    world.change(world.cause, "ALARM")
    world.wait(10_000)
    assert world.of_the_consequence == []


def test_without_its_cause_it_notifies_after_the_wait(world: World) -> None:
    world.change(world.consequence, "ALARM")
    world.wait(WAIT_S)
    assert world.of_the_consequence == ["ALARM"]
    assert "ActionsSuppressedBy" not in world.consequence
    world.change(world.consequence, "OK")
    assert world.of_the_consequence == ["ALARM", "OK"]


def test_it_stays_quiet_for_the_extension_after_the_cause_has_cleared_and_then_notifies(world: World) -> None:
    world.change(world.cause, "ALARM")
    world.change(world.consequence, "ALARM")
    world.change(world.cause, "OK")
    world.wait(EXTENSION_S - 1)
    assert world.of_the_consequence == []
    assert world.consequence["ActionsSuppressedBy"] == "ExtensionPeriod"
    world.wait(1)
    assert world.of_the_consequence == ["ALARM"]


def test_a_consequence_that_clears_with_its_cause_sends_nothing(world: World) -> None:
    world.change(world.cause, "ALARM")
    world.change(world.consequence, "ALARM")
    world.change(world.cause, "OK")
    world.change(world.consequence, "OK")
    world.wait(10_000)
    assert world.of_the_consequence == []


def test_the_end_of_what_was_notified_is_notified_once_the_cause_is_over(world: World) -> None:
    world.change(world.consequence, "ALARM")
    world.wait(WAIT_S)
    world.change(world.cause, "ALARM")
    world.change(world.consequence, "OK")
    assert world.of_the_consequence == ["ALARM"]
    world.change(world.cause, "OK")
    world.wait(EXTENSION_S)
    assert world.of_the_consequence == ["ALARM", "OK"]
