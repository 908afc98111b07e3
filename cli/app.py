"""The commands, in the order a newcomer meets them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from cli import data, developer, drill, local_stack, runs, stages
from cli.console import err, out
from contracts.version import VERSION
from local.errors import LocalError

app = typer.Typer(
    name="signify",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Demand forecasts, anomalies and logistics KPIs on AWS: run it whole on this machine, or deploy it into an account.",
)

Command = Callable[..., None]
COMMANDS: dict[str, dict[str, Command]] = {
    "Local stack": {
        "up": local_stack.up,
        "down": local_stack.down,
        "status": local_stack.status,
        "logs": local_stack.logs,
        "drill": drill.drill,
    },
    "Data and runs": {"sample": data.sample, "drop": data.drop, "quality": data.quality, "run": runs.run},
    "An AWS account": {"deploy": stages.deploy, "diff": stages.diff, "destroy": stages.destroy},
    "Developers": {"token": developer.token, "env": developer.env, "sizes": developer.sizes, "test": developer.run_tests},
}
for panel, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)


def print_version(is_requested: bool) -> None:
    """Print the version and exit."""
    if is_requested:
        out.print(f"signify {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")] = False,
) -> None:
    """Accept the options that belong to no command."""


def main() -> None:
    """Run one command; a known failure is one readable line and exit code 1, Ctrl-C is 130."""
    try:
        app(prog_name="./signify")
    except LocalError as error:
        err.print(f"[bold red]error[/] {escape(str(error))}")
        sys.exit(1)
    except (ClientError, BotoCoreError) as error:
        err.print(f"[bold red]error[/] AWS answered: {escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
