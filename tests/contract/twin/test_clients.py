"""Machine clients on the emulator: what the command prints really gets a token, and a removed client gets none."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import httpx
import pytest

from cli.clients.cognito import CognitoClients
from cli.clients.usage import make_curl
from cli.platform import Platform
from local.addresses import localise_token_url
from local.local_stack import LocalStack
from tests.contract.twin.templates import Template, ref

pytestmark = pytest.mark.twin
SCOPE = "contract/read"


def make_template() -> Template:
    template = Template()
    template.add("Pool", "AWS::Cognito::UserPool", UserPoolName="clients")
    scopes = [{"ScopeName": "read", "ScopeDescription": "read"}]
    template.add("Server", "AWS::Cognito::UserPoolResourceServer", UserPoolId=ref("Pool"), Identifier="contract", Name="c", Scopes=scopes)
    template.add("Domain", "AWS::Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain="contract-clients")
    template.output("TokenUserPoolId", ref("Pool"))
    return template.output("TokenUrl", {"Fn::Sub": "https://contract-clients.auth.${AWS::Region}.amazoncognito.com/oauth2/token"})


@pytest.fixture
def platform(deploy: Callable[[Template], dict[str, str]], local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setattr(Platform, "outputs", deploy(make_template()))
    monkeypatch.setattr(CognitoClients, "_deployed_ids", frozenset())
    return Platform(options=local_stack.aws.options)


def test_a_client_gets_a_token_with_its_scopes_until_it_is_removed(platform: Platform, local_stack: LocalStack) -> None:
    registry = CognitoClients(platform)
    client = registry.add("planning", (SCOPE,))
    assert registry.list_clients() == [client]
    url = localise_token_url(platform.outputs["TokenUrl"], local_stack.state.endpoint)

    def ask() -> httpx.Response:
        return httpx.post(url, data={"grant_type": "client_credentials", "scope": SCOPE}, auth=(client.client_id, client.secret))

    assert ask().json()["token_type"] == "Bearer"
    command = make_curl(client, url, f"{local_stack.state.endpoint}/no-route").partition("$(")[2].rpartition(')"')[0]
    token = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert token.count(".") == 2  # a JWT, nothing around it
    registry.remove(client)
    assert registry.list_clients() == []
    assert ask().is_error
