"""`signify withdraw`: take an uploaded object out of later runs, erase it, or take the withdrawal back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, TypedDict

import typer
from botocore.config import Config
from rich.markup import escape
from rich.table import Table

from cli.console import CliError, out
from cli.landing import STATUS_COLOURS
from cli.platform import LOCAL, Platform, open_platform
from cli.runs import Stage, find_message

# The function may delete files for minutes, and is not called a second time meanwhile.
PATIENT = Config(connect_timeout=5, read_timeout=900, retries={"total_max_attempts": 1})
NOT_ERASED = (
    "Not erased: the record of the object (key, size, checksum), features, forecasts and figures of earlier runs (sums over rows), "
    "backups of the database until databaseBackupDays, files in scratch/ and queries/ until workingDays, access logs (keys only)."
)


class WithdrawnObject(TypedDict):
    """One object after the order."""

    id: str
    key: str
    version_id: str
    status: str
    rows: int


class WithdrawalOutput(TypedDict):
    """The output of the function; `error` says why it refused the order."""

    objects: list[WithdrawnObject]
    erased_files: int
    error: str | None


def withdraw(
    object_name: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of an object, or its key or file name for all versions of it.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit log.")],
    erase: Annotated[bool, typer.Option("--erase", help="Also delete the file and its rows, for good.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take a withdrawal back, unless the object was erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Withdraw an accepted object: later runs no longer read it. Published forecasts change with the next run."""
    if not reason.strip():
        raise CliError("--reason is empty; say why the object is withdrawn")
    if erase and undo:
        raise CliError("--erase and --undo exclude each other; an erased object cannot be restored")
    if erase and not yes:
        typer.confirm(f"Delete {object_name} and its rows for good?", abort=True)
    output = order_withdrawal(open_platform(stage), object_name, reason, "erase" if erase else "restore" if undo else "withdraw")
    out.print(_make_table(output["objects"]))
    if erase:
        out.print(f"{output['erased_files']} versions of files deleted. {NOT_ERASED}")
    out.print(
        "A later run reads the object again." if undo else "A run that has started still reads it; start another with `./signify run`."
    )


def order_withdrawal(target: Platform, object_name: str, reason: str, mode: str) -> WithdrawalOutput:
    """Let the function of the stage carry out the order in the name of the caller. Raises CliError with its message."""
    event = {"object": object_name, "mode": mode, "reason": reason, "actor": target.client("sts").get_caller_identity()["Arn"]}
    functions = replace(target, config=PATIENT).client("lambda")
    response = functions.invoke(FunctionName=target.outputs["ObjectWithdrawerName"], Payload=json.dumps(event).encode())
    payload = response["Payload"].read().decode()
    if response.get("FunctionError"):
        raise CliError(find_message(payload))
    output: WithdrawalOutput = json.loads(payload)
    if output["error"]:
        raise CliError(output["error"])
    return output


def _make_table(objects: list[WithdrawnObject]) -> Table:
    table = Table(title="Objects")
    for name in ("object", "id", "status"):
        table.add_column(name, overflow="fold")
    for record in objects:
        table.add_row(escape(record["key"]), record["id"], f"[{STATUS_COLOURS.get(record['status'], 'white')}]{record['status']}[/]")
    return table
