"""Commands for development: which tests run, and how a size above the limit ends."""

from __future__ import annotations

import subprocess

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.console import CliError
from contracts.scopes import ALL_SCOPES
from tools import package_sizes
from tools.package_sizes import MIB, PackageSize


@pytest.fixture
def pytest_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of each run of pytest; a run with `-m synth` fails with code 1."""
    calls: list[list[str]] = []

    def call(command: list[str]) -> int:
        calls.append(command[3:])
        return int("synth" in command)

    monkeypatch.setattr(subprocess, "call", call)
    return calls


def test_the_fast_tests_run_in_parallel(pytest_calls: list[list[str]]) -> None:
    assert CliRunner().invoke(app, ["test", "--", "-x"]).exit_code == 0
    assert pytest_calls == [["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "-x"]]


def test_a_selected_marker_runs_sequentially_since_it_may_share_a_local_stack(pytest_calls: list[list[str]]) -> None:
    CliRunner().invoke(app, ["test", "--", "-m", "twin"])
    assert pytest_calls == [["-m", "twin"]]


def test_all_runs_every_suite_and_fails_when_one_fails(pytest_calls: list[list[str]]) -> None:
    assert CliRunner().invoke(app, ["test", "--all"]).exit_code == 1
    assert [call[call.index("-m") + 1] if "-m" in call else "fast" for call in pytest_calls] == [
        "fast",
        "synth",
        "(twin or e2e or spark or real_data or slow) and not synth",
    ]


def test_a_package_above_its_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [PackageSize("api", 1 * MIB, 20 * MIB, 40), PackageSize("jobs", 1 * MIB, 250 * MIB, 200)]
    monkeypatch.setattr(package_sizes, "PACKAGES", sizes)
    monkeypatch.setattr(package_sizes, "measure", lambda size: size)
    result = CliRunner().invoke(app, ["sizes"])
    assert isinstance(result.exception, CliError)
    assert str(result.exception) == "larger than the limit: jobs"
    assert "251.0" in result.output


@pytest.mark.parametrize(
    ("options", "scopes"), [([], ALL_SCOPES), (["--scope", "signify/kpis:read", "--scope", "b"], "signify/kpis:read b")]
)
def test_a_token_has_all_scopes_or_those_that_are_named(options: list[str], scopes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def fetch_token(self, requested_scopes: str) -> str:
            return f"token for {requested_scopes}"

    monkeypatch.setattr("cli.developer.open_platform", lambda stage: Fake())
    assert CliRunner().invoke(app, ["token", *options]).stdout.replace("\n", "") == f"token for {scopes}"
