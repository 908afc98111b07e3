"""The commands of `signify client`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.clients.cognito import CognitoClients
from cli.clients.registry import ClientRegistry, MachineClient
from cli.clients.usage import describe_credentials, mask_secrets
from cli.console import CliError, out
from cli.platform import LOCAL, Platform, open_platform
from cli.runs import Stage
from contracts.clients import find_client_name_problem
from contracts.scopes import Scope, parse_scope

client = typer.Typer(no_args_is_help=True, help="Machine clients of the API: credentials with scopes, without a deploy.")
Name = Annotated[str, typer.Argument(help="Name of the client, e.g. planning.")]
ClientId = Annotated[str | None, typer.Option("--id", help="Id of the client, where two have the same name.")]
Scopes = Annotated[str, typer.Option(help=f"Scopes, separated by commas or spaces: {', '.join(scope.local_name for scope in Scope)}.")]


@client.command()
def add(name: Name, scopes: Scopes, stage: Stage = LOCAL) -> None:
    """Create a client, and print its id, its secret (once), the address for tokens and a curl that works."""
    if problem := find_client_name_problem(name):
        raise CliError(f"{name!r} is not a name of a client: {problem}")
    names = parse_scopes(scopes)
    platform = open_platform(stage)
    registry = open_registry(platform)
    if any(each.name == name for each in registry.list_clients()):
        raise CliError(f"there is a client {name!r} already; `./signify client rotate {name}` gives it a new secret")
    _print_credentials(platform, registry.add(name, names))


@client.command("list")
def list_clients(stage: Stage = LOCAL) -> None:
    """List the clients with their scopes, and whether a deploy or a command manages them."""
    table = Table(title=f"Machine clients of stage {stage}")
    for column in ("name", "client id", "managed by", "scopes"):
        table.add_column(column, overflow="fold")
    for each in open_registry(open_platform(stage)).list_clients():
        table.add_row(escape(each.name or "-"), each.client_id, "deploy" if each.is_deployed else "command", " ".join(each.scopes))
    out.print(table, soft_wrap=False)


@client.command()
def show(
    name: Name,
    client_id: ClientId = None,
    with_secret: Annotated[bool, typer.Option("--show-secret", help="Print the secret and the API key too.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Print the id, the scopes and the address for tokens of a client, and with --show-secret its secret."""
    platform = open_platform(stage)
    one = find_client(open_registry(platform), name, client_id)
    _print_credentials(platform, one if with_secret else mask_secrets(one))
    if not with_secret:
        out.print("\nThe secret is hidden; --show-secret prints it.")


@client.command()
def remove(name: Name, client_id: ClientId = None, stage: Stage = LOCAL) -> None:
    """Delete a client: it gets no tokens any more, and the tokens that it has expire within an hour."""
    registry = open_registry(open_platform(stage))
    registry.remove(require_command_client(find_client(registry, name, client_id)))
    out.print(f"Client {name} is deleted. Its last token expires within an hour.")


@client.command()
def rotate(name: Name, stage: Stage = LOCAL) -> None:
    """Create new credentials for a client; the old ones work until they are removed."""
    platform = open_platform(stage)
    registry = open_registry(platform)
    old = require_command_client(find_client(registry, name, None))
    _print_credentials(platform, registry.add(name, old.scopes))
    option = "" if stage == LOCAL else f" --stage {stage}"
    out.print(
        f"The old credentials still work. When the client uses the new ones: ./signify client remove {name} --id {old.client_id}{option}"
    )


def open_registry(platform: Platform) -> ClientRegistry:
    """Return the clients of a platform."""
    return CognitoClients(platform)


def parse_scopes(text: str) -> tuple[str, ...]:
    """Return the scopes in a text, separated by commas or spaces. Raises CliError for an unknown one, and for none."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words:
        raise CliError(f"name at least one scope; the scopes are {', '.join(scope.local_name for scope in Scope)}")
    try:
        return tuple(dict.fromkeys(str(parse_scope(word)) for word in words))
    except ValueError as error:
        raise CliError(str(error)) from None


def find_client(registry: ClientRegistry, name: str, client_id: str | None) -> MachineClient:
    """Return the client of this name, and of this id if there are two. Raises CliError with the names or ids to choose from."""
    clients = registry.list_clients()
    matches = [each for each in clients if each.name == name and client_id in (None, each.client_id)]
    if len(matches) > 1:
        raise CliError(f"there are {len(matches)} clients {name!r}; add --id {' or '.join(each.client_id for each in matches)}")
    if not matches:
        raise CliError(f"there is no client {name!r}{f' with id {client_id}' if client_id else ''}; the clients are {_join_names(clients)}")
    return matches[0]


def require_command_client(one: MachineClient) -> MachineClient:
    """Return a client that no deploy manages. Raises CliError for the others, with what to change instead."""
    if one.is_deployed:
        raise CliError(
            f"a deploy manages client {one.name}: change apiClients in cdk.json and deploy. To replace its secret, add a second client "
            "there, switch to it, and take the first one out"
        )
    return one


def _join_names(clients: Sequence[MachineClient]) -> str:
    return ", ".join(dict.fromkeys(each.name for each in clients if each.name)) or "none"


def _print_credentials(platform: Platform, one: MachineClient) -> None:
    for line in describe_credentials(one, platform.token_url, platform.api_url):
        out.print(line, markup=False)
