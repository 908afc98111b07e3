"""`signify rebuild`: make the content of the database anew from the lake. `signify backup`: copy all of it there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, TypedDict, cast

import typer
from botocore.config import Config
from rich.markup import escape
from rich.table import Table

from cdk.compute.function_specs import DATABASE_REBUILDER, FunctionSpec
from cli.console import CliError, err, out
from cli.platform import LOCAL, Platform, open_platform
from contracts.environment import Variable
from local.client_factory import ClientFactory

MAX_SECONDS = 900
"""The longest invocation of a function."""


class Position(TypedDict):
    """Where the next invocation continues."""

    step: str
    after: str


class RebuildPart(TypedDict):
    """What one invocation of the rebuilder has done. `new_rows`: rows that were restored, or copied, by table."""

    position: Position | None
    count: int
    total: int
    new_rows: dict[str, int]
    warnings: list[str]


Stage = Annotated[str, typer.Option(help="A deployed stage; `local` is the local stack.")]


def rebuild(
    stage: Stage = LOCAL,
    merge: Annotated[bool, typer.Option("--merge", help="Add what is missing to a database that is not empty.")] = False,
) -> None:
    """Rebuild the database of a stage from its lake, after the schema was made anew. An interrupted rebuild is started again."""
    rebuild_database(open_platform(stage), merge=merge)


def backup(stage: Stage = LOCAL) -> None:
    """Copy all rows of the database to the lake, once after an upgrade from a version that did not copy them. The stage runs on."""
    backup_database(open_platform(stage))


def backup_database(target: Platform) -> None:
    """Copy all rows part by part, and print the progress and the number of rows."""
    copied_rows: Counter[str] = Counter()
    for part in _invoke_parts(target, backup=True):
        copied_rows.update(part["new_rows"])
        print_progress(part)
    out.print(make_rows_table("Rows copied to the lake", copied_rows))


def rebuild_database(target: Platform, *, merge: bool = False) -> None:
    """Rebuild the database part by part, and print the progress, the new rows and what could not be restored."""
    new_rows: Counter[str] = Counter()
    warnings: list[str] = []
    for part in _invoke_parts(target, merge=merge):
        new_rows.update(part["new_rows"])
        warnings += part["warnings"]
        print_progress(part)
    out.print(make_rows_table("Rows restored from the lake", new_rows))
    for warning in warnings:
        out.print(f"[yellow]warning[/] {escape(warning)}")


def print_progress(part: RebuildPart) -> None:
    """Print how far the current step is; nothing after the last part."""
    if part["position"]:
        err.print(f"  {part['position']['step']}: {part['count']:,} of {part['total']:,}")


def make_rows_table(title: str, rows: Mapping[str, int]) -> Table:
    """Return the number of rows of each table."""
    table = Table(title=title, show_footer=True)
    table.add_column("table", footer="total")
    table.add_column("rows", justify="right", footer=f"{sum(rows.values()):,}")
    for name, count in sorted(rows.items()):
        table.add_row(name, f"{count:,}")
    return table


def _invoke_parts(target: Platform, **options: bool) -> Iterator[RebuildPart]:
    """Invoke the rebuilder until nothing is left, and yield what each invocation returned."""
    actor = target.client("sts").get_caller_identity()["Arn"]
    position: Position | None = None
    while True:
        request = {"actor": actor[-255:], **options, "position": position}
        part = cast(RebuildPart, invoke_function(target, DATABASE_REBUILDER, request))
        yield part
        position = part["position"]
        if position is None:
            return


def invoke_function(target: Platform, spec: FunctionSpec, request: Mapping[str, object]) -> Mapping[str, object]:
    """Return what a function of the stage returns for a request. Raises CliError with its error message."""
    clients = ClientFactory(target.options, Config(connect_timeout=5, read_timeout=MAX_SECONDS, retries={"total_max_attempts": 1}))
    client = clients.client("lambda")
    response = client.invoke(FunctionName=find_function(target, spec), Payload=json.dumps(request).encode())
    result: dict[str, object] = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise CliError(f"{spec.name} failed: {result.get('errorType', '')}: {result.get('errorMessage', result)}")
    return result


def find_function(target: Platform, spec: FunctionSpec) -> str:
    """Return the name of a deployed function of the stage. Raises CliError when there is none."""
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    for function in (function for page in pages for function in page["Functions"]):
        variables = function.get("Environment", {}).get("Variables", {})
        if function["Handler"] == spec.entry_point and variables.get(Variable.STAGE) == target.stage:
            return str(function["FunctionName"])
    raise CliError(f"stage {target.stage} has no function {spec.name} in this account and region; deploy it first")
