"""`signify run`: start an execution of the state machine, follow it and print its summary."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer
from botocore.exceptions import ClientError
from rich.markup import escape
from rich.panel import Panel

from cli.console import CliError, err, out
from cli.follow import follow
from cli.platform import LOCAL, Platform, open_platform
from contracts.outputs import Output
from contracts.run_states import RUN_UNMEASURED

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef


class RunOutput(TypedDict, total=False):
    """The output of an execution, as far as commands use it; empty for an execution that was only started."""

    run_id: str
    summary: str


Stage = Annotated[str, typer.Option(help="A deployed stage; `local` is the local stack.")]


def run(
    input_json: Annotated[str, typer.Option("--input", help='Input of the run, e.g. \'{"as_of_date": "2026-11-21"}\'.')] = "{}",
    stage: Stage = LOCAL,
    detach: Annotated[bool, typer.Option("--detach", help="Start the run, print its ARN and return.")] = False,
) -> None:
    """Start a run, follow it step by step and print its summary."""
    run_input = parse_input(input_json)
    check_input(run_input)
    start_and_follow(open_platform(stage), run_input, detach=detach)


def parse_input(text: str) -> dict[str, object]:
    """Parse the input of a run, a JSON object. Raises CliError that shows the text."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise CliError(f"--input is not JSON ({error}): {text[:100]}") from error
    if not isinstance(value, dict):
        raise CliError(f"--input must be a JSON object such as {{}}, not {text[:100]}")
    return value


def check_input(run_input: Mapping[str, object]) -> None:
    """Raise CliError for an input that every run would refuse, so that a typing error leaves no failed run and raises no alarm."""
    from runtime.errors import InvalidInput
    from runtime.models.domain.run_input import parse_run_input

    try:
        parse_run_input(run_input)
    except InvalidInput as error:
        raise CliError(f"--input: {error}") from None


def name_execution(key: object) -> str:
    """Return the name of the execution for an idempotency key; without one, a new name.

    It holds a digest of the key, so that no key is the name of a scheduled run, whose day would have no run then.
    """
    return f"run-{blake2b(str(key).encode(), digest_size=16).hexdigest()}" if key else f"run-{uuid.uuid4()}"


def start_and_follow(target: Platform, run_input: Mapping[str, object], *, detach: bool = False) -> RunOutput:
    """Start one execution, named after the input's idempotency key if there is one, and return its output.

    Raises CliError when it does not succeed, and when the key was used before by a run that has ended or has another input.
    """
    step_functions = target.client("stepfunctions")
    key = run_input.get("idempotency_key")
    name = name_execution(key)
    machine = target.outputs[Output.STATE_MACHINE_ARN]
    try:
        execution = step_functions.start_execution(stateMachineArn=machine, name=name, input=json.dumps(run_input))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
        raise CliError(f"idempotency_key = {key!r}: its run {name} has ended or has another input; use another key") from None
    err.print(f"execution [bold]{name}[/]")
    if detach:
        out.print(execution["executionArn"])
        return {}
    return _print_result(follow(step_functions, execution["executionArn"]))


def find_message(cause: str) -> str:
    """Return the error message in the cause of a failed function, which is JSON; any other cause as it is."""
    try:
        error = json.loads(cause)
    except ValueError:
        return cause
    return str(error.get("errorMessage", cause)) if isinstance(error, dict) else cause


def _print_result(description: DescribeExecutionOutputTypeDef) -> RunOutput:
    if description.get("error") == RUN_UNMEASURED:
        raise CliError(f"the forecast is complete, but the run is not measured: {find_message(description.get('cause', ''))}")
    if description["status"] != "SUCCEEDED":
        message = f"{description.get('error', '')} {find_message(description.get('cause', ''))}".strip()
        raise CliError(f"the run ended as {description['status']}: {message}".removesuffix(": "))
    output: RunOutput = json.loads(description["output"])
    out.print(Panel(escape(str(output.get("summary", description["output"]))), title="Run", expand=False), soft_wrap=False)
    return output
