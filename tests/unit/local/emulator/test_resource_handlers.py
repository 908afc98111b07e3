"""Extensions of the emulator's CloudFormation types, on a table of their own."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator import resource_handlers
from local.emulator.networks import add_address_range
from local.emulator.resource_handlers import Handler

CALLS = list[tuple[str, Any]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> CALLS:
    """The calls of a table with the one type `Test::Thing`."""
    calls: CALLS = []

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        calls.append(("create", logical_id))
        return f"{stack}-{logical_id}", {"Arn": "arn:1"}

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: object) -> tuple[str, dict[str, Any]]:
        calls.append(("update", (physical_id, rest)))
        return f"{physical_id}-2", {"Arn": "arn:2"}

    table: dict[str, Handler] = {
        "Test::Thing": {"create": create, "update": update, "delete": lambda physical_id, properties: calls.append(("delete", physical_id))}
    }
    monkeypatch.setattr(resource_handlers, "_HANDLERS", table)
    return calls


def handler(name: str = "Test::Thing") -> Handler:
    return resource_handlers._HANDLERS[name]


def test_the_completion_gets_the_physical_id_and_returns_the_attributes(calls: CALLS) -> None:
    resource_handlers.run_after_create("Test::Thing", lambda thing, properties, attributes: {**attributes, "Id": thing, **properties})
    assert handler()["create"]("Logical", {"Size": 3}, "stack") == ("stack-Logical", {"Arn": "arn:1", "Id": "stack-Logical", "Size": 3})
    assert calls == [("create", "Logical")]


def test_an_update_is_completed_with_the_new_id_and_the_new_properties(calls: CALLS) -> None:
    resource_handlers.run_after_update("Test::Thing", lambda thing, properties, attributes: {"Id": thing, **properties})
    assert handler()["update"]("a", {"Size": 1}, {"Size": 2}, "stack") == ("a-2", {"Id": "a-2", "Size": 2})
    assert calls == [("update", ("a", ("stack",)))]


def test_a_preparation_runs_before_the_deletion(calls: CALLS) -> None:
    resource_handlers.run_before_delete("Test::Thing", lambda thing, properties: calls.append(("prepare", thing)))
    handler()["delete"]("a", {})
    assert calls == [("prepare", "a"), ("delete", "a")]


@pytest.mark.usefixtures("calls")
def test_a_stub_has_an_id_of_its_own_or_the_named_property() -> None:
    resource_handlers.register_stub("Test::Budget")
    first, second = (handler("Test::Budget")["create"]("Budget", {}, "stack") for _ in range(2))
    assert (first[0] != second[0], first[0].startswith("stack-Budget-"), first[1]) == (True, True, {})
    resource_handlers.register_stub("Test::Alarm", lambda alarm, properties: {"Arn": f"arn:{alarm}"}, name_property="AlarmName")
    assert handler("Test::Alarm")["create"]("Alarm", {"AlarmName": "both"}, "stack") == ("both", {"Arn": "arn:both"})


@pytest.mark.usefixtures("calls")
def test_a_type_cannot_be_registered_twice() -> None:
    resource_handlers.register_stub("Test::Budget")
    with pytest.raises(ValueError, match="the emulator has its own Test::Budget now; remove the extension"):
        resource_handlers.register("Test::Budget", {})


def test_a_vpc_gets_its_address_range_and_keeps_its_attributes() -> None:
    assert add_address_range("vpc-1", {"CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-1"}) == {
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociations": [],
    }
