"""A data path of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from local.spark import substitute_pyspark
from tests.pipeline import Pipeline, morning_after, simulated_lake

AS_OF = date(2026, 11, 28)
HERE = Path(__file__).parent
FAST = "test_pipeline.py"
"""The file of this folder that the fast tests run; each test of the others runs the jobs whole, once or several times."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE and item.path.name != FAST:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The embedded engine under Spark's name, for the rest of the process."""
    substitute_pyspark(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def pipeline(embedded_engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """An empty lake on the morning after AS_OF; files that an adapter converts go to the test's own folder."""
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path / "home"))
    with simulated_lake(morning_after(AS_OF)) as data_path:
        yield data_path
