"""Tests of rooms that run elsewhere beside other versions of their libraries, again in environments of those versions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Elsewhere:
    """A set of pins in requirements/, the versions that make it worth a test, and what to test with it."""

    requirements: str
    versions: dict[str, str]
    tests: tuple[str, ...]


PANDAS_2 = Elsewhere("pandas2", {"pandas": "2."}, ("--noconftest", "tests/unit/kpi_engine"))
GLUE_51 = Elsewhere(
    "glue51",
    {"boto3": "1.40.61", "numpy": "2.3.4", "pandas": "2.3.3", "pyarrow": "22.0.0"},
    ("--confcutdir=tests/unit", "tests/unit/forecast_engine", "tests/unit/glue_jobs"),
)


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", [PANDAS_2, GLUE_51], ids=lambda elsewhere: elsewhere.requirements)
def test_the_tests_pass_with_the_other_versions(elsewhere: Elsewhere, tmp_path: Path) -> None:
    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "venv" / "bin" / "python"
    pins = ROOT / "requirements" / f"{elsewhere.requirements}.txt"
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins)
    for library, version in elsewhere.versions.items():
        assert run(python, "-c", f"import {library}; print({library}.__version__)").startswith(version)
    assert " passed" in run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *elsewhere.tests)


def run(*command: object) -> str:
    process = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    return process.stdout
