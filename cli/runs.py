"""`signify run`: start an execution, follow it, print what it says at the end."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.panel import Panel

from cli.console import CliError, err, out
from cli.follow import follow
from cli.platform import LOCAL, Platform, platform

Stage = Annotated[str, typer.Option(help="A deployed stage; `local` is the twin on this machine.")]


def run(
    input_json: Annotated[str, typer.Option("--input", help='Execution input, e.g. \'{"as_of_date": "2026-11-21"}\'.')] = "{}",
    stage: Stage = LOCAL,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and return at once.")] = False,
) -> None:
    """Start a run of the state machine, follow it live and print its summary."""
    start_and_follow(platform(stage), parse_input(input_json), detach=detach)


def parse_input(text: str) -> dict[str, Any]:
    """The execution input as a JSON object; anything else is a CliError that shows what came."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise CliError(f"--input is not JSON ({error}): {text[:100]}") from error
    if not isinstance(value, dict):
        raise CliError(f"--input must be a JSON object such as {{}}, not {text[:100]}")
    return value


def start_and_follow(target: Platform, execution_input: dict[str, Any], *, detach: bool = False) -> dict[str, Any]:
    """Start one execution named by its idempotency key; returns its output.

    Raises CliError when the run does not end as SUCCEEDED.
    """
    step_functions = target.client("stepfunctions")
    name = str(execution_input.get("idempotency_key") or f"run-{uuid.uuid4()}")
    started = step_functions.start_execution(
        stateMachineArn=target.outputs["StateMachineArn"], name=name, input=json.dumps(execution_input)
    )
    err.print(f"execution [bold]{name}[/]")
    if detach:
        out.print(started["executionArn"])
        return {}
    return _finish(follow(step_functions, started["executionArn"]))


def _said(cause: str) -> str:
    """The message in a cause that a function left as JSON, else the cause."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause
    return str(told.get("errorMessage", cause)) if isinstance(told, dict) else cause


def _finish(description: dict[str, Any]) -> dict[str, Any]:
    if description["status"] != "SUCCEEDED":
        raise CliError(
            f"the run ended as {description['status']}: {description.get('error', '')} {_said(description.get('cause', ''))}".strip()
        )
    output: dict[str, Any] = json.loads(description["output"])
    out.print(Panel(escape(str(output.get("summary", description["output"]))), title="Run", expand=False), soft_wrap=False)
    return output
