"""Messages of SNS that reach functions."""

from __future__ import annotations

import json

import pytest

from local.emulator.functions.deliveries import is_first_state


@pytest.mark.parametrize(
    ("old_state", "new_state", "is_first"),
    [("INSUFFICIENT_DATA", "OK", True), ("INSUFFICIENT_DATA", "ALARM", False), ("ALARM", "OK", False), ("OK", "ALARM", False)],
)
def test_only_the_first_ok_of_a_new_alarm_starts_no_function(old_state: str, new_state: str, is_first: bool) -> None:
    assert is_first_state(json.dumps({"AlarmName": "a", "OldStateValue": old_state, "NewStateValue": new_state})) is is_first


@pytest.mark.parametrize("text", ["Your budget was exceeded", "[1]", "17", "{}"])
def test_other_messages_are_delivered(text: str) -> None:
    assert not is_first_state(text)
