"""Commands for development: a token, the documentation of the API, the local stack's environment, package sizes, the tests."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli.clients.command import parse_scopes
from cli.console import CliError, out
from cli.platform import LOCAL, open_platform
from cli.runs import Stage
from contracts.routes import TOKEN_FRAGMENT, PublicRoute
from contracts.scopes import ALL_SCOPES, Scope
from local import local_stack

ON_THE_STACK = "(twin or e2e) and not synth"
BESIDE_THE_STACK = "(spark or real_data) and not (twin or e2e or synth)"
SLOW_MARKERS = "slow and not (synth or twin or e2e or spark or real_data)"
PYTEST = (sys.executable, "-m", "pytest")
PARALLEL_OPTIONS = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]


def token(
    stage: Stage = LOCAL,
    scope: Annotated[
        list[str] | None, typer.Option(help=f"A scope, e.g. {Scope.READ_KPIS.local_name}; repeatable. Default: all scopes.")
    ] = None,
) -> None:
    """Print a bearer token for the API."""
    scopes = " ".join(parse_scopes(" ".join(scope))) if scope else ALL_SCOPES
    out.print(open_platform(stage).fetch_token(scopes), markup=False)


def docs(stage: Stage = LOCAL) -> None:
    """Open the documentation page of the API, signed in: every route can be tried at once. The token is valid for an hour."""
    target = open_platform(stage)
    address = f"{target.api_url}/{PublicRoute.DOCS}#{TOKEN_FRAGMENT}={target.fetch_token()}"
    if not webbrowser.open(address):
        out.print(address, markup=False, soft_wrap=True)


def env() -> None:
    """Print the environment variables of the local stack for a shell: eval "$(./signify env)"."""
    for name, value in local_stack.require_running().environment().items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)


def sizes() -> None:
    """Build every deployable as Lambda receives it and show its unzipped size."""
    from tools.package_sizes import MIB, PACKAGES, measure  # the infrastructure's libraries take seconds to import

    table = Table("package", "source, MiB", "dependencies, MiB", "total", "limit", title="Unzipped size of the deployables")
    package_sizes = [measure(package) for package in PACKAGES]
    for size in package_sizes:
        parts = (size.sources / MIB, size.dependencies / MIB, size.mib)
        table.add_row(size.name, *(f"{part:.1f}" for part in parts), str(size.max_mib))
    out.print(table)
    if not all(size.fits for size in package_sizes):
        raise CliError(f"larger than the limit: {', '.join(size.name for size in package_sizes if not size.fits)}")


def run_tests(
    arguments: Annotated[list[str] | None, typer.Argument(help="Arguments for pytest, after --.")] = None,
    every_suite: Annotated[bool, typer.Option("--all", help="Run every suite: also synth, twin, e2e, spark, real_data and slow.")] = False,
) -> None:
    """Run the fast tests in parallel; with --all every test suite."""
    more = arguments or []
    codes = [_run_pytest([*([] if "-m" in more else PARALLEL_OPTIONS), *more])]
    if every_suite:
        codes.append(_run_pytest([*PARALLEL_OPTIONS, "-m", "synth", *more]))
        codes.append(_run_pytest([*PARALLEL_OPTIONS, "-m", SLOW_MARKERS, *more]))
        codes += _run_beside_the_stack(more)
    raise typer.Exit(max(codes))


def _run_beside_the_stack(more: Sequence[str]) -> tuple[int, int]:
    """Run the tests that share one local stack, which mostly wait for it, and those on Spark beside them; print their output afterwards."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        beside = subprocess.Popen([*PYTEST, "-m", BESIDE_THE_STACK, *more], stdout=output, stderr=subprocess.STDOUT)
        try:
            code = _run_pytest(["-m", ON_THE_STACK, *more])
        except BaseException:
            beside.terminate()
            raise
        beside_code = beside.wait()
        output.seek(0)
        sys.stdout.writelines(output)
    return code, beside_code


def _run_pytest(arguments: Sequence[str]) -> int:
    return subprocess.call([*PYTEST, *arguments])
