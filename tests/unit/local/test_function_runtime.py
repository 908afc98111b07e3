"""The packages of Lambda's runtime are installed once per set of pins; uv is replaced by scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import function_runtime
from local.errors import LocalStackError


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to which a stand-in for uv appends a line for every call."""
    calls, program, requirements = tmp_path / "calls", tmp_path / "uv", tmp_path / "lambda-runtime.txt"
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(0o755)
    requirements.write_text("boto3==1.0 --hash=sha256:00\n")
    monkeypatch.setattr(function_runtime, "find_uv_bin", lambda: str(program))
    monkeypatch.setattr(function_runtime, "REQUIREMENTS", requirements)
    return calls


def test_the_pins_are_installed_with_hashes_and_only_once(tmp_path: Path, calls: Path) -> None:
    for _ in range(2):
        function_runtime.ensure_installed(tmp_path / "runtime")
    [call] = calls.read_text().splitlines()
    assert f"--target {tmp_path}/runtime/site" in call
    assert f"--require-hashes --requirement {tmp_path}/lambda-runtime.txt" in call


def test_changed_pins_are_installed_into_an_empty_folder(tmp_path: Path, calls: Path) -> None:
    function_runtime.ensure_installed(tmp_path / "runtime")
    (tmp_path / "runtime" / "site").mkdir()
    (tmp_path / "lambda-runtime.txt").write_text("boto3==2.0 --hash=sha256:00\n")
    function_runtime.ensure_installed(tmp_path / "runtime")
    assert len(calls.read_text().splitlines()) == 2
    assert not (tmp_path / "runtime" / "site").exists()


@pytest.mark.usefixtures("calls")
def test_a_failed_installation_shows_the_output_and_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\necho 'no route to the index' >&2\nexit 2\n")
    for _ in range(2):
        with pytest.raises(LocalStackError, match=r"cannot install the packages of Lambda's runtime .*: no route to the index"):
            function_runtime.ensure_installed(tmp_path / "runtime")
