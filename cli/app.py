"""The commands, in the order in which a newcomer needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from rich.markup import escape

from cli import audit, data, developer, drill, jobs, local_stack, run_history, runs, smoke, stages, status, withdraw
from cli.anomalies.command import anomalies
from cli.clients.command import client
from cli.console import err, out
from cli.datasets.command import datasets_app, explain_code
from cli.doctor.command import doctor
from cli.drops.quarantine import quarantine
from cli.forecasts import command as forecast_commands
from cli.insights import command as insight_commands
from cli.kpis.command import kpis
from cli.recovery.rebuild import backup, rebuild
from cli.recovery.restore_drill import restore_drill
from contracts.paths import Zone
from contracts.version import VERSION
from local.errors import LocalError

app = typer.Typer(
    name="signify",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Demand forecasts, anomaly detection and logistics KPIs on AWS. Run the whole platform locally, or deploy it to an AWS account.",
)

Command = Callable[..., None]
COMMANDS: dict[str, dict[str, Command]] = {
    "Every day": {"today": insight_commands.today, "explain": insight_commands.explain},
    "Local stack": {
        "up": local_stack.up,
        "down": local_stack.down,
        "status": status.status,
        "logs": local_stack.logs,
        "drill": drill.drill,
    },
    "Data and runs": {
        "sample": data.sample,
        "drop": data.drop,
        "quality": data.quality,
        "explain-code": explain_code,
        "withdraw": withdraw.withdraw,
        "run": runs.run,
        "runs": run_history.runs,
        "compare": run_history.compare,
        "publish": run_history.publish,
        "forecast": forecast_commands.forecast,
        "excluded": forecast_commands.excluded,
        "export": forecast_commands.export,
        "audit": audit.audit,
        "jobs": jobs.jobs,
        "cancel": jobs.cancel,
    },
    "Recovery": {"backup": backup, "rebuild": rebuild, "restore-drill": restore_drill},
    "AWS": {"doctor": doctor, "deploy": stages.deploy, "smoke": smoke.smoke, "diff": stages.diff, "destroy": stages.destroy},
    "Development": {
        "docs": developer.docs,
        "token": developer.token,
        "env": developer.env,
        "sizes": developer.sizes,
        "test": developer.run_tests,
    },
}
for panel, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
app.add_typer(insight_commands.insights, name="insights", rich_help_panel="Every day")
app.add_typer(anomalies, name="anomalies", rich_help_panel="Every day")
app.add_typer(kpis, name="kpis", rich_help_panel="Data and runs")
app.add_typer(quarantine, name=Zone.QUARANTINE, rich_help_panel="Data and runs")
app.add_typer(datasets_app, name="datasets", rich_help_panel="Data and runs")
app.add_typer(client, name="client", rich_help_panel="AWS")


def print_version(is_requested: bool) -> None:
    """Print the version and exit."""
    if is_requested:
        out.print(f"signify {VERSION}")
        raise typer.Exit


@app.callback()
def accept_options(
    version: Annotated[bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")] = False,
) -> None:
    """Accept the options that belong to no command."""


def main() -> None:
    """Run one command; an expected error is printed on one line and sets exit code 1."""
    try:
        app(prog_name="./signify")
    except LocalError as error:
        _fail(str(error))
    except (ClientError, BotoCoreError) as error:
        _fail(describe_aws_error(error))


def describe_aws_error(error: ClientError | BotoCoreError) -> str:
    """Return the message for an error of boto3: what to configure when it called nothing, else the response of AWS."""
    if isinstance(error, NoRegionError):
        return "no AWS region is configured; set AWS_REGION, or `region` in the profile that AWS_PROFILE names"
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials were found; set AWS_PROFILE, or sign in with `aws sso login`"
    if isinstance(error, ClientError):
        return f"AWS returned an error: {error}"
    return f"AWS could not be called: {error}"


def _fail(message: str) -> None:
    err.print(f"[bold red]error[/] {escape(message)}")
    sys.exit(1)
