"""From an object that landed to its function."""

from __future__ import annotations

import pytest

from tests.infrastructure.templates import Resource, Stage, rendered

pytestmark = pytest.mark.synth


def queues(stage: Stage) -> tuple[Resource, Resource]:
    both = {name: queue for name, queue in stage.of_type("AWS::SQS::Queue").items() if "/Ingestion" in name}
    [queue] = [q for q in both.values() if "RedrivePolicy" in q["Properties"]]
    [dead_letters] = [q for q in both.values() if "RedrivePolicy" not in q["Properties"]]
    return queue, dead_letters


def test_only_objects_below_landing_are_routed(stage: Stage) -> None:
    [rule] = stage.of_type("AWS::Events::Rule").values()
    pattern = rule["Properties"]["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"]["object"]["key"] == [{"prefix": "landing/"}]
    assert "LakeBucket" in rendered(pattern["detail"]["bucket"]["name"][0])


def test_an_event_that_cannot_be_queued_is_kept(stage: Stage) -> None:
    [rule] = stage.of_type("AWS::Events::Rule").values()
    [target] = rule["Properties"]["Targets"]
    assert "DeadLetterConfig" in target


def test_what_fails_five_times_waits_two_weeks(stage: Stage) -> None:
    queue, dead_letters = queues(stage)
    assert queue["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5
    assert dead_letters["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_a_message_stays_hidden_for_six_times_the_functions_timeout(stage: Stage) -> None:
    queue, _ = queues(stage)
    [receiver] = [f for f in stage.our_functions().values() if "data_processor" in f["Properties"]["Handler"]]
    assert queue["Properties"]["VisibilityTimeout"] == 6 * receiver["Properties"]["Timeout"]


def test_one_bad_message_does_not_fail_its_batch(stage: Stage) -> None:
    [mapping] = stage.of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"] <= 10
