"""`signify client`: credentials are printed once, a rotation never interrupts a client, and a deploy's clients are left alone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.clients import command
from cli.clients.registry import MachineClient
from cli.clients.usage import choose_route, make_curl
from tests.fakes.clients import InMemoryClients

PLATFORM = SimpleNamespace(token_url="https://login.example/oauth2/token", api_url="https://api.example/api/v1")
KPIS, FORECASTS, RUNS = "signify/kpis:read", "signify/forecasts:read", "signify/forecasts:run"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> InMemoryClients:
    clients = InMemoryClients([MachineClient("deployed", "id-0", "secret-0", (KPIS,), is_deployed=True)])
    monkeypatch.setattr(command, "open_platform", lambda stage: PLATFORM)
    monkeypatch.setattr(command, "open_registry", lambda platform: clients)
    return clients


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["client", *arguments], env={"COLUMNS": "200"})
    return result.output if result.exception is None else str(result.exception)


def test_a_new_client_has_its_scopes_and_its_credentials_are_printed(registry: InMemoryClients) -> None:
    output = run("add", "planning", "--scopes", "kpis:read, signify/forecasts:read")
    assert registry.clients[-1].scopes == (KPIS, FORECASTS)
    assert all(words in output for words in ("id-1", "secret-1", "https://login.example/oauth2/token", "curl -sS"))


def test_the_list_shows_no_secret_and_who_manages_a_client(registry: InMemoryClients) -> None:
    registry.add("planning", (KPIS,))
    output = run("list")
    assert "secret" not in output
    assert [words in output for words in ("planning", "deploy", "command", "id-0")] == [True] * 4


def test_a_second_client_of_one_name_is_refused_with_the_command_for_a_new_secret(registry: InMemoryClients) -> None:
    run("add", "planning", "--scopes", "kpis:read")
    assert "./signify client rotate planning" in run("add", "planning", "--scopes", "kpis:read")
    assert len(registry.clients) == 2


def test_a_rotation_keeps_the_old_credentials_until_they_are_removed(registry: InMemoryClients) -> None:
    run("add", "planning", "--scopes", "kpis:read")
    output = run("rotate", "planning")
    assert "secret-2" in output
    assert "client remove planning --id id-1" in output
    assert [client.client_id for client in registry.clients if client.name == "planning"] == ["id-1", "id-2"]
    assert "add --id id-1 or id-2" in run("remove", "planning")
    run("remove", "planning", "--id", "id-1")
    assert [client.client_id for client in registry.clients if client.name == "planning"] == ["id-2"]


@pytest.mark.parametrize("verb", ["remove", "rotate"])
def test_a_client_of_the_settings_is_changed_by_a_deploy_only(registry: InMemoryClients, verb: str) -> None:
    assert "change apiClients in cdk.json" in run(verb, "deployed")
    assert len(registry.clients) == 1


def test_credentials_of_a_client_of_the_settings_can_be_shown(registry: InMemoryClients) -> None:
    assert "secret-0" in run("show", "deployed", "--show-secret")


def test_a_secret_and_a_key_are_hidden_unless_they_are_asked_for(registry: InMemoryClients) -> None:
    registry.clients[0] = replace(registry.clients[0], api_key="key-0")
    output = run("show", "deployed")
    assert "secret-0" not in output
    assert "key-0" not in output
    assert [words in output for words in ("id-0", KPIS, "https://login.example/oauth2/token", "--show-secret")] == [True] * 4
    assert "key-0" in run("show", "deployed", "--show-secret")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "planning", "--scopes", "kpi:read"), "'kpi:read' is not a scope; the scopes are forecasts:read"),
        (("add", "planning", "--scopes", " , "), "name at least one scope"),
        (("add", "Planning Team", "--scopes", "kpis:read"), "'Planning Team' is not a name of a client"),
        (("remove", "nobody"), "there is no client 'nobody'; the clients are deployed"),
        (("remove", "deployed", "--id", "id-9"), "there is no client 'deployed' with id id-9"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(registry: InMemoryClients, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(*arguments)
    assert len(registry.clients) == 1


@pytest.mark.parametrize(("scopes", "route"), [((KPIS,), "/kpis"), ((FORECASTS, KPIS), "/forecasts"), ((RUNS,), "/health")])
def test_the_example_reads_a_route_that_the_client_may_read_and_never_starts_a_run(scopes: tuple[str, ...], route: str) -> None:
    client = MachineClient("planning", "id", "secret", scopes)
    assert choose_route(client).partition("?")[0] == route
    assert "-X" not in make_curl(client, "https://t", "https://a")


def test_the_example_sends_the_key_where_one_is_required_and_quotes_what_a_shell_would_read() -> None:
    client = MachineClient("planning", "id", "s'$(x)", (KPIS,), api_key="k ey")
    curl = make_curl(client, "https://t", "https://a")
    assert "-H 'X-Api-Key: k ey'" in curl
    assert "$(x)" not in curl.replace("""'id:s'"'"'$(x)'""", "")
