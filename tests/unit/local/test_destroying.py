"""Destroying a stage takes two keys: the settings let the data go, and the command line says so again."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from cdk.settings.model import Settings
from cli import stages
from cli.app import app
from cli.console import CliError


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the CDK was told."""
    calls: list[list[str]] = []
    monkeypatch.setattr("local.cdk_cli.run_on_aws", lambda arguments, on_line: calls.append(list(arguments)))
    return calls


def settings_are(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    monkeypatch.setattr(stages, "_settings", lambda stage: Settings.model_validate({"stage": stage, **values}))


def destroy(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, ["destroy", *arguments]).exception


def test_without_the_second_key_nothing_is_destroyed(told: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings_are(monkeypatch, keepData=False)
    for confirmed in ((), ("--confirm", "prod"), ("--confirm", "")):
        assert "takes a second key" in str(destroy("--stage", "dev", *confirmed))
    assert told == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"keepData": True}, "by keepData=true"),
        ({"keepData": False, "terminationProtection": True}, "by terminationProtection=true"),
        ({"keepData": False, "databaseDeletionProtection": True}, "by databaseDeletionProtection=true"),
    ],
)
def test_without_the_first_key_nothing_is_destroyed(
    told: list[list[str]], monkeypatch: pytest.MonkeyPatch, kept: dict[str, bool], said: str
) -> None:
    settings_are(monkeypatch, **kept)
    refused = destroy("--stage", "dev", "--confirm", "dev")
    assert isinstance(refused, CliError)
    assert said in str(refused)
    assert "--leave-data" in str(refused)
    assert told == []


def test_with_both_keys_the_whole_stage_goes(told: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings_are(monkeypatch, keepData=False)
    assert destroy("--stage", "dev", "--confirm", "dev") is None
    assert told == [["destroy", "--all", "--force", "--context", "stage=dev"]]


class Account:
    """CloudFormation of an account with two stages."""

    def client(self, _service: str) -> Account:
        return self

    def get_paginator(self, _operation: str) -> Account:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        names = ("dev-Lake", "dev-Database", "dev-Processing", "dev-Api", "prod-Api")
        return [{"Stacks": [{"StackName": f"Signify-{name}"} for name in names]}]


def test_the_data_can_be_left_where_it_is(told: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "platform", lambda stage: Account())
    assert destroy("--stage", "dev", "--confirm", "dev", "--leave-data") is None
    assert told == [["destroy", "Signify-dev-Processing", "Signify-dev-Api", "--force", "--context", "stage=dev"]]


def test_every_stage_of_cdk_json_that_runs_on_aws_keeps_its_data(told: list[list[str]]) -> None:
    for stage in ("dev", "prod"):
        assert "keeps its data" in str(destroy("--stage", stage, "--confirm", stage))
    assert told == []
