"""What all constructs share: log groups, dead-letter queues, metrics, suppressed findings and the logs of helper functions."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.common.dead_letter_queue import create_dead_letter_queue
from cdk.common.helper_logs import add_helper_log_groups
from cdk.common.log_group import create_log_group
from cdk.common.metrics import platform_metric
from cdk.settings.model import Settings
from cdk.settings.types import LOG_RETENTION_DAYS
from cdk.storage.lake import Lake
from contracts.metrics import ACCESS_LOG, PlatformMetric
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import as_list, render, statements


def add_log_group(stack: Any, settings: Settings) -> None:
    create_log_group(stack, "Logs", settings)


@pytest.mark.parametrize("days", LOG_RETENTION_DAYS)
def test_a_log_group_is_kept_for_exactly_the_days_of_the_settings(build: Build, days: int) -> None:
    assert build(add_log_group, logRetentionDays=str(days)).only("AWS::Logs::LogGroup") == {"RetentionInDays": days}


def test_a_log_group_is_deleted_with_its_stack_even_if_data_is_kept(build: Build) -> None:
    [group] = build(add_log_group, keepData="true").of_type("AWS::Logs::LogGroup").values()
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_a_dead_letter_queue_keeps_messages_for_14_days_encrypted_and_has_none_of_its_own(build: Build) -> None:
    """14 days are the maximum of SQS, and no dead-letter queue may expire a message before the queue in front of it."""
    template = build(lambda stack, _: create_dead_letter_queue(stack, "DeadLetters", "A reason."))
    assert template.only("AWS::SQS::Queue") == {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}
    [policy] = template.of_type("AWS::SQS::QueuePolicy").values()
    assert [(each["Effect"], each["Condition"]) for each in statements(policy)] == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]


@pytest.mark.parametrize("metric", PlatformMetric)
def test_a_platform_metric_is_read_by_the_dimensions_under_which_it_is_emitted(context: dict[str, Any], metric: PlatformMetric) -> None:
    from cdk.settings.reader import read_settings

    reading = platform_metric(read_settings(context, "prod"), metric, "Sum")
    dimensions = dict(reading.dimensions or {})
    assert dimensions == ({"stage": "prod"} if metric.emitted_by == ACCESS_LOG else {"service": metric.emitted_by, "stage": "prod"})
    assert (reading.namespace, reading.metric_name, reading.period.to_seconds()) == ("Signify", metric.value, 300)


def add_helper(stack: Any, settings: Settings) -> None:
    """A bucket that a helper function of the CDK empties before it is deleted."""
    Lake(stack, "Lake", settings)
    add_helper_log_groups(stack, settings)


def test_a_helper_function_of_the_cdk_logs_to_one_group_of_the_stack_and_may_use_no_other(build: Build) -> None:
    template = build(add_helper, keepData="false", logRetentionDays="7")
    [function] = template.of_type("AWS::Lambda::Function").values()
    [(group, properties)] = template.of_type("AWS::Logs::LogGroup").items()
    assert render(function["Properties"]["LoggingConfig"]["LogGroup"]) == f"<{group}>"
    assert properties["Properties"]["RetentionInDays"] == 7
    [role] = template.of_type("AWS::IAM::Role").values()
    assert not role["Properties"].get("ManagedPolicyArns")
    log_statements = [each for each in statements(role) if any(action.startswith("logs:") for action in as_list(each["Action"]))]
    assert [(set(each["Action"]), render(each["Resource"])) for each in log_statements] == [
        ({"logs:CreateLogStream", "logs:PutLogEvents"}, f"<{group}>")
    ]


def test_a_stack_without_helper_functions_gets_no_log_group(build: Build) -> None:
    assert build(add_helper, keepData="true").of_type("AWS::Logs::LogGroup") == {}
