"""A home of its own for the tests of commands that read or write the state of the local stack."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the state, empty at first."""
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    return tmp_path
