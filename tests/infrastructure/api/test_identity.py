"""The user pool alone in a stack: machine clients and scopes, and no way for people to sign in."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.api.identity import Identity
from cdk.settings.model import Settings
from contracts.scopes import ALL_SCOPES, Scope
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render


def add_identity(stack: Any, settings: Settings) -> None:
    Identity(stack, "Identity", settings)


@pytest.fixture(scope="module")
def identity(build: Build) -> Template:
    return build(add_identity)


def test_the_scopes_of_the_pool_are_those_of_the_contract_with_their_descriptions(identity: Template) -> None:
    server = identity.only("AWS::Cognito::UserPoolResourceServer")
    descriptions = {f"{server['Identifier']}/{scope['ScopeName']}": scope["ScopeDescription"] for scope in server["Scopes"]}
    assert descriptions == {scope.value: scope.description for scope in Scope}
    assert all(len(description) <= 256 for description in descriptions.values())  # the limit of Cognito


def test_the_machine_client_may_request_every_scope(identity: Template) -> None:
    scopes = identity.only("AWS::Cognito::UserPoolClient")["AllowedOAuthScopes"]
    [server] = identity.of_type("AWS::Cognito::UserPoolResourceServer")
    names = {render(scope).replace(f"<{server}>", "signify") for scope in scopes}
    assert names == set(ALL_SCOPES.split())


def test_a_token_is_valid_for_an_hour(identity: Template) -> None:
    client = identity.only("AWS::Cognito::UserPoolClient")
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (60, "minutes")


def test_a_client_uses_client_credentials_and_has_a_secret(identity: Template) -> None:
    client = identity.only("AWS::Cognito::UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    assert client["GenerateSecret"] is True
    assert "CallbackURLs" not in client


def test_nobody_can_sign_up_and_an_account_would_need_a_long_password_and_a_second_factor(identity: Template) -> None:
    pool = identity.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    rules = pool["Policies"]["PasswordPolicy"]
    assert rules["MinimumLength"] >= 16
    assert all(rules[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_the_pool_is_of_the_free_plan(identity: Template) -> None:
    assert identity.only("AWS::Cognito::UserPool")["UserPoolTier"] == "LITE"


@pytest.mark.parametrize(("keep_data", "policy"), [("true", "RetainExceptOnCreate"), ("false", "Delete")])
def test_the_pool_stays_with_the_data(build: Build, keep_data: str, policy: str) -> None:
    [pool] = build(add_identity, keepData=keep_data).of_type("AWS::Cognito::UserPool").values()
    assert pool["DeletionPolicy"] == policy


def test_clients_of_the_settings_get_exactly_their_scopes_and_their_name(build: Build) -> None:
    clients = '{"planning": ["forecasts:read", "signify/kpis:read"], "loader-2": ["forecasts:run"]}'
    template = build(add_identity, apiClients=clients)
    by_name = {each["Properties"].get("ClientName"): each for each in template.of_type("AWS::Cognito::UserPoolClient").values()}
    [server] = template.of_type("AWS::Cognito::UserPoolResourceServer")
    assert by_name["planning"]["Properties"]["AllowedOAuthScopes"] == ["signify/forecasts:read", "signify/kpis:read"]
    assert by_name["loader-2"]["Properties"]["AllowedOAuthScopes"] == ["signify/forecasts:run"]
    assert all(server in by_name[name]["DependsOn"] for name in ("planning", "loader-2"))  # else Cognito refuses the scopes
    assert len(by_name) == 3


@pytest.mark.parametrize("stage", ["dev", "prod", "local"])
def test_the_domain_of_the_tokens_names_stage_and_account(build: Build, stage: str) -> None:
    """Prefixes are unique in a region across all accounts, at most 63 characters, and may not contain aws, amazon or cognito."""
    prefix = render(build(add_identity, stage).only("AWS::Cognito::UserPoolDomain")["Domain"])
    assert prefix == f"signify-{stage}-<AWS::AccountId>"
    assert len(prefix.replace("<AWS::AccountId>", "1" * 12)) <= 63
