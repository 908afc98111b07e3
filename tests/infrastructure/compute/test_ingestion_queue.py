"""From an object that landed to its function."""

from __future__ import annotations

import pytest

from runtime.services.ingestion.ingestion import MAX_BYTES
from tests.infrastructure.templates import Resource, Stage, render

pytestmark = pytest.mark.synth
SLOWEST_BYTES_PER_S = 3_000_000  # two thirds of what was measured (docs/adr/0012)


def queues(stage: Stage) -> tuple[Resource, Resource]:
    both = {name: queue for name, queue in stage.of_type("AWS::SQS::Queue").items() if "/Ingestion" in name}
    [queue] = [q for q in both.values() if "RedrivePolicy" in q["Properties"]]
    [dead_letters] = [q for q in both.values() if "RedrivePolicy" not in q["Properties"]]
    return queue, dead_letters


def landing_rule(stage: Stage) -> Resource:
    [rule] = stage.templates["Processing"].of_type("AWS::Events::Rule").values()
    return rule


def test_only_objects_below_landing_are_routed(stage: Stage) -> None:
    pattern = landing_rule(stage)["Properties"]["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"]["object"]["key"] == [{"prefix": "landing/"}]
    assert "LakeBucket" in render(pattern["detail"]["bucket"]["name"][0])


def test_an_event_that_cannot_be_queued_is_kept(stage: Stage) -> None:
    [target] = landing_rule(stage)["Properties"]["Targets"]
    assert "DeadLetterConfig" in target


def test_a_message_that_fails_five_times_is_retained_for_two_weeks(stage: Stage) -> None:
    queue, dead_letters = queues(stage)
    assert queue["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5
    assert dead_letters["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def data_processor(stage: Stage) -> Resource:
    [function] = [f for f in stage.platform_functions().values() if "data_processor" in f["Properties"]["Handler"]]
    return function


def test_a_message_whose_function_was_never_started_is_hidden_for_little_more_than_the_functions_timeout(stage: Stage) -> None:
    """Lambda refuses less. The function itself hides its message for two minutes at a time."""
    queue, _ = queues(stage)
    timeout = data_processor(stage)["Properties"]["Timeout"]
    assert timeout < queue["Properties"]["VisibilityTimeout"] <= 1.1 * timeout


def test_the_function_can_change_the_visibility_of_its_queue_and_reaches_sqs(stage: Stage) -> None:
    properties = data_processor(stage)["Properties"]
    queue_name = next(name for name, queue in stage.of_type("AWS::SQS::Queue").items() if queue == queues(stage)[0]).rpartition("/")[2]
    assert queue_name in render(properties["Environment"]["Variables"]["LANDING_QUEUE_URL"])
    statements = [s for policy in stage.of_type("AWS::IAM::Policy").values() for s in policy["Properties"]["PolicyDocument"]["Statement"]]
    [statement] = [s for s in statements if "sqs:ChangeMessageVisibility" in s["Action"]]
    assert queue_name in render(statement["Resource"])


def test_the_largest_object_that_is_not_rejected_can_be_received(stage: Stage) -> None:
    """In time, and with room for the object and its staged copy; else it would end among the dead letters, without a status."""
    properties = data_processor(stage)["Properties"]
    assert properties["Timeout"] >= MAX_BYTES / SLOWEST_BYTES_PER_S
    assert properties["EphemeralStorage"]["Size"] * 1024**2 >= 2.5 * MAX_BYTES


def test_one_bad_object_fails_alone_even_when_it_ends_the_function(stage: Stage) -> None:
    [mapping] = stage.of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"]["BatchSize"] == 1
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"] <= 10
