"""Alarm thresholds that follow the settings, and the conditions of each severity."""

from __future__ import annotations

import re

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.monitoring.test_alarms import alarm, alarms
from tests.infrastructure.templates import Stage

PAGES = {
    "NoPublishedRun", "RunFailed", "RunTimedOut", "RunAborted", "DeadLettersOld", "AuthenticationFailures",
    "ApiErrorsFast", "ApiErrorsSlow", "CanaryFailed", "DatabaseAtMaximum", "DatabaseUnavailable",
}  # fmt: skip


def test_exactly_these_alarms_page(stages: dict[str, Stage]) -> None:
    paging = [name for name, each in alarms(stages["prod"]).items() if "[page]" in each["Properties"]["AlarmDescription"]]
    assert {re.sub(r".*/Alarms|[0-9A-F]{8}$", "", name) for name in paging} == PAGES


@pytest.mark.parametrize(
    ("setting", "value", "alarm_name", "threshold"),
    [
        ("glueDailyDpuHours", "7.5", "GlueOverBudget", 7.5),
        ("publishedAgeLimitDays", "5", "PublishedDataOld", 5),
        ("badRowShareLimit", "0.2", "QuarantineHigh", 0.2),
        ("databaseMaxCapacity", "8", "DatabaseAtMaximum", 8),
    ],
)
def test_a_threshold_follows_its_setting(synthesise: Synthesise, setting: str, value: str, alarm_name: str, threshold: float) -> None:
    stage = synthesise("dev", **{setting: value})["dev"]
    assert alarm(stage, alarm_name)["Threshold"] == threshold


def test_the_canary_alarm_uses_the_interval_of_the_canary(synthesise: Synthesise) -> None:
    stage = synthesise("dev", canaryMinutes="5")["dev"]
    properties = alarm(stage, "CanaryFailed")
    assert (properties["Period"], properties["Threshold"], properties["ComparisonOperator"]) == (300, 1, "LessThanThreshold")


def test_no_two_alarms_have_the_same_description(stage: Stage) -> None:
    descriptions = [each["Properties"]["AlarmDescription"] for each in alarms(stage).values()]
    assert len(set(descriptions)) == len(descriptions)


def test_alarms_on_counts_fire_on_the_first_event(stage: Stage) -> None:
    for name in (
        "RunFailed",
        "RunUnmeasured",
        "RunTimedOut",
        "RunAborted",
        "DeadLetters",
        "ScheduleMissed",
        "UndeliveredExecutionEvents",
        "ObjectsRejected",
    ):
        properties = alarm(stage, name)
        assert (properties["Threshold"], properties["EvaluationPeriods"]) == (1, 1), name
        assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold", name
