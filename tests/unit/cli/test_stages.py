"""Commands for stages on AWS fail within a second when they cannot succeed, and call the CDK with accepted options."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli import stages
from cli.app import app
from cli.console import CliError
from local import cdk_cli
from local.errors import CdkError


@pytest.fixture
def cdk_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of each call of the CDK CLI, with credentials of account 123456789012."""
    calls: list[list[str]] = []
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(cdk_cli, "run_on_aws", lambda arguments, on_line: calls.append(list(arguments)))
    monkeypatch.setattr(stages, "require_credentials", lambda: "123456789012")
    return calls


def run(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, list(arguments)).exception


@pytest.mark.parametrize("command", ["deploy", "diff", "destroy"])
def test_an_unknown_stage_is_an_error_that_names_the_stages(command: str, cdk_calls: list[list[str]]) -> None:
    assert str(run(command, "--stage", "prd")) == "there is no stage 'prd' in cdk.json; the stages are dev and prod"
    assert cdk_calls == []


@pytest.mark.parametrize("command", ["deploy", "diff", "destroy"])
def test_the_local_stage_is_an_error_that_names_up_and_down(command: str, cdk_calls: list[list[str]]) -> None:
    assert "`./signify up` deploys it" in str(run(command, "--stage", "local"))
    assert cdk_calls == []


def test_diff_passes_no_option_that_the_cdk_rejects(cdk_calls: list[list[str]]) -> None:
    assert run("diff", "--stage", "dev") is None
    assert cdk_calls == [["diff", "--context", "stage=dev"]]


def test_deploy_names_the_stage_and_the_account(cdk_calls: list[list[str]]) -> None:
    result = CliRunner().invoke(app, ["deploy", "--stage", "dev"])
    assert "Stage dev, AWS account 123456789012" in result.output
    assert cdk_calls == [["deploy", "--all", "--require-approval", "broadening", "--context", "stage=dev"]]


def test_without_credentials_the_cdk_is_not_called(cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise CliError("no AWS credentials were found")

    monkeypatch.setattr(stages, "require_credentials", fail)
    assert "no AWS credentials" in str(run("diff", "--stage", "dev"))
    assert cdk_calls == []


def test_another_endpoint_than_aws_is_rejected_before_the_credentials_are_used(
    cdk_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    error = run("deploy", "--stage", "dev")
    assert isinstance(error, CdkError)
    assert "which is not AWS" in str(error)
    assert cdk_calls == []
