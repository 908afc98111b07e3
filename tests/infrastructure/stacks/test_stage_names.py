"""A stage of any name: its templates are those of the stage that it extends, and every name in them is legal."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage

LONGEST = "prod-eu-central-10"
PHYSICAL_NAMES = {
    # Resource type, property, legal names (from the reference of each service).
    ("AWS::ApiGateway::Stage", "StageName"): r"[A-Za-z0-9_-]{1,128}",
    ("AWS::ApiGateway::RestApi", "Name"): r".{1,255}",
    ("AWS::Athena::WorkGroup", "Name"): r"[a-zA-Z0-9._-]{1,128}",
    ("AWS::Forecast::Dataset", "DatasetName"): r"[a-zA-Z][a-zA-Z0-9_]{0,62}",
    ("AWS::Forecast::DatasetGroup", "DatasetGroupName"): r"[a-zA-Z][a-zA-Z0-9_]{0,62}",
    ("AWS::CloudWatch::Dashboard", "DashboardName"): r"[a-zA-Z0-9_-]{1,255}",
    ("AWS::Logs::LogGroup", "LogGroupName"): r"[.\-_/#A-Za-z0-9<>]{1,512}",
}


@pytest.fixture(scope="module")
def long_stage(synthesise: Synthesise) -> Stage:
    return synthesise(LONGEST, extends="prod", forecastBackend="amazon_forecast")[LONGEST]


def render_name(value: Any) -> str:
    """The name with references as `<Ref>`; those that CloudFormation generates are legal by themselves."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "<Ref>" for part in value["Fn::Join"][1]) if "Fn::Join" in value else "<Ref>"


def test_every_name_that_the_templates_state_is_legal_for_the_longest_stage(long_stage: Stage) -> None:
    names = []
    for (kind, key), pattern in PHYSICAL_NAMES.items():
        for name, resource in long_stage.of_type(kind).items():
            if (value := resource["Properties"].get(key)) is not None:
                assert re.fullmatch(pattern, render_name(value)), f"{name}: {value}"
                names.append(name)
    assert len(names) > 6


def test_the_domain_of_the_user_pool_is_short_enough_with_an_account_number(long_stage: Stage) -> None:
    [domain] = long_stage.of_type("AWS::Cognito::UserPoolDomain").values()
    prefix = render_name(domain["Properties"]["Domain"]).replace("<Ref>", "123456789012")
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", prefix)


def test_the_database_of_the_catalog_can_be_typed_without_quotes(long_stage: Stage) -> None:
    [database] = long_stage.of_type("AWS::Glue::Database").values()
    assert re.fullmatch(r"[a-z][a-z0-9_]*", database["Properties"]["DatabaseInput"]["Name"])


def test_names_of_runs_in_amazon_forecast_are_short_enough_and_no_other_stage_may_touch_them(long_stage: Stage) -> None:
    text = json.dumps([template.document for template in long_stage.templates.values()])
    [prefix] = set(re.findall(r"forecast-export-job/(signify_\w+_)\*", text))
    assert len(f"{prefix}{'0' * 32}_999") <= 63
    assert not prefix.startswith("signify_prod_")  # the pattern of stage prod


def test_a_stage_that_extends_prod_differs_from_it_by_its_name_only(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    extending_stage = synthesise("prodx", extends="prod")["prodx"]

    def documents(stage: Stage) -> str:
        text = json.dumps({name: template.document for name, template in stage.templates.items()}, sort_keys=True)
        # Hashes of the name: logical ids of log groups with a name, and of deployments.
        return re.sub(r"[0-9A-Fa-f]{8,}", "", text.replace("prodx", "prod"))

    assert documents(extending_stage) == documents(stages["prod"])
