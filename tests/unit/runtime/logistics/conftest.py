"""An operation without rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.runtime.logistics.operation import Operation


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    return Operation(tmp_path)
