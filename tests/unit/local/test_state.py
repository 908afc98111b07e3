"""The state file: read again, deleted, and ignored when it is invalid."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import state
from local.processes import ProcessRecord
from local.state import LocalStackState, Ports

STATE = LocalStackState(Ports(4566, 54329), ProcessRecord(4711, 1795424721.85))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_written_state_is_read_back_unchanged() -> None:
    state.write(STATE)
    assert state.read() == STATE


def test_the_state_folder_is_in_the_clone_unless_a_variable_names_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.home() == home
    monkeypatch.delenv("SIGNIFY_HOME")
    assert state.home() == state.ROOT / ".signify"


def test_a_missing_or_deleted_record_is_none() -> None:
    assert state.read() is None
    state.write(STATE)
    state.write_environment({"STAGE": "local"})
    state.clear()
    assert (state.read(), state.read_environment()) == (None, {})


@pytest.mark.parametrize("content", ["", "{", '{"ports": {}}', "[]"])
def test_an_invalid_file_is_no_record(home: Path, content: str) -> None:
    home.mkdir()
    (home / "local_stack.json").write_text(content)
    assert state.read() is None
