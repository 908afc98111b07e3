"""The canary, by its template."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.monitoring.test_alarms import alarm
from tests.infrastructure.templates import Stage, as_list, render, statements


@pytest.fixture
def prod(stages: dict[str, Stage]) -> Stage:
    return stages["prod"]


def properties(stage: Stage, kind: str, name: str) -> dict[str, Any]:
    [matches] = [each["Properties"] for key, each in stage.of_type(kind).items() if key.split("/")[1].startswith(f"Canary{name}")]
    return dict(matches)


def test_the_canary_runs_at_the_interval_of_the_settings_and_not_in_dev(stages: dict[str, Stage]) -> None:
    assert properties(stages["prod"], "AWS::Scheduler::Schedule", "Schedule")["ScheduleExpression"] == "rate(15 minutes)"
    assert not [name for name, _ in stages["dev"].resources() if "/Canary" in name]


def test_the_client_of_the_canary_has_read_scopes_only(prod: Stage) -> None:
    clients = [each["Properties"] for each in prod.of_type("AWS::Cognito::UserPoolClient").values()]
    [client] = [each for each in clients if len(each["AllowedOAuthScopes"]) == 2]
    assert client["AllowedOAuthScopes"] == ["signify/forecasts:read", "signify/kpis:read"]
    assert client["AllowedOAuthFlows"] == ["client_credentials"]


def test_it_may_read_the_secret_of_its_client_and_do_nothing_else(prod: Stage) -> None:
    policies = [each for name, each in prod.of_type("AWS::IAM::Policy").items() if "/Canary" in name]
    actions = {action for policy in policies for s in statements(policy) for action in as_list(s["Action"])}
    assert {action for action in actions if action.startswith("cognito")} == {"cognito-idp:DescribeUserPoolClient"}
    assert {action.split(":")[0] for action in actions} == {"cognito-idp", "logs", "xray", "sqs"}


def test_it_calls_the_gateway_from_outside_and_holds_no_secret(prod: Stage) -> None:
    function = properties(prod, "AWS::Lambda::Function", "")
    assert "VpcConfig" not in function
    variables = {name: render(value) for name, value in function["Environment"]["Variables"].items()}
    assert ".execute-api." in variables["API_URL"]
    assert variables["TOKEN_URL"].endswith("/oauth2/token")
    assert not any("secret" in name.lower() for name in variables)


def test_the_canary_pages_after_two_failures_in_three_probes(prod: Stage) -> None:
    canary_alarm = alarm(prod, "CanaryFailed")
    assert (canary_alarm["MetricName"], canary_alarm["Period"]) == ("CanaryPassed", 900)
    assert (canary_alarm["DatapointsToAlarm"], canary_alarm["EvaluationPeriods"]) == (2, 3)
    assert "[page]" in canary_alarm["AlarmDescription"]


def test_the_canary_interval_is_a_setting(synthesise: Synthesise) -> None:
    stage = synthesise("dev", canaryMinutes="5")["dev"]
    assert properties(stage, "AWS::Scheduler::Schedule", "Schedule")["ScheduleExpression"] == "rate(5 minutes)"


def test_with_api_keys_the_canary_may_read_the_key_of_the_machine_client(synthesise: Synthesise) -> None:
    stage = synthesise("dev", canaryMinutes="5", apiKeyRequired="true")["dev"]
    [key] = stage.templates["Api"].of_type("AWS::ApiGateway::ApiKey")
    policies = [each for name, each in stage.of_type("AWS::IAM::Policy").items() if "/Canary" in name]
    [reading] = [s for policy in policies for s in statements(policy) if s["Action"] == "apigateway:GET"]
    assert render(reading["Resource"]).endswith(f"/apikeys/<{key}>")
    assert properties(stage, "AWS::Lambda::Function", "")["Environment"]["Variables"]["API_KEY_ID"] == {"Ref": key}
