"""The daily schedule, by its template."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render, statements

pytestmark = pytest.mark.synth


def schedule(stage: Stage) -> dict[str, Any]:
    schedules = stage.templates["Workflow"].of_type("AWS::Scheduler::Schedule")
    [resource] = [resource for name, resource in schedules.items() if "Daily" in name]
    return dict(resource["Properties"])


def test_the_schedule_and_its_time_zone_are_settings(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    assert (schedule(stages["dev"])["ScheduleExpression"], schedule(stages["dev"])["ScheduleExpressionTimezone"]) == (
        "cron(30 4 * * ? *)",
        "UTC",
    )
    other = schedule(synthesise("dev", runAt="06:05", scheduleTimeZone="Europe/Berlin")["dev"])
    assert (other["ScheduleExpression"], other["ScheduleExpressionTimezone"]) == ("cron(5 6 * * ? *)", "Europe/Berlin")


def test_the_schedule_is_enabled_on_aws_and_disabled_on_the_local_stack(stages: dict[str, Stage]) -> None:
    assert {name: schedule(stage)["State"] for name, stage in stages.items()} == {"dev": "ENABLED", "prod": "ENABLED", "local": "DISABLED"}


def test_it_hands_over_the_time_it_was_due_so_that_a_late_fire_is_of_the_same_day(stage: Stage) -> None:
    assert schedule(stage)["Target"]["Input"] == '{"scheduled_time":"<aws.scheduler.scheduled-time>"}'


def test_a_start_that_is_never_delivered_or_fails_for_good_waits_in_an_encrypted_queue(stage: Stage) -> None:
    target = schedule(stage)["Target"]
    queue = target["DeadLetterConfig"]["Arn"]
    assert 0 < target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
    [destination] = [
        config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
        for config in stage.of_type("AWS::Lambda::EventInvokeConfig").values()
        if "ForecastTrigger" in config["Properties"]["FunctionName"]["Ref"]
    ]
    assert destination == queue
    properties = stage.templates["Workflow"].document["Resources"][queue["Fn::GetAtt"][0]]["Properties"]
    assert (properties["SqsManagedSseEnabled"], properties["MessageRetentionPeriod"]) == (True, 14 * 86400)


def test_the_scheduler_may_call_the_trigger_and_fill_the_queue_and_nothing_else(stage: Stage) -> None:
    role = stage.templates["Workflow"].document["Resources"][schedule(stage)["Target"]["RoleArn"]["Fn::GetAtt"][0]]
    assert [statement["Action"] for statement in statements(role)] == ["lambda:InvokeFunction", "sqs:SendMessage"]
    assert all("*" not in render(statement["Resource"]) for statement in statements(role))


def test_the_trigger_may_start_executions_of_this_machine_alone(stage: Stage) -> None:
    template = stage.templates["Workflow"]
    [machine] = template.of_type("AWS::StepFunctions::StateMachine")
    start_statements = [
        s for policy in template.of_type("AWS::IAM::Policy").values() for s in statements(policy) if s["Action"] == "states:StartExecution"
    ]
    assert [render(statement["Resource"]) for statement in start_statements] == [f"<{machine}>"]
