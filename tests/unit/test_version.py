"""One version number: whatever states it agrees with contracts.version."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version
from typer.testing import CliRunner

from cli.app import app as command_line
from contracts import version
from contracts.version import VERSION
from runtime.api.app import document
from runtime.api.main import app as api

ROOT = Path(__file__).resolve().parents[2]
RELEASE_HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def value_at(path: tuple[str, ...], content: dict[str, Any]) -> object:
    value: Any = content
    for key in path:
        value = value[key]
    return value


def test_the_version_is_written_as_pep_440_normalises_it() -> None:
    assert str(Version(VERSION)) == VERSION


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("package.json", ("version",)),
        ("package-lock.json", ("version",)),
        ("package-lock.json", ("packages", "", "version")),
        ("docs/openapi.json", ("info", "version")),
    ],
)
def test_a_json_file_that_states_the_version_agrees(file: str, path: tuple[str, ...]) -> None:
    assert value_at(path, json.loads((ROOT / file).read_text(encoding="utf-8"))) == VERSION


def test_the_distribution_takes_its_version_from_the_module() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in settings["project"]["dynamic"]
    assert "version" not in settings["project"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": f"{version.__name__}.VERSION"}


def test_the_api_describes_itself_with_the_version() -> None:
    assert json.loads(document(api))["info"]["version"] == VERSION


def test_the_command_line_prints_the_version() -> None:
    result = CliRunner().invoke(command_line, ["--version"])
    assert (result.exit_code, result.output) == (0, f"signify {VERSION}\n")


def test_the_newest_release_in_the_changelog_is_the_version_and_releases_run_backwards() -> None:
    releases = [(Version(number), date) for number, date in RELEASE_HEADING.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))]
    assert releases[0][0] == Version(VERSION)
    assert releases == sorted(releases, reverse=True)
