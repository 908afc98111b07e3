"""The types of settings: what each accepts, and the limits of AWS behind them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk.common.log_group import RETENTION
from cdk.settings.model import SECTIONS, Settings
from cdk.settings.reader import SettingsError, is_setting, read_settings
from cdk.settings.types import LOG_RETENTION_DAYS, MAX_TAGS

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("days", LOG_RETENTION_DAYS)
def test_every_retention_of_cloudwatch_is_a_setting_and_has_a_constant_of_the_cdk(context: dict[str, Any], days: int) -> None:
    assert read_settings({**context, "logRetentionDays": str(days)}, "dev").log_retention_days == days
    assert days in RETENTION


def test_no_constant_of_the_cdk_lacks_a_setting() -> None:
    assert RETENTION.keys() == set(LOG_RETENTION_DAYS)


@pytest.mark.parametrize("text", ["0 EUR", "1.85", "1.85 Euro", "-2 EUR", "EUR 2", "1,85 EUR"])
def test_a_cost_that_is_no_amount_and_currency_says_how_to_write_it(context: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=r"such as 1\.85 EUR"):
        read_settings({**context, "costBaseline": text}, "dev")
    assert read_settings({**context, "costBaseline": "1.85 EUR"}, "dev").cost_baseline == "1.85 EUR"


@pytest.mark.parametrize("number", [0, 1, MAX_TAGS])
def test_up_to_45_tags_are_accepted(context: dict[str, Any], number: int) -> None:
    tags = {f"tag-{index}": "x" for index in range(number)}
    assert read_settings({**context, "tags": json.dumps(tags)}, "dev").tags == tags


def test_the_46th_tag_is_refused(context: dict[str, Any]) -> None:
    tags = {f"tag-{index}": "x" for index in range(MAX_TAGS + 1)}
    with pytest.raises(SettingsError, match="at most 45 tags are allowed"):
        read_settings({**context, "tags": json.dumps(tags)}, "dev")


@pytest.mark.parametrize("key", ["k" * 129, "", "signify:stage", "aws:cloudformation", "a;b"])
def test_a_tag_key_that_aws_refuses_is_refused(context: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingsError, match="is not a valid tag key"):
        read_settings({**context, "tags": json.dumps({key: "x"})}, "dev")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_iana_time_zones_are_accepted(context: dict[str, Any], zone: str) -> None:
    assert read_settings({**context, "scheduleTimeZone": zone}, "dev").schedule_time_zone == zone


@pytest.mark.parametrize("zone", ["CEST", "Berlin", "", "+01:00"])
def test_other_time_zones_are_refused_with_an_example(context: dict[str, Any], zone: str) -> None:
    with pytest.raises(SettingsError, match=r"IANA time zone database, such as \w+"):
        read_settings({**context, "scheduleTimeZone": zone}, "dev")


@pytest.mark.parametrize("key", ["stage", "stages", "@aws-cdk/core:newStyle", "aws:cdk:x", "hosted-zone:account=1"])
def test_other_keys_of_the_context_are_not_settings(key: str) -> None:
    assert not is_setting(key)


def test_sections_of_the_documentation_begin_at_settings() -> None:
    assert SECTIONS.keys() <= Settings.model_fields.keys()
    assert next(iter(SECTIONS)) == next(iter(Settings.model_fields))


@pytest.mark.parametrize("stage", ["dev", "prod", "local"])
def test_every_stage_of_cdk_json_is_valid(stage: str) -> None:
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    of_the_owner = {"alarmEmail": "on-call@example.com", "monthlyBudgetUsd": 500, "runbookUrl": "https://example.com/runbooks/"}
    assert read_settings({**context, **of_the_owner}, stage).stage == stage


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_description_is_a_sentence_that_names_no_code(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None
    assert description.endswith(".")
    assert "settings." not in description
