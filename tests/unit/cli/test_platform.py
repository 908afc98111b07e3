"""One deployed platform: its outputs by stage, its API with error responses and rate limits."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cdk.settings.model import Settings
from cli import platform
from cli.console import CliError
from cli.platform import Platform, describe_problem, open_platform
from local.errors import LocalStackError

PROBLEM = {"content-type": "application/problem+json"}


class Stacks:
    """CloudFormation with the stacks of two stages."""

    def get_paginator(self, operation: str) -> Stacks:
        assert operation == "describe_stacks"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        def stack(name: str, value: str) -> dict[str, Any]:
            return {"StackName": name, "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": value}]}

        return [
            {"Stacks": [stack("Signify-dev-Api", "https://dev/")]},
            {"Stacks": [stack("Signify-prod-Api", "https://prod/"), {"StackName": "x"}, stack("Signify-prod-eu-Api", "https://prod-eu/")]},
        ]


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "client", lambda self, service: Stacks())


@pytest.mark.usefixtures("stacks")
@pytest.mark.parametrize("stage", ["dev", "prod", "prod-eu"])
def test_the_outputs_are_those_of_the_stage(stage: str) -> None:
    assert Platform(stage=stage).outputs == {"ApiUrl": f"https://{stage}/"}
    assert Platform(stage=stage).api_url == f"https://{stage}/api/v1"


@pytest.mark.usefixtures("stacks")
def test_a_stage_that_is_not_deployed_is_an_error_that_names_the_command() -> None:
    with pytest.raises(CliError, match=r"stage test is not deployed in this account and region; run `\./signify deploy --stage test`"):
        _ = Platform(stage="test").outputs


def test_the_local_platform_needs_a_running_stack(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    with pytest.raises(LocalStackError, match=r"the local stack is not running; start it with `\./signify up`"):
        open_platform("local")


def test_a_stage_is_opened_in_its_region_and_with_credentials_of_its_account_only(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.model_validate({"stage": "prod-eu", "account": "123456789012", "region": "eu-central-1"})
    monkeypatch.setattr(platform, "read_stage", lambda stage: settings)
    monkeypatch.setattr(platform, "require_credentials", lambda region: "123456789012")
    assert open_platform("prod-eu").options == {"region_name": "eu-central-1"}
    monkeypatch.setattr(platform, "require_credentials", lambda region: "210987654321")
    with pytest.raises(CliError, match="belongs to account 123456789012, but the credentials are of account 210987654321"):
        open_platform("prod-eu")


def with_responses(monkeypatch: pytest.MonkeyPatch, *responses: httpx.Response) -> Platform:
    """A platform whose API sends these responses, one after the other."""
    remaining = list(responses)
    client = httpx.Client(base_url="http://api", transport=httpx.MockTransport(lambda request: remaining.pop(0)))
    monkeypatch.setattr(Platform, "api", client)
    return Platform(stage="dev")


def test_a_rate_limit_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    monkeypatch.setattr("cli.platform.time.sleep", waits.append)
    limit_response = httpx.Response(429, headers={"Retry-After": "7"})
    target = with_responses(monkeypatch, limit_response, httpx.Response(429), httpx.Response(200, json={"kpis": []}))
    assert target.get("/kpis") == {"kpis": []}
    assert waits == [7, 5]


def test_an_error_response_is_an_error_with_its_details(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"detail": "Invalid request.", "errors": [{"detail": "limit: at most 1000"}, {"detail": "sku: unknown"}]}
    target = with_responses(monkeypatch, httpx.Response(422, json=body, headers=PROBLEM))
    with pytest.raises(
        CliError, match=r"GET http://api/kpis\?limit=2000 returned 422: Invalid request\. limit: at most 1000; sku: unknown"
    ):
        target.get("/kpis", limit=2000)


def test_what_the_summary_says_is_not_repeated() -> None:
    body = {"detail": "1 field is invalid. limit: too large", "errors": [{"parameter": "limit", "detail": "too large"}]}
    assert describe_problem(httpx.Response(422, json=body, headers=PROBLEM)) == "1 field is invalid. limit: too large"


def test_any_other_body_is_shown_as_text() -> None:
    assert describe_problem(httpx.Response(502, text="<html>bad gateway</html>")) == "<html>bad gateway</html>"
