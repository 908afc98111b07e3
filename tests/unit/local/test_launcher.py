"""The launcher `./signify`: what it does before Python starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CLOSED_PORT = "http://127.0.0.1:9"
ENVIRONMENT = {"PATH": os.environ["PATH"], "HTTPS_PROXY": CLOSED_PORT, "HTTP_PROXY": CLOSED_PORT, "PIP_RETRIES": "0", "PIP_NO_INDEX": "0"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The launcher and its pins, without an environment."""
    shutil.copy(ROOT / "signify", tmp_path / "signify")
    shutil.copy(ROOT / "package-lock.json", tmp_path / "package-lock.json")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def launch(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as it runs where nothing is installed yet."""
    environment = {**ENVIRONMENT, "HOME": str(checkout), **variables}
    return subprocess.run(
        ["./signify", "--version"], cwd=checkout, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_a_failed_installation_names_the_command_its_last_lines_and_what_to_set(checkout: Path) -> None:
    attempt = launch(checkout)
    assert attempt.returncode == 1
    assert attempt.stdout == ""
    assert "This command failed:" in attempt.stderr
    assert "-m pip install" in attempt.stderr
    assert "No matching distribution found for uv" in attempt.stderr
    assert "PIP_INDEX_URL" in attempt.stderr
    assert not (checkout / ".venv" / "fingerprint").exists()


def test_without_a_python_that_is_new_enough_the_launcher_says_what_it_needs(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "cksum", "dirname", "date"):
        program = shutil.which(name)
        assert program is not None
        (tools / name).symlink_to(program)
    attempt = subprocess.run(
        ["/bin/sh", "./signify"], cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert attempt.returncode != 0
    assert "needs Python 3.11 or newer" in attempt.stderr
