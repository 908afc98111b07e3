"""The state file: found again, forgotten, and no trouble when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import state
from local.processes import ProcessRecord
from local.state import Ports, TwinState

TWIN = TwinState(Ports(4566, 54329), ProcessRecord(4711, 1795424721.85))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_what_is_written_is_read_again() -> None:
    state.write(TWIN)
    assert state.read() == TWIN


def test_the_state_folder_is_in_the_clone_unless_a_variable_names_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.home() == home
    monkeypatch.delenv("SIGNIFY_HOME")
    assert state.home() == state.ROOT / ".signify"


def test_nothing_written_or_forgotten_reads_as_nothing() -> None:
    assert state.read() is None
    state.write(TWIN)
    state.write_environment({"STAGE": "local"})
    state.clear()
    assert (state.read(), state.read_environment()) == (None, {})


@pytest.mark.parametrize("broken", ["", "{", '{"ports": {}}', "[]"])
def test_a_broken_file_reads_as_nothing(home: Path, broken: str) -> None:
    home.mkdir()
    (home / "twin.json").write_text(broken)
    assert state.read() is None
