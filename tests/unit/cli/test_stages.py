"""Commands for stages on AWS fail within a second when they cannot succeed, and call the CDK with accepted options."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from cdk.settings.model import Settings
from cli import stages
from cli.app import app
from cli.console import CliError
from local import cdk_cli
from local.errors import CdkError

ACCOUNT = "123456789012"
PLACE = {"account": ACCOUNT, "region": "eu-central-1"}


@pytest.fixture
def cdk_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of each call of the CDK CLI, with credentials of account 123456789012."""
    calls: list[list[str]] = []
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(cdk_cli, "run_on_aws", lambda arguments, on_line, region: calls.append([*arguments, str(region)]))
    monkeypatch.setattr(stages, "require_credentials", lambda region: ACCOUNT)
    return calls


@pytest.fixture
def stage_settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace the settings of every stage."""

    def replace(**values: str) -> None:
        monkeypatch.setattr(stages, "read_stage", lambda stage: Settings.model_validate({"stage": stage, "keepData": False, **values}))

    return replace


def run(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, list(arguments)).exception


@pytest.mark.parametrize("command", ["deploy --yes", "diff", "destroy"])
def test_an_unknown_stage_is_an_error_that_names_the_stages(command: str, cdk_calls: list[list[str]]) -> None:
    assert "there is no stage 'prd' in cdk.json; the stages are dev, prod and local" in str(run(*command.split(), "--stage", "prd"))
    assert cdk_calls == []


@pytest.mark.parametrize("command", ["deploy --yes", "diff", "destroy"])
def test_the_local_stage_is_an_error_that_names_up_and_down(command: str, cdk_calls: list[list[str]]) -> None:
    assert "`./signify up` deploys it" in str(run(*command.split(), "--stage", "local"))
    assert cdk_calls == []


def test_diff_passes_no_option_that_the_cdk_rejects(cdk_calls: list[list[str]]) -> None:
    assert run("diff", "--stage", "dev") is None
    assert cdk_calls == [["diff", "--context", "stage=dev", "None"]]


def test_deploy_names_the_stage_the_account_and_the_region(cdk_calls: list[list[str]], stage_settings: Callable[..., None]) -> None:
    stage_settings(**PLACE)
    result = CliRunner().invoke(app, ["deploy", "--stage", "dev", "--yes"])
    assert "Stage dev, AWS account 123456789012, region eu-central-1" in result.output
    assert cdk_calls == [["deploy", "--all", "--require-approval", "never", "--context", "stage=dev", "eu-central-1"]]


@pytest.mark.parametrize("command", [("deploy", "--yes"), ("diff",), ("destroy", "--confirm", "dev")])
def test_credentials_of_another_account_are_refused_with_both_accounts_before_the_cdk_is_called(
    command: tuple[str, ...], cdk_calls: list[list[str]], stage_settings: Callable[..., None]
) -> None:
    stage_settings(account="210987654321", region="eu-central-1")
    message = str(run(*command, "--stage", "dev"))
    assert "stage dev belongs to account 210987654321, but the credentials are of account 123456789012" in message
    assert cdk_calls == []


@pytest.mark.parametrize("command", [("deploy", "--yes"), ("destroy", "--confirm", "dev")])
@pytest.mark.parametrize("key", ["account", "region"])
def test_a_stage_without_a_place_is_neither_made_nor_deleted_and_the_message_has_the_line_to_write(
    command: tuple[str, ...], key: str, cdk_calls: list[list[str]], stage_settings: Callable[..., None]
) -> None:
    stage_settings(**{name: value for name, value in PLACE.items() if name != key})
    message = str(run(*command, "--stage", "dev"))
    assert f"stage dev has no {key} in cdk.json" in message
    assert '"account": "123456789012"' in message
    assert cdk_calls == []


def test_without_credentials_the_cdk_is_not_called(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(region: str | None) -> str:
        raise CliError("no AWS credentials were found")

    monkeypatch.setattr(stages, "require_credentials", fail)
    assert "no AWS credentials" in str(run("diff", "--stage", "dev"))
    assert cdk_calls == []


def test_another_endpoint_than_aws_is_rejected_before_the_credentials_are_used(
    cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    error = run("deploy", "--stage", "dev", "--yes")
    assert isinstance(error, CdkError)
    assert "which is not AWS" in str(error)
    assert cdk_calls == []


def test_a_deploy_without_a_terminal_needs_an_option_instead_of_an_answer(
    cdk_calls: list[list[str]], stage_settings: Callable[..., None]
) -> None:
    stage_settings(**PLACE)
    assert "review `./signify diff --stage dev` and add --yes" in str(run("deploy", "--stage", "dev"))
    assert cdk_calls == []


@pytest.mark.parametrize(("answer", "verbs"), [("y\n", ["diff", "deploy"]), ("n\n", ["diff"])])
def test_a_person_sees_the_diff_and_is_asked_before_anything_changes(
    answer: str, verbs: list[str], cdk_calls: list[list[str]], stage_settings: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_settings(**PLACE)
    monkeypatch.setattr(stages, "has_terminal", lambda: True)
    CliRunner().invoke(app, ["deploy", "--stage", "dev"], input=answer)
    assert [call[0] for call in cdk_calls] == verbs
