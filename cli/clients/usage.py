"""How to use the credentials of a client: the lines that `signify client add` prints."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from cli.clients.registry import MachineClient
from contracts.clients import CLIENT_FLOW
from contracts.scopes import Scope

EXAMPLE_ROUTES = {
    Scope.READ_FORECASTS: "/forecasts?time_horizon=7d&limit=5",
    Scope.READ_KPIS: "/kpis",
    Scope.ADMINISTER_DATA: "/data-quality/objects?limit=5",
}
"""A route that a scope opens and that changes nothing."""
MASK = "********"
ROUTE_WITHOUT_SCOPE = "/health"
EXTRACT_ACCESS = r"""sed 's/.*"access_token": *"\([^"]*\)".*/\1/'"""


def describe_credentials(client: MachineClient, token_url: str, api_url: str) -> Iterator[str]:
    """Yield the credentials of a client and a command that fetches a token and calls the API with it."""
    yield f"Client         {client.name}"
    yield f"Client id      {client.client_id}"
    yield f"Client secret  {client.secret}"
    if client.api_key:
        yield f"API key        {client.api_key}"
    yield f"Token URL      {token_url}"
    yield f"Scopes         {' '.join(client.scopes)}"
    yield "Store the secret in a secret manager now; a token is valid for an hour, so fetch one an hour, not one a request."
    yield ""
    yield make_curl(client, token_url, api_url)


def mask_secrets(client: MachineClient) -> MachineClient:
    """Return a client without its secret and its API key, for a terminal that others may read."""
    return replace(client, secret=MASK, api_key=MASK if client.api_key else None)


def make_curl(client: MachineClient, token_url: str, api_url: str) -> str:
    """Return one shell command: fetch a token by the client-credentials grant, and call a route that its scopes open."""
    token = (
        f"curl -sS -u {shlex.quote(f'{client.client_id}:{client.secret}')} -d grant_type={CLIENT_FLOW} "
        f"--data-urlencode {shlex.quote('scope=' + ' '.join(client.scopes))} {shlex.quote(token_url)} | {EXTRACT_ACCESS}"
    )
    key = f" -H {shlex.quote(f'X-Api-Key: {client.api_key}')}" if client.api_key else ""
    return f'curl -sS --fail-with-body -H "Authorization: Bearer $({token})"{key} {shlex.quote(api_url + choose_route(client))}'


def choose_route(client: MachineClient) -> str:
    """Return a route that the client may read."""
    return next((route for scope, route in EXAMPLE_ROUTES.items() if scope in client.scopes), ROUTE_WITHOUT_SCOPE)
