"""The embedded engine, which takes the place of PySpark from the first test of this folder on; the jobs' modules are imported only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.spark import substitute_pyspark
from tests.unit.glue_jobs.rows import write


@dataclass(frozen=True)
class Engine:
    """Frames in and out of the engine; a frame is a pyspark.sql.DataFrame, as sqlframe provides it."""

    spark: Any
    folder: Path
    numbers: Iterator[int]

    def frame(self, table: pa.Table) -> Any:
        """The table as a frame."""
        return self.spark.read.parquet(write(table, self.folder / f"{next(self.numbers)}.parquet"))

    def materialise(self, frame: Any) -> Any:
        """The frame, computed once."""
        return self.spark.read.parquet(self._write(frame))

    def rows(self, frame: Any) -> list[dict[str, Any]]:
        """The frame's rows, in no order."""
        # By way of Parquet, as the jobs do: collect() needs pytz for timestamps, and no job collects one.
        rows: list[dict[str, Any]] = pq.read_table(self._write(frame)).to_pylist()
        return rows

    def schema(self, frame: Any) -> pa.Schema:
        """The types that the frame has in Parquet."""
        return pq.read_table(self._write(frame)).schema

    def _write(self, frame: Any) -> str:
        folder = str(self.folder / str(next(self.numbers)))
        frame.write.parquet(folder)
        return folder


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A session on DuckDB under Spark's name, which stays lent: sqlframe keeps its first connection for good."""
    folder = tmp_path_factory.mktemp("engine")
    substitute_pyspark(folder)
    from glue_jobs.spark import session

    return Engine(session("tests"), folder, count())
