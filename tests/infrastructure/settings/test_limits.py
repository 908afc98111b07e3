"""The limits of every setting with a number: the last value on each side is accepted, the next one is refused with key and value."""

from __future__ import annotations

import types
from typing import Any, get_args, get_origin

import pytest
from pydantic.alias_generators import to_camel

from cdk.settings.model import Settings
from cdk.settings.reader import SettingsError, read_settings

# Setting -> smallest and largest value, and one beyond each. None: without a limit on that side.
# Aurora: 0 to 256 ACU in steps of 0.5, pause after 300 to 86,400 s, backups of 1 to 35 days. AWS WAF: 10 requests in a window at least.
LIMITS: dict[str, tuple[str, str | None, str, str | None]] = {
    "forecastPollSeconds": ("60", "900", "59", "901"),
    "anomalyFalseAlarmsPerYear": ("0.001", "1", "0", "1.01"),
    "anomalyFalseDiscoveryRate": ("0.001", "1", "0", "1.01"),
    "anomalyAlertsPerDay": ("1", "50", "0", "51"),
    "badRowShareLimit": ("0", "1", "-0.01", "1.01"),
    "qualityLatenessDays": ("0", "60", "-1", "61"),
    "qualityCompleteness": ("0", "1", "-0.01", "1.01"),
    "qualityVolumeLow": ("0", "1", "-0.01", "1.01"),
    "qualityVolumeHigh": ("1", "100", "0.99", "100.01"),
    "qualityDrift": ("0.01", "10", "0", "10.01"),
    "publishedAgeLimitDays": ("2", "60", "1", "61"),
    "runsKept": ("2", "1000", "1", "1001"),
    "apiRateLimit": ("1", "10000", "0", "10001"),
    "apiBurstLimit": ("1", "5000", "0", "5001"),
    "apiClientRateLimit": ("10", "2000000", "9", "2000001"),
    "apiRunsPerHour": ("1", "1000", "0", "1001"),
    "canaryMinutes": ("0", "60", "-1", "61"),
    "monthlyBudgetUsd": ("1", None, "0", None),
    "supersededVersionDays": ("1", "3650", "0", "3651"),
    "landingDays": ("30", "36500", "29", "36501"),
    "runDays": ("30", "36500", "29", "36501"),
    "jobDays": ("7", "36500", "6", "36501"),
    "kpiDays": ("30", "36500", "29", "36501"),
    "accuracyReportDays": ("120", "36500", "119", "36501"),
    "qualityReportDays": ("30", "36500", "29", "36501"),
    "insightDays": ("30", "36500", "29", "36501"),
    "rejectedObjectDays": ("30", "36500", "29", "36501"),
    "runRecordDays": ("180", "36500", "179", "36501"),
    "anomalyEventDays": ("30", "36500", "29", "36501"),
    "auditDays": ("365", "36500", "364", "36501"),
    "workingDays": ("1", "365", "0", "366"),
    "endpointZones": ("1", "2", "0", "3"),
    "databaseMinCapacity": ("0", "4", "-0.5", "256.5"),
    "databaseMaxCapacity": ("1", "256", "0.5", "256.5"),
    "databasePauseMinutes": ("5", "1440", "4", "1441"),
    "databaseBackupDays": ("1", "35", "0", "36"),
    "glueMaxWorkers": ("2", "100", "1", "101"),
    "glueDailyDpuHours": ("0.01", None, "0", "inf"),
}
OTHER_RULES = {"logRetentionDays"}
"""Numbers with a list of values instead of limits: see test_types.py."""


def is_number(annotation: Any) -> bool:
    """Whether a setting takes a number, or a number or nothing."""
    members = get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return bool({int, float} & set(members))


def choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is not None and not isinstance(annotation, types.UnionType) else ()


NUMBERS = {to_camel(name) for name, each in Settings.model_fields.items() if is_number(each.annotation)}
SWITCHES = sorted(to_camel(name) for name, each in Settings.model_fields.items() if each.annotation is bool)
CHOICES = {
    to_camel(name): choices(each.annotation)
    for name, each in Settings.model_fields.items()
    if "Literal" in str(each.annotation) and name not in {"stage", "anomaly_backend", "acknowledge"}
}


def refusal(context: dict[str, Any], **settings: Any) -> str:
    with pytest.raises(SettingsError) as error:
        read_settings({**context, "stage": "dev", **settings})
    return str(error.value)


def test_the_limits_of_every_number_are_tested() -> None:
    assert LIMITS.keys() | OTHER_RULES == NUMBERS


@pytest.mark.parametrize("key", LIMITS)
def test_the_smallest_and_the_largest_value_are_accepted(context: dict[str, Any], key: str) -> None:
    smallest, largest, *_ = LIMITS[key]
    for text in filter(None, (smallest, largest)):
        settings = read_settings({**context, "stage": "dev", key: text}).model_dump(by_alias=True)
        assert settings[key] == float(text), text


@pytest.mark.parametrize("key", LIMITS)
def test_a_value_beyond_a_limit_is_refused_with_its_key_and_the_value(context: dict[str, Any], key: str) -> None:
    *_, too_small, too_large = LIMITS[key]
    for text in filter(None, (too_small, too_large)):
        message = refusal(context, **{key: text})
        assert f"stage dev: {key} is {text!r}: " in message
        assert any(words in message for words in ("greater than", "less than", "at least", "finite")), message


@pytest.mark.parametrize("key", LIMITS)
@pytest.mark.parametrize("text", ["nan", "many", "", "1e999"])
def test_a_number_that_is_not_finite_is_rejected(context: dict[str, Any], key: str, text: str) -> None:
    assert f"{key} is {text!r}: " in refusal(context, **{key: text})


@pytest.mark.parametrize("key", SWITCHES)
def test_a_switch_reads_true_and_false_and_refuses_other_words(context: dict[str, Any], key: str) -> None:
    requirements = {"databaseMinCapacity": "1", "acknowledge": "noReceiver,noBudget,noRunbookUrl"}  # of a proxy, and of production
    for text, value in (("true", True), ("false", False)):
        settings = read_settings({**context, **requirements, "stage": "dev", key: text}).model_dump(by_alias=True)
        assert settings[key] is value
    assert f"{key} is 'sometimes': should be a valid boolean" in refusal(context, **{key: "sometimes"})


@pytest.mark.parametrize("key", CHOICES)
def test_a_wrong_choice_is_refused_with_every_choice(context: dict[str, Any], key: str) -> None:
    assert len(CHOICES[key]) > 1
    message = refusal(context, **{key: "elsewhere"})
    assert f"{key} is 'elsewhere'" in message
    assert all(f"'{choice}'" in message for choice in CHOICES[key])


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - {"packaging"}))
def test_a_setting_in_snake_case_or_with_a_typing_error_is_refused_with_its_name(context: dict[str, Any], name: str) -> None:
    key = to_camel(name)
    for wrong in {name, f"{key}s"} - {key, "stages"}:
        assert f"{wrong} is not a setting. Did you mean {key}?" in refusal(context, **{wrong: "1"})


def test_a_key_that_resembles_no_setting_is_refused_with_the_list_of_all(context: dict[str, Any]) -> None:
    message = refusal(context, zzz="1")
    assert message.startswith("stage dev: zzz is not a setting. Settings are: ")
    assert all(to_camel(name) in message for name in Settings.model_fields)


def test_a_wrong_key_in_the_block_of_a_stage_is_refused_as_on_the_command_line(context: dict[str, Any]) -> None:
    stages = {"dev": {**context["stages"]["dev"], "databaseBackupDay": 3}}
    assert "databaseBackupDay is not a setting. Did you mean databaseBackupDays?" in refusal(context, stages=stages)


def test_the_block_of_another_stage_is_not_read(context: dict[str, Any]) -> None:
    stages = {**context["stages"], "prod": {"nonsense": True}}
    assert read_settings({**context, "stages": stages}, "dev") == read_settings(context, "dev")


@pytest.mark.parametrize(
    "origin",
    [
        "https://a.example.com,b.example.com",
        "https://a.example.com'",
        "https://a.example.com/",
        "https://a.example.com?x",
        "https://user@a",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(context: dict[str, Any], origin: str) -> None:
    """A comma would make two origins of one in the variable of the API, a quote would end the header of a gateway response."""
    assert "corsOrigins" in refusal(context, corsOrigins=[origin])


@pytest.mark.parametrize("origin", ["https://a-1.example.com", "https://a.example.com:8443", "http://localhost", "http://localhost:5173"])
def test_an_origin_is_a_host_and_perhaps_a_port(context: dict[str, Any], origin: str) -> None:
    assert read_settings({**context, "stage": "dev", "corsOrigins": [origin]}).cors_origins == (origin,)


@pytest.mark.parametrize("run_at", ["0４:30", "04:30\n", " 04:30", "04-30", "0430", "", "4:5", "-1:30"])
def test_a_start_time_with_other_characters_is_refused_with_the_format(context: dict[str, Any], run_at: str) -> None:
    assert f"runAt is {run_at!r}: write it as HH:MM, from 00:00 to 23:59." in refusal(context, runAt=run_at)


def test_a_setting_that_another_one_contradicts_names_both(context: dict[str, Any]) -> None:
    assert "databaseMinCapacity is 2, databaseMaxCapacity 1" in refusal(context, databaseMinCapacity="2", databaseMaxCapacity="1")
    assert "vpcRouteTableIds is set without vpcId" in refusal(context, vpcRouteTableIds="rtb-0a1b2c3d")


def test_the_minimum_may_equal_the_maximum(context: dict[str, Any]) -> None:
    settings = read_settings({**context, "stage": "dev", "databaseMinCapacity": "2", "databaseMaxCapacity": "2"})
    assert settings.database_min_capacity == settings.database_max_capacity == 2


def test_an_interval_of_a_second_is_for_the_local_stack_only(context: dict[str, Any]) -> None:
    assert read_settings({**context, "stage": "local", "forecastPollSeconds": "1"}).forecast_poll_seconds == 1
    assert "at least 60 on AWS" in refusal(context, forecastPollSeconds="1")
