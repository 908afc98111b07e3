"""The nightly deletion of old rows, by its template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.retention import RetentionKind
from runtime.settings import RetentionEnvironment
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage

pytestmark = pytest.mark.synth


def read_days(stage: Stage) -> dict[str, int | None]:
    [function] = [
        each for each in stage.platform_functions().values() if each["Properties"]["Handler"] == "runtime.functions.data_retention.handler"
    ]
    days: dict[str, int | None] = json.loads(function["Properties"]["Environment"]["Variables"]["RETENTION_DAYS"])
    return days


def schedule(stage: Stage) -> dict[str, Any]:
    [only] = [each for name, each in stage.of_type("AWS::Scheduler::Schedule").items() if "Nightly" in name]
    properties: dict[str, Any] = only["Properties"]
    return properties


def test_the_function_gets_the_days_of_every_kind_as_the_runtime_reads_them(stage: Stage) -> None:
    days = read_days(stage)
    assert days.keys() == {str(kind) for kind in RetentionKind}
    environment = RetentionEnvironment(stage="test", database_host="", database_user="", retention_days=days)
    assert environment.retention_days[RetentionKind.JOBS] == days["jobs"]


def test_settings_change_the_days_and_duplicates_stay_as_long_as_their_files(synthesise: Synthesise, stage: Stage) -> None:
    assert read_days(stage)["duplicate_objects"] is None
    longer = read_days(synthesise("dev", jobDays="30", landingDays="900")["dev"])
    assert (longer["jobs"], longer["duplicate_objects"]) == (30, 900)


def test_it_runs_every_night_in_the_time_zone_of_the_schedule(synthesise: Synthesise, stage: Stage) -> None:
    assert schedule(stage)["ScheduleExpression"] == "cron(40 1 * * ? *)"
    assert schedule(stage).get("State", "ENABLED") == "ENABLED"
    berlin = synthesise("dev", scheduleTimeZone="Europe/Berlin")["dev"]
    assert schedule(berlin)["ScheduleExpressionTimezone"] == "Europe/Berlin"
