"""Which alarm keeps which quiet: the rules of the table, and what the templates make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk.monitoring.causes import CAUSES, EVENTS, MEMORY_HOURS
from tests.infrastructure.conftest import Build, Synthesise
from tests.infrastructure.monitoring.test_alarms import alarms
from tests.infrastructure.templates import Stage, Template, render

RUNBOOKS = Path(__file__).resolve().parents[3] / "docs" / "runbooks" / "README.md"
NEEDS_ACTION = {
    "RunFailed", "RunTimedOut", "RunAborted", "DeadLetters", "DeadLettersOld", "ObjectsRejected", "ScheduleMissed",
    "UndeliveredExecutionEvents", "QuarantineHigh", "SourceLate",
}  # fmt: skip


def short(name: str) -> str:
    return re.sub(r".*[/<]Alarms|[0-9A-F]{8}>?$", "", name)


@pytest.fixture(scope="module")
def complete_stage(synthesise: Synthesise) -> Stage:
    """A stage with every alarm that a stage can have."""
    return synthesise("prod", databaseProxy="true")["prod"]


@pytest.fixture(scope="module")
def by_name(complete_stage: Stage) -> dict[str, dict[str, Any]]:
    every = {**complete_stage.of_type("AWS::CloudWatch::Alarm"), **complete_stage.of_type("AWS::CloudWatch::CompositeAlarm")}
    return {short(name): each["Properties"] for name, each in every.items()}


def walk(name: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every chain of causes that begins with an alarm."""
    assert name not in path, f"{' <- '.join((*path, name))} is a circle"
    yield (*path, name)
    for cause in CAUSES.get(name, ()):
        yield from walk(cause, (*path, name))


def test_causes_and_consequences_are_alarms(complete_stage: Stage) -> None:
    names = {short(name) for name in alarms(complete_stage)}
    assert {cause for causes in CAUSES.values() for cause in causes} <= names
    assert {name for name in CAUSES if name not in names} <= {"MigratorFunctionErrors"}  # failing, it fails the deploy


def test_no_alarm_is_its_own_cause() -> None:
    assert max(len(path) for name in CAUSES for path in walk(name)) <= 3


def test_a_page_is_kept_quiet_by_pages_only(by_name: dict[str, dict[str, Any]]) -> None:
    for name, causes in CAUSES.items():
        if "[page]" in by_name.get(name, {}).get("AlarmDescription", ""):
            assert all("[page]" in by_name[cause]["AlarmDescription"] for cause in causes), name


def test_an_alarm_that_needs_an_action_of_its_own_is_never_quiet() -> None:
    assert not NEEDS_ACTION & CAUSES.keys()


def test_every_consequence_is_suppressed_by_exactly_its_causes(complete_stage: Stage, by_name: dict[str, dict[str, Any]]) -> None:
    composites = complete_stage.of_type("AWS::CloudWatch::CompositeAlarm")
    suppressors = {
        short(name): short(render(each["Properties"]["ActionsSuppressor"]))
        for name, each in composites.items()
        if "ActionsSuppressor" in each["Properties"]
    }
    assert suppressors.keys() == CAUSES.keys() - {"MigratorFunctionErrors"}
    for name, suppressor in suppressors.items():
        causes = set(CAUSES[name])
        if len(causes) == 1:
            assert {suppressor} == causes
            continue
        rule = render(by_name[suppressor]["AlarmRule"])
        assert " AND " not in rule
        assert {short(each).removesuffix("Memory") for each in re.findall(r"ALARM\(\"(<\w+>)\"\)", rule)} == causes, name


def test_only_production_and_the_local_stack_pay_for_suppression(stages: dict[str, Stage]) -> None:
    def has_suppression(stage: Stage) -> bool:
        return any("ActionsSuppressor" in each["Properties"] for each in stage.of_type("AWS::CloudWatch::CompositeAlarm").values())

    assert {name: has_suppression(stage) for name, stage in stages.items()} == {"dev": False, "prod": True, "local": True}


def test_suppressors_send_no_notification(by_name: dict[str, dict[str, Any]]) -> None:
    own = {name: each for name, each in by_name.items() if name.endswith(("Causes", "Memory"))}
    assert len(own) >= 6
    assert not [name for name, each in own.items() if "AlarmActions" in each or "OKActions" in each]


@pytest.mark.parametrize("name", EVENTS)
def test_a_run_that_failed_is_remembered_until_the_next_one(by_name: dict[str, dict[str, Any]], name: str) -> None:
    memory, heartbeat = by_name[f"{name}Memory"], by_name["NoPublishedRunCondition"]
    assert memory["MetricName"] == by_name[name]["MetricName"]
    assert (memory["DatapointsToAlarm"], memory["EvaluationPeriods"], memory["Period"]) == (1, MEMORY_HOURS, 3600)
    assert memory["Period"] * memory["EvaluationPeriods"] == heartbeat["Period"] * heartbeat["EvaluationPeriods"]


def test_a_consequence_waits_for_its_cause_and_stays_quiet_until_the_failure_left_its_window(by_name: dict[str, dict[str, Any]]) -> None:
    periods = {
        name: (each["ActionsSuppressorWaitPeriod"], each["ActionsSuppressorExtensionPeriod"])
        for name, each in by_name.items()
        if "ActionsSuppressor" in each
    }
    assert {wait for wait, _ in periods.values()} == {120}
    assert (periods["ApiErrorsFast"][1], periods["ApiErrorsSlow"][1]) == (300, 1800)  # the short windows
    assert (periods["ApiFunctionErrors"][1], periods["CanaryFailed"][1]) == (900, 2700)  # three periods
    assert periods["NoPublishedRun"][1] == 3600  # not another 26 hours


def test_every_alarm_is_on_the_technical_dashboard_quiet_or_not(stage: Stage) -> None:
    [board] = [
        render(each["Properties"]["DashboardBody"])
        for each in stage.of_type("AWS::CloudWatch::Dashboard").values()
        if each["Properties"]["DashboardName"].endswith("-Technical")
    ]
    assert not [name for name in alarms(stage) if f"<{name.split('/')[1]}>" not in board]


def test_the_table_of_the_runbooks_is_that_of_the_code() -> None:
    section = RUNBOOKS.read_text("utf-8").split("| is quiet while one of these is on |")[1].split("\n\n")[0]
    rows = dict(re.findall(r"^\| (\S+)[^|]* \| ([\w, ]+) \|$", section, re.MULTILINE))
    functions = {name for name in CAUSES if name.endswith("FunctionErrors")}
    assert {name: tuple(causes.split(", ")) for name, causes in rows.items() if "*" not in name} == {
        name: causes for name, causes in CAUSES.items() if name not in functions
    }
    assert {CAUSES[name] for name in functions} == {(rows["*FUNCTION*FunctionErrors"],)}


def test_a_cause_that_a_stage_lacks_suppresses_nothing(build: Build) -> None:
    def add_alarm(stack: Any, settings: Any) -> None:
        from aws_cdk.aws_cloudwatch import Metric
        from aws_cdk.aws_sns import Topic

        from cdk.monitoring.alarms import Alarms, Condition, Severity, page

        metric = Metric(namespace="Test", metric_name="Errors")
        topics = {Severity.PAGE: Topic(stack, "Topic")}
        Alarms(stack, "Alarms", settings, topics).add(page("CanaryFailed", "canary-failed", "It failed.", Condition(metric, 1)))

    template: Template = build(add_alarm)
    assert template.of_type("AWS::CloudWatch::CompositeAlarm") == {}
