"""An ingestion with fakes around it and the real row store inside."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typing_extensions import override

from contracts import datasets
from contracts.datasets import Contract
from runtime.models.domain.objects import IngestedObject, LandedObject
from runtime.models.domain.row_checks import RowCheck
from runtime.services.ingestion.ingestion import Ingestion
from runtime.services.ingestion.row_validation import CheckedRows, RowValidator
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects
from tests.fakes.ingestion import make_ingestion

KEY = "landing/demand_history/v1/"
COLUMNS = tuple(column.name for column in datasets.load("demand_history").columns if column.required_column)
_VALUES = {"site_id": "S1", "sku_id": "A", "demand_date": "2026-11-01", "quantity": "5", "uom": "EA"}


def line(**values: str) -> str:
    """One row of demand_history with the required columns."""
    return ",".join((_VALUES | values).get(name, "") for name in COLUMNS) + "\n"


HEADER = ",".join(COLUMNS) + "\n"


def history(*lines: str) -> bytes:
    """A demand_history file."""
    return (HEADER + "".join(lines)).encode()


@dataclass(frozen=True)
class World:
    ingestion: Ingestion
    lake: InMemoryLake
    objects: InMemoryObjects
    folder: Path

    def receive(self, name: str, content: bytes, version: str = "v1") -> IngestedObject:
        """Land a file under demand_history (or under a full key) and receive it."""
        return self.ingestion.receive(self.land(name, content, version))

    def land(self, name: str, content: bytes, version: str = "v1") -> LandedObject:
        key = name if name.startswith("landing/") else KEY + name
        self.lake.put(key, content, version)
        return LandedObject(self.lake.bucket, key, version, len(content))

    def staged_keys(self) -> list[str]:
        """The keys of everything staged."""
        return self.lake.keys("staging/")

    def rows(self, record: IngestedObject) -> list[dict[str, Any]]:
        """The staged rows of an accepted object, in their order."""
        assert record.staging_key is not None, record
        path = self.folder / "staged.parquet"
        path.write_bytes(self.lake.contents[record.staging_key])
        with duckdb.connect() as database:
            rows = database.read_parquet(str(path))
            return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def new_world(folder: Path) -> World:
    """A world in which nothing has landed yet."""
    lake, objects = InMemoryLake(), InMemoryObjects()
    return World(make_ingestion(lake, objects, FixedClock()), lake, objects, folder)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


class AcceptingValidator(RowValidator):
    """Finds every row usable, so that a test can read the staged rows of any file."""

    @override
    def check(self, staging_file: Path, contract: Contract, today: date, limit: int) -> CheckedRows:
        return CheckedRows(RowCheck(1, {}, {}, None, (), 0, None, None), ())


@pytest.fixture
def reading_world(world: World) -> World:
    """A world that judges no row."""
    return replace(world, ingestion=replace(world.ingestion, validator=AcceptingValidator()))
