"""Run the cleansing and the features of one run on a lake that is a folder, on the engine that is installed under the name pyspark.

Real Spark: `python tests/spark/run_jobs.py FOLDER RUN_ID`. The embedded engine: `python -m local.glue_runner tests/spark/run_jobs.py ...`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrameReader, DataFrameWriter

from glue_jobs import data_cleansing, feature_engineering, lake_io

BUCKET = "lake"


def main(folder: Path, run_id: str) -> None:
    """Run both jobs as they are; only the way to the lake is another."""
    for reader_or_writer in (DataFrameReader, DataFrameWriter):
        setattr(reader_or_writer, "parquet", _in(folder, reader_or_writer.parquet))  # noqa: B010 - a method in place of another
    setattr(lake_io, "read_bytes", lambda bucket, key: (folder / key).read_bytes())  # noqa: B010
    setattr(lake_io, "write_bytes", lambda bucket, key, content: (folder / key).write_bytes(content))  # noqa: B010
    setattr(lake_io, "keys_under", lambda bucket, prefix: [prefix] if (folder / prefix).is_file() else [])  # noqa: B010
    for job in (data_cleansing, feature_engineering):
        job.main(["--lake_bucket", BUCKET, "--run_id", run_id])


def _in(folder: Path, method: Callable[..., Any]) -> Callable[..., Any]:
    def parquet(self: Any, *paths: str, **options: Any) -> Any:
        # On a disk DuckDB would read the folder name run_id=... as one more column.
        places = [path.replace(f"s3://{BUCKET}", str(folder)).replace("run_id=", "") for path in paths]
        return method(self, *places, **options)

    return parquet


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
