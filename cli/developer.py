"""Commands for developers: a token, the twin's environment, the tests."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Annotated

import typer
from rich.table import Table

from cli.console import CliError, out
from cli.platform import LOCAL, platform
from cli.runs import Stage
from contracts.scopes import ALL_SCOPES, Scope
from local import local_stack

ONE_BY_ONE = "(twin or e2e or spark or real_data or slow) and not synth"
AT_ONCE = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]


def token(
    stage: Stage = LOCAL,
    scope: Annotated[list[str] | None, typer.Option(help=f"Only this scope, e.g. {Scope.READ_KPIS}; may be repeated.")] = None,
) -> None:
    """Print a bearer token for the API, with every scope unless --scope names some."""
    out.print(platform(stage).token(" ".join(scope) if scope else ALL_SCOPES), markup=False)


def env() -> None:
    """Print what a shell needs to talk to the twin: eval "$(./signify env)"."""
    for name, value in local_stack.require_running().environment().items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)


def sizes() -> None:
    """Build every deployable as Lambda gets it and say how big it is, unzipped."""
    from tools.package_sizes import MIB, PACKAGES, measure  # the infrastructure's libraries take seconds to import

    table = Table("package", "ours, MiB", "dependencies, MiB", "together", "at most", title="Deployables, unzipped")
    measured = [measure(package) for package in PACKAGES]
    for size in measured:
        parts = (size.sources / MIB, size.dependencies / MIB, size.mib)
        table.add_row(size.name, *(f"{part:.1f}" for part in parts), str(size.at_most_mib))
    out.print(table)
    if not all(size.fits for size in measured):
        raise CliError(f"too big: {', '.join(size.name for size in measured if not size.fits)}")


def run_tests(
    arguments: Annotated[list[str] | None, typer.Argument(help="More arguments for pytest, after --.")] = None,
    every_lane: Annotated[bool, typer.Option("--all", help="Every lane: synth, twin, end to end, Spark, real data.")] = False,
) -> None:
    """Run the tests: the fast lane on all cores, or every lane: synth on all cores too, what shares a twin one test after the other."""
    more = arguments or []
    codes = [_pytest([*([] if "-m" in more else AT_ONCE), *more])]
    if every_lane:
        codes.append(_pytest([*AT_ONCE, "-m", "synth", *more]))
        codes.append(_pytest(["-m", ONE_BY_ONE, *more]))
    raise typer.Exit(max(codes))


def _pytest(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])
