"""`signify restore-drill`: destroy the database of the local stack, rebuild it from the lake, and compare all answers of the API."""

from __future__ import annotations

import json
from typing import Annotated

import httpx
import typer

from cdk.compute.function_specs import DATABASE_ROLES, MIGRATOR
from cdk.storage.database import DATABASE_NAME
from cli.console import CliError, Phases, err, out
from cli.platform import LOCAL, Platform, open_platform
from cli.recovery.answers import find_differences, read_answers
from cli.recovery.rebuild import invoke_function, rebuild_database
from contracts.outputs import Output
from local import local_stack

MOST_PATHS = 10
"""Paths that an error names."""


def restore_drill(
    is_confirmed: Annotated[bool, typer.Option("--yes", help="Destroy the database of the local stack without a question.")] = False,
) -> None:
    """Destroy the database of the running local stack, rebuild it from the lake, and compare all answers of the API."""
    target = open_platform(LOCAL)
    if not is_confirmed:
        typer.confirm("Delete the data of the local stack's PostgreSQL?", abort=True)
    out.print(f"The same as before, byte for byte: {run_drill(target):,} answers of the API.")


def run_drill(target: Platform) -> int:
    """Run the drill, and return how many answers were compared.

    Raises CliError that names the answers that differ, and when the stack has no run yet, so that there is nothing to compare.
    """
    phases = Phases()
    with phases.phase("Read every answer of the API"):
        _require_runs(target)
        before = read_answers(target)
    with phases.phase("Destroy the database"):
        local_stack.require_running().lose_database()
        _require_outage(target)
    with phases.phase("Create an empty database, its users and its schema"):
        _create_database(target)
    with phases.phase("Rebuild the database from the lake"):
        rebuild_database(target)
    with phases.phase("Read every answer again"):
        after = read_answers(target)
    out.print(phases.make_table())
    if differences := find_differences(before, after):
        paths = ", ".join(differences[:MOST_PATHS])
        raise CliError(f"{len(differences)} of {len(before)} answers differ after the restore: {paths}")
    return len(before)


def _require_runs(target: Platform) -> None:
    if not target.get("/forecast-runs", limit=1)["forecast_runs"]:
        raise CliError("the local stack has no run, so there is nothing to lose; start one with `./signify run`")


def _require_outage(target: Platform) -> None:
    """Raise CliError unless the API responds that the database is unavailable: else the drill would prove nothing."""
    response = target.api.get("/kpis")
    if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        raise CliError(f"the API still responds with {response.status_code} without its database: {response.text[:200]}")
    err.print(f"  the API responds with {response.status_code}, Retry-After {response.headers.get('Retry-After')} s")


def _create_database(target: Platform) -> None:
    """Do what a deploy does after CloudFormation has made a new cluster."""
    secret = target.client("secretsmanager").get_secret_value(SecretId=target.outputs[Output.DATABASE_SECRET_ARN])
    administrator = json.loads(secret["SecretString"])
    local_stack.require_running().create_database(administrator["username"], administrator["password"], DATABASE_NAME)
    for spec in (DATABASE_ROLES, MIGRATOR):
        err.print(f"  {spec.name}: {json.dumps(invoke_function(target, spec, {}))}")
