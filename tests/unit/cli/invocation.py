"""Run a command of the CLI in this process."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from cli.app import app


def invoke(*arguments: str) -> Result:
    """Run `signify` with these arguments and return its exit code, output and exception."""
    return CliRunner().invoke(app, list(arguments))
