"""The daily schedule alone in a stack: start times, time zones, and what happens to a start that fails."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cdk.settings.model import Settings
from cdk.workflow.schedule import DailySchedule
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render, statements


def add_schedule(stack: Any, settings: Settings) -> None:
    from aws_cdk.aws_lambda import Code, Function, Runtime

    code = Code.from_inline("def handler(event, context): ...")
    trigger = Function(stack, "Trigger", runtime=Runtime.PYTHON_3_13, handler="index.handler", code=code)
    DailySchedule(stack, "Schedule", settings, trigger)


def schedule(template: Template) -> dict[str, Any]:
    return template.only("AWS::Scheduler::Schedule")


@pytest.fixture(scope="module")
def daily(build: Build) -> Template:
    return build(add_schedule)


@pytest.mark.parametrize(
    ("run_at", "expression"),
    [
        ("00:00", "cron(0 0 * * ? *)"),
        ("00:01", "cron(1 0 * * ? *)"),
        ("04:05", "cron(5 4 * * ? *)"),
        ("09:08", "cron(8 9 * * ? *)"),
        ("20:00", "cron(0 20 * * ? *)"),
        ("23:59", "cron(59 23 * * ? *)"),
    ],
)
def test_a_start_time_is_a_cron_expression_without_leading_zeros(build: Build, run_at: str, expression: str) -> None:
    assert schedule(build(add_schedule, runAt=run_at))["ScheduleExpression"] == expression


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_the_time_zone_of_the_settings_is_that_of_the_schedule(build: Build, zone: str) -> None:
    assert schedule(build(add_schedule, scheduleTimeZone=zone))["ScheduleExpressionTimezone"] == zone


@pytest.mark.parametrize(("text", "state"), [("true", "ENABLED"), ("false", "DISABLED")])
def test_the_schedule_can_be_turned_off(build: Build, text: str, state: str) -> None:
    assert schedule(build(add_schedule, scheduleEnabled=text))["State"] == state


def test_the_run_starts_at_its_time_and_not_somewhere_in_a_window(daily: Template) -> None:
    assert schedule(daily)["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_a_start_is_retried_for_two_hours_by_the_scheduler_and_by_lambda(daily: Template) -> None:
    """So a start that comes late is still of the day that it is for, whatever the time zone."""
    assert schedule(daily)["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 20}
    invocation = daily.only("AWS::Lambda::EventInvokeConfig")
    assert (invocation["MaximumEventAgeInSeconds"], invocation["MaximumRetryAttempts"]) == (7200, 2)


def test_one_queue_receives_starts_that_are_not_delivered_and_starts_that_fail(daily: Template) -> None:
    [queue] = daily.of_type("AWS::SQS::Queue")
    assert render(schedule(daily)["Target"]["DeadLetterConfig"]["Arn"]) == f"<{queue}>"
    destination = daily.only("AWS::Lambda::EventInvokeConfig")["DestinationConfig"]
    assert render(destination["OnFailure"]["Destination"]) == f"<{queue}>"
    assert "OnSuccess" not in destination


def test_the_role_of_the_schedule_calls_the_trigger_itself_and_not_its_versions(daily: Template) -> None:
    [role] = [each for name, each in daily.of_type("AWS::IAM::Role").items() if name.startswith("ScheduleRole")]
    [trigger] = daily.of_type("AWS::Lambda::Function")
    [queue] = daily.of_type("AWS::SQS::Queue")
    assert {statement["Action"]: render(statement["Resource"]) for statement in statements(role)} == {
        "lambda:InvokeFunction": f"<{trigger}>",
        "sqs:SendMessage": f"<{queue}>",
    }
    assert render(schedule(daily)["Target"]["RoleArn"])[1:].startswith("ScheduleRole")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_on_the_days_of_a_clock_change_the_default_start_time_exists_once(context: dict[str, Any], day: str) -> None:
    """EventBridge Scheduler skips a time that does not exist; in Europe the clocks change between 01:00 and 03:00."""
    from cdk.settings.reader import read_settings

    hour, minute = map(int, read_settings(context, "prod").run_at.split(":"))
    start = datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=ZoneInfo("Europe/Berlin"))
    assert start.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo("Europe/Berlin")).timetz() == start.timetz()
    assert start.replace(fold=1).utcoffset() == start.utcoffset()
