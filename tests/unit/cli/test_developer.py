"""Commands for development: which tests run, and how a size above the limit ends."""

from __future__ import annotations

import subprocess
import webbrowser
from collections.abc import Sequence
from itertools import product
from typing import IO

import pytest
from typer.testing import CliRunner

from cli import developer
from cli.app import app
from cli.console import CliError
from contracts.scopes import ALL_SCOPES
from tools import package_sizes
from tools.package_sizes import MIB, PackageSize


@pytest.fixture
def pytest_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of each run of pytest; a run with `-m synth` or on Spark fails with code 1."""
    calls: list[list[str]] = []

    def call(command: Sequence[str]) -> int:
        calls.append(list(command[3:]))
        return int("synth" in command)

    class SparkTests:
        def __init__(self, command: Sequence[str], *, stdout: IO[str], stderr: int) -> None:
            calls.append(list(command[3:]))
            stdout.write("1 failed on Spark")

        def wait(self) -> int:
            return 1

    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(subprocess, "Popen", SparkTests)
    return calls


def test_a_token_is_for_scopes_by_their_short_or_whole_names(monkeypatch: pytest.MonkeyPatch) -> None:
    class FakePlatform:
        def fetch_token(self, scopes: str) -> str:
            return f"token for {scopes}"

    monkeypatch.setattr(developer, "open_platform", lambda stage: FakePlatform())
    arguments = ["token", "--scope", "kpis:read", "--scope", "signify/forecasts:read"]
    assert CliRunner().invoke(app, arguments).stdout == "token for signify/kpis:read signify/forecasts:read\n"
    assert CliRunner().invoke(app, ["token"]).stdout == f"token for {ALL_SCOPES}\n"
    assert "'foo' is not a scope; the scopes are" in str(CliRunner().invoke(app, ["token", "--scope", "foo"]).exception)


@pytest.mark.parametrize("has_browser", [True, False])
def test_the_documentation_opens_signed_in_and_its_address_is_printed_without_a_browser(
    monkeypatch: pytest.MonkeyPatch, has_browser: bool
) -> None:
    class FakePlatform:
        api_url = "http://127.0.0.1:4566/local/api/v1"

        def fetch_token(self) -> str:
            return "a.b-c_d" * 100

    addresses: list[str] = []
    monkeypatch.setattr(developer, "open_platform", lambda stage: FakePlatform())

    def open_browser(address: str) -> bool:
        addresses.append(address)
        return has_browser

    monkeypatch.setattr(webbrowser, "open", open_browser)
    output = CliRunner().invoke(app, ["docs"]).stdout
    assert addresses == [f"http://127.0.0.1:4566/local/api/v1/docs#token={'a.b-c_d' * 100}"]
    assert output == ("" if has_browser else f"{addresses[0]}\n")


def test_the_fast_tests_run_in_parallel(pytest_calls: list[list[str]]) -> None:
    assert CliRunner().invoke(app, ["test", "--", "-x"]).exit_code == 0
    assert pytest_calls == [["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "-x"]]


def test_a_selected_marker_runs_sequentially_since_it_may_share_a_local_stack(pytest_calls: list[list[str]]) -> None:
    CliRunner().invoke(app, ["test", "--", "-m", "twin"])
    assert pytest_calls == [["-m", "twin"]]


def test_all_runs_every_suite_and_fails_when_one_fails(pytest_calls: list[list[str]]) -> None:
    result = CliRunner().invoke(app, ["test", "--all"])
    assert (result.exit_code, result.stdout) == (1, "1 failed on Spark")
    assert [call[call.index("-m") + 1] if "-m" in call else "fast" for call in pytest_calls] == [
        "fast",
        "synth",
        "slow and not (synth or twin or e2e or spark or real_data)",
        "(spark or real_data) and not (twin or e2e or synth)",
        "(twin or e2e) and not synth",
    ]


def test_every_test_is_in_exactly_one_suite() -> None:
    names = ("synth", "twin", "e2e", "spark", "real_data", "slow")
    fast = "not synth and not twin and not e2e and not spark and not real_data and not slow"
    suites = (fast, "synth", developer.SLOW_MARKERS, developer.BESIDE_THE_STACK, developer.ON_THE_STACK)
    for marks in product((False, True), repeat=len(names)):
        has_mark = dict(zip(names, marks, strict=True))
        assert sum(eval(suite, {}, has_mark) for suite in suites) == 1, has_mark


def test_a_package_above_its_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [PackageSize("api", 1 * MIB, 20 * MIB, 40), PackageSize("jobs", 1 * MIB, 250 * MIB, 200)]
    monkeypatch.setattr(package_sizes, "PACKAGES", sizes)
    monkeypatch.setattr(package_sizes, "measure", lambda size: size)
    result = CliRunner().invoke(app, ["sizes"])
    assert isinstance(result.exception, CliError)
    assert str(result.exception) == "larger than the limit: jobs"
    assert "251.0" in result.output
