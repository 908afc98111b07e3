"""The twin's Spark: `pyspark` lent by sqlframe on DuckDB, with `s3://` paths that behave as Spark's do.

A path is a folder of part files. Objects are copied through a temporary folder: DuckDB's own S3 extension is a download that an
offline machine cannot make. What differs from real Spark and matters to the jobs is listed in glue_jobs/transforms/__init__.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import boto3
import duckdb
import sqlframe
from sqlframe.duckdb.readwriter import DuckDBDataFrameReader, DuckDBDataFrameWriter

MEMORY_LIMIT = "600MB"
THREADS = 2
PART = "part-00000.parquet"


def lend_pyspark(scratch: Path, memory_limit: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """Put sqlframe in pyspark's place for this process; DuckDB spills into `scratch` beyond the memory limit."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": THREADS,
        "temp_directory": str(scratch / "spill"),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    sqlframe.activate(engine="duckdb", conn=connection)
    _read_and_write_folders(scratch)
    return connection


def _read_and_write_folders(scratch: Path) -> None:
    """Teach sqlframe's reader and writer Spark's paths."""

    def read(self: Any, *paths: str, **options: Any) -> Any:  # noqa: ANN401 - sqlframe has no types
        files = [file for path in paths for file in _local_files(path, scratch)]
        return self.load(path=files, format="parquet", **options)

    def write(self: Any, path: str, mode: str | None = None, **options: Any) -> None:  # noqa: ANN401
        folder = Path(tempfile.mkdtemp(dir=scratch)) if path.startswith("s3://") else Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        self._write(path=str(folder / PART), mode="overwrite", format="parquet", **options)
        if path.startswith("s3://"):
            _replace(path, folder)

    setattr(DuckDBDataFrameReader, "parquet", read)  # noqa: B010 - types cannot follow a method put in place of another
    setattr(DuckDBDataFrameWriter, "parquet", write)  # noqa: B010


def _local_files(path: str, scratch: Path) -> list[str]:
    """The Parquet files that a Spark path means: the file itself, or every part of the folder.

    Raises FileNotFoundError, as Spark raises, when there is none.
    """
    found = list(_downloaded(path, scratch)) if path.startswith("s3://") else _parts(Path(path))
    if not found:
        raise FileNotFoundError(f"path does not exist: {path}")
    return found


def _parts(path: Path) -> list[str]:
    return [str(path)] if path.is_file() else sorted(str(part) for part in path.glob("*.parquet"))


def _downloaded(path: str, scratch: Path) -> Iterator[str]:
    bucket, prefix = _bucket_and_key(path)
    s3 = boto3.client("s3")
    for key in _keys(s3, bucket, prefix):
        file = Path(tempfile.mkdtemp(dir=scratch)) / Path(key).name
        s3.download_file(bucket, key, str(file))
        yield str(file)


def _replace(path: str, folder: Path) -> None:
    """Make the folder at `path` hold exactly the part just written."""
    bucket, prefix = _bucket_and_key(path)
    s3 = boto3.client("s3")
    for key in _keys(s3, bucket, prefix):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.upload_file(str(folder / PART), bucket, f"{prefix.rstrip('/')}/{PART}")
    (folder / PART).unlink()


def _keys(s3: Any, bucket: str, prefix: str) -> list[str]:  # noqa: ANN401 - a boto3 client
    folder = prefix if prefix.endswith((".parquet", "/")) else f"{prefix}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(".parquet"))


def _bucket_and_key(path: str) -> tuple[str, str]:
    url = urlparse(path)
    return url.netloc, url.path.lstrip("/")
