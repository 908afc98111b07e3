"""Alarms, by their template."""

from __future__ import annotations

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, rendered

pytestmark = pytest.mark.synth


def test_every_alarm_tells_the_topic_of_alarms_and_says_what_it_means(stage: Stage) -> None:
    alarms = stage.of_type("AWS::CloudWatch::Alarm")
    assert len(alarms) >= 20
    for name, alarm in alarms.items():
        properties = alarm["Properties"]
        assert [rendered(action) for action in properties["AlarmActions"]] == [rendered(action) for action in properties["OKActions"]], name
        assert "Alarms" in rendered(properties["AlarmActions"][0]), name
        assert properties["AlarmDescription"].endswith("."), name
        assert properties["TreatMissingData"] == "notBreaching", name


def test_every_function_is_watched(stage: Stage) -> None:
    watched = [name for name in stage.of_type("AWS::CloudWatch::Alarm") if "FunctionErrors" in name]
    assert len(watched) == len(stage.our_functions()) - 1  # a failing migrator fails the deploy


def test_alarms_need_no_metric_math(stage: Stage) -> None:
    assert all("MetricName" in alarm["Properties"] for alarm in stage.of_type("AWS::CloudWatch::Alarm").values())


def test_an_address_is_told_of_failures_and_alarms(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    assert not stages["dev"].of_type("AWS::SNS::Subscription")
    subscriptions = synthesise("dev", alarmEmail="on-call@example.com")["dev"].of_type("AWS::SNS::Subscription").values()
    assert {s["Properties"]["Endpoint"] for s in subscriptions} == {"on-call@example.com"}
    assert len(subscriptions) == 2
