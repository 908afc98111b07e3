"""Dead-letter queues: every asynchronous sender of events has one for failed deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth


def deliveries(stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
    """Targets of rules and schedules."""
    for name, rule in stage.of_type("AWS::Events::Rule").items():
        yield from ((name, target) for target in rule["Properties"]["Targets"])
    for name, schedule in stage.of_type("AWS::Scheduler::Schedule").items():
        yield name, schedule["Properties"]["Target"]


def logical_id(name: str) -> str:
    return f"<{name.split('/')[1]}>"


def is_worthless_late(target: dict[str, Any]) -> bool:
    """A tick that is not even tried again: the next one does as well."""
    return bool(target.get("RetryPolicy", {}).get("MaximumRetryAttempts") == 0)


def test_rules_and_schedules_keep_what_they_cannot_deliver(any_stage: Stage) -> None:
    queues = {logical_id(name) for name in any_stage.of_type("AWS::SQS::Queue")}
    worth_keeping = [(name, target) for name, target in deliveries(any_stage) if not is_worthless_late(target)]
    assert len(worth_keeping) >= len([*any_stage.of_type("AWS::Events::Rule"), "the daily schedule"])
    for name, target in worth_keeping:
        assert render(target["DeadLetterConfig"]["Arn"]) in queues, name


def test_every_function_invoked_asynchronously_has_a_destination_for_failed_events(any_stage: Stage) -> None:
    """The reason for which cdk-nag lets the others be without a dead-letter queue."""
    handed_to = {render(target["Arn"]) for _, target in deliveries(any_stage) if not is_worthless_late(target)}
    handed_to |= {render(each["Properties"]["Endpoint"]) for each in any_stage.of_type("AWS::SNS::Subscription").values()}
    invoke_configs = any_stage.of_type("AWS::Lambda::EventInvokeConfig").values()
    with_destination = {
        render(each["Properties"]["FunctionName"])
        for each in invoke_configs
        if each["Properties"].get("DestinationConfig", {}).get("OnFailure")
    }
    for name, function in any_stage.platform_functions().items():
        if logical_id(name) in handed_to:
            assert "DeadLetterConfig" in function["Properties"] or logical_id(name) in with_destination, name


def test_every_queue_has_a_dead_letter_queue_or_is_one(any_stage: Stage) -> None:
    queues = any_stage.of_type("AWS::SQS::Queue")
    for name, queue in queues.items():
        if "RedrivePolicy" not in queue["Properties"]:
            assert "DeadLetters" in name, name
            assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600, name
