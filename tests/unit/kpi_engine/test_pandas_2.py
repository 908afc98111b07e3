"""The engines' tests again on pandas 2, in an environment of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_engines_pass_their_tests_on_pandas_2_too(tmp_path: Path) -> None:
    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "venv" / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", ROOT / "requirements" / "pandas2.txt")
    assert run(python, "-c", "import pandas; print(pandas.__version__)").startswith("2.")
    told = run(python, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider", "tests/unit/kpi_engine")
    assert " passed" in told


def run(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
