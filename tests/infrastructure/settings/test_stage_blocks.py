"""Stages in cdk.json: a block may extend another one, and names the account and region to which its deploys go."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.settings.model import Settings
from cdk.settings.reader import SettingsError, read_settings
from cdk.settings.target import require_target

PLACE = {"account": "123456789012", "region": "eu-central-1"}


def read(context: dict[str, Any], stage: str, **blocks: dict[str, Any]) -> Settings:
    return read_settings({**context, "stages": {**context["stages"], **blocks}}, stage)


def refusal(context: dict[str, Any], stage: str, **blocks: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as error:
        read(context, stage, **blocks)
    return str(error.value)


def test_a_stage_that_extends_another_has_all_its_settings_but_its_name_and_place(context: dict[str, Any]) -> None:
    staging = read(context, "staging", staging={"extends": "prod", **PLACE})
    prod = read_settings(context, "prod")
    assert staging == prod.model_copy(update={"stage": "staging", **PLACE})


def test_what_a_block_states_replaces_what_it_inherits(context: dict[str, Any]) -> None:
    staging = read(context, "staging", staging={"extends": "prod", "databaseMaxCapacity": 4})
    assert (staging.database_max_capacity, staging.database_backup_days) == (4, 35)


def test_a_stage_inherits_through_another_one(context: dict[str, Any]) -> None:
    blocks = {"base": {"extends": "prod", "runsKept": 7}, "prod-eu": {"extends": "base", "logRetentionDays": 30}}
    settings = read(context, "prod-eu", **blocks)
    assert (settings.runs_kept, settings.log_retention_days, settings.glue_max_workers) == (7, 30, 10)


def test_account_and_region_are_never_inherited(context: dict[str, Any]) -> None:
    blocks = {"base": {"extends": "prod", **PLACE}, "prod-eu": {"extends": "base"}}
    settings = read(context, "prod-eu", **blocks)
    assert (settings.account, settings.region) == (None, None)


def test_a_stage_may_state_everything_itself(context: dict[str, Any]) -> None:
    assert read(context, "tiny", tiny={"databaseMaxCapacity": 1}).database_max_capacity == 1


def test_a_parent_that_does_not_exist_is_named_with_the_stages(context: dict[str, Any]) -> None:
    message = refusal(context, "staging", staging={"extends": "prd"})
    assert message == "stage staging: extends is 'prd', which is not in cdk.json; the stages are dev, prod, local and staging"


def test_stages_that_extend_each_other_are_named_in_their_order(context: dict[str, Any]) -> None:
    assert "in a circle: a -> b -> a" in refusal(context, "a", a={"extends": "b"}, b={"extends": "a"})


def test_a_block_with_an_illegal_name_is_refused_with_how_to_write_it(context: dict[str, Any]) -> None:
    assert "stage is 'Prod_EU': write it in lower-case letters" in refusal(context, "Prod_EU", Prod_EU={"extends": "prod"})


def test_an_account_that_is_a_number_is_refused_since_it_would_lose_its_zeros(context: dict[str, Any]) -> None:
    assert "account is 123456789012: should be a valid string" in refusal(context, "x", x={"account": 123456789012})


def test_a_synth_for_another_account_or_region_is_refused_with_both_named(context: dict[str, Any]) -> None:
    settings = read(context, "staging", staging={"extends": "prod", **PLACE})
    require_target(settings, {"CDK_DEFAULT_ACCOUNT": "123456789012", "CDK_DEFAULT_REGION": "eu-central-1"})
    require_target(settings, {})  # without credentials nothing can be deployed
    with pytest.raises(SettingsError, match="belongs to account 123456789012, but the credentials are of account 210987654321"):
        require_target(settings, {"CDK_DEFAULT_ACCOUNT": "210987654321", "CDK_DEFAULT_REGION": "eu-central-1"})
    with pytest.raises(SettingsError, match="belongs to region eu-central-1, but the CDK would use region us-east-1"):
        require_target(settings, {"CDK_DEFAULT_ACCOUNT": "123456789012", "CDK_DEFAULT_REGION": "us-east-1"})
