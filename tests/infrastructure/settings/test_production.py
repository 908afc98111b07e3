"""What a production stage must have, and how it goes without."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.settings.reader import SettingsError, read_settings

COMPLETE = {
    "alarmEmail": "on-call@example.com",
    "monthlyBudgetUsd": "500",
    "runbookUrl": "https://git.example.com/signify/docs/runbooks/",
}
GAPS = {"alarmEmail": "noReceiver", "monthlyBudgetUsd": "noBudget", "runbookUrl": "noRunbookUrl"}


def read_dev(context: dict[str, Any], **settings: Any) -> None:
    read_settings({**context, **settings}, "dev")


@pytest.mark.parametrize("setting", COMPLETE)
def test_a_production_stage_without_one_of_them_is_an_error_that_names_setting_value_and_fix(context: dict[str, Any], setting: str) -> None:
    settings = {key: value for key, value in COMPLETE.items() if key != setting}
    with pytest.raises(SettingsError) as error:
        read_dev(context, production="true", **settings)
    [line] = str(error.value).splitlines()
    assert line.startswith(f"stage dev: {setting} is ")
    assert f"acknowledge={GAPS[setting]}" in line
    assert "set it to" in line


@pytest.mark.parametrize("setting", COMPLETE)
def test_it_may_go_without_what_is_acknowledged(context: dict[str, Any], setting: str) -> None:
    settings = {key: value for key, value in COMPLETE.items() if key != setting}
    read_dev(context, production="true", acknowledge=GAPS[setting], **settings)
    with pytest.raises(SettingsError, match=f"{setting} is "):
        read_dev(context, production="true", acknowledge=[gap for gap in GAPS.values() if gap != GAPS[setting]], **settings)


def test_each_gap_has_a_line_of_its_own(context: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as error:
        read_dev(context, production="true")
    assert [line.split()[:3] for line in str(error.value).splitlines()] == [["stage", "dev:", setting] for setting in GAPS]


def test_a_stage_that_is_protected_from_deletion_counts_as_production(context: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="alarmEmail is none"):
        read_dev(context, terminationProtection="true")


def test_the_stage_prod_of_the_repository_is_production(context: dict[str, Any]) -> None:
    stages = {name: {k: v for k, v in block.items() if k != "acknowledge"} for name, block in context["stages"].items()}
    with pytest.raises(SettingsError, match="stage prod: alarmEmail is none"):
        read_settings({**context, "stages": stages}, "prod")
    read_settings({**context, "stages": stages, **COMPLETE}, "prod")


@pytest.mark.parametrize("stage", ["dev", "local"])
def test_other_stages_need_none_of_them(context: dict[str, Any], stage: str) -> None:
    assert not read_settings(context, stage).is_production


def test_the_local_stack_is_never_production(context: dict[str, Any]) -> None:
    assert not read_settings({**context, "production": "true"}, "local").is_production


def test_an_unknown_acknowledgement_is_an_error_that_lists_the_valid_ones(context: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="acknowledge is 'noAlarm': should be 'noReceiver', 'noBudget' or 'noRunbookUrl'"):
        read_dev(context, acknowledge="noAlarm")
