"""Deleting a stage needs two confirmations: in the settings, and on the command line."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from cdk.settings.model import Settings
from cdk.settings.reader import read_settings
from cli import stage_settings, stages
from cli.app import app
from cli.console import CliError

ACCOUNT = "123456789012"


@pytest.fixture
def cdk_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of each call of the CDK CLI."""
    calls: list[list[str]] = []
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("local.cdk_cli.run_on_aws", lambda arguments, on_line, region: calls.append(list(arguments)))
    monkeypatch.setattr(stages, "require_credentials", lambda region: ACCOUNT)
    return calls


def settings_are(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    settings = {"account": ACCOUNT, "region": "eu-central-1", **values}
    monkeypatch.setattr(stages, "read_stage", lambda stage: Settings.model_validate({"stage": stage, **settings}))


def destroy(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, ["destroy", *arguments]).exception


def test_nothing_is_deleted_without_the_stages_name_as_confirmation(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings_are(monkeypatch, keepData=False)
    for option in ((), ("--confirm", "prod"), ("--confirm", "")):
        assert "refused: add `--confirm dev` to delete stage dev" in str(destroy("--stage", "dev", *option))
    assert cdk_calls == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"keepData": True}, "protected by keepData=true"),
        (
            {"keepData": False, "terminationProtection": True, "acknowledge": ["noReceiver", "noBudget", "noRunbookUrl"]},
            "protected by terminationProtection=true",
        ),
        ({"keepData": False, "databaseDeletionProtection": True}, "protected by databaseDeletionProtection=true"),
    ],
)
def test_nothing_is_deleted_while_a_setting_protects_the_data(
    cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, values: dict[str, bool], message: str
) -> None:
    settings_are(monkeypatch, **values)
    error = destroy("--stage", "dev", "--confirm", "dev")
    assert isinstance(error, CliError)
    assert message in str(error)
    assert "--leave-data" in str(error)
    assert cdk_calls == []


def test_both_confirmations_delete_the_whole_stage(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings_are(monkeypatch, keepData=False)
    assert destroy("--stage", "dev", "--confirm", "dev") is None
    assert cdk_calls == [["destroy", "--all", "--force", "--context", "stage=dev"]]


class Account:
    """CloudFormation of an account with two stages."""

    def client(self, _service: str) -> Account:
        return self

    def get_paginator(self, _operation: str) -> Account:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        names = ("dev-Lake", "dev-Database", "dev-Processing", "dev-Api", "prod-Api", "dev-eu-Api")
        return [{"Stacks": [{"StackName": f"Signify-{name}"} for name in names]}]


def test_the_stacks_with_data_can_be_kept(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings_are(monkeypatch)
    monkeypatch.setattr(stages, "open_platform", lambda stage: Account())
    assert destroy("--stage", "dev", "--confirm", "dev", "--leave-data") is None
    assert cdk_calls == [["destroy", "Signify-dev-Processing", "Signify-dev-Api", "--force", "--context", "stage=dev"]]


def test_the_settings_of_every_stage_on_aws_protect_its_data(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    incomplete = {"acknowledge": ["noReceiver", "noBudget", "noRunbookUrl"]}
    monkeypatch.setattr(stage_settings, "read_settings", lambda context, stage: read_settings({**context, **incomplete}, stage))
    for stage in ("dev", "prod"):
        assert "is protected by keepData=true" in str(destroy("--stage", stage, "--confirm", stage))
    assert cdk_calls == []
