"""Spark on the local stack: sqlframe on DuckDB in place of pyspark, with `s3://` paths that behave as Spark's do.

A path is a folder of part files. Objects are copied through a temporary folder, since DuckDB's S3 extension would have to be downloaded.
glue_jobs/transforms/__init__.py lists the differences from real Spark that matter to the jobs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import boto3
import duckdb
import sqlframe
from sqlframe.duckdb import DuckDBDataFrame
from sqlframe.duckdb.readwriter import DuckDBDataFrameReader, DuckDBDataFrameWriter
from sqlglot import exp

from runtime.adapters.lake.sqlframe_planning import speed_up_planning

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEMORY_LIMIT = "600MB"
THREADS = 2
PART = "part-00000.parquet"
VIEW_NUMBERS = count()
"""Numbers of the views of files, unique in a process: sqlframe keeps its first connection, and with it all views."""


def substitute_pyspark(scratch: Path, memory_limit: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """Import sqlframe as pyspark in this process; DuckDB spills into `scratch` beyond the memory limit."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": THREADS,
        "temp_directory": str(scratch / "spill"),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    sqlframe.activate(engine="duckdb", conn=connection)
    speed_up_planning()
    _patch_parquet(scratch)
    return connection


def _patch_parquet(scratch: Path) -> None:
    """Make sqlframe's reader and writer of Parquet accept Spark's paths."""

    def read(self: DuckDBDataFrameReader, *paths: str) -> DuckDBDataFrame:
        # A view with stated types: sqlframe's own reader plans every read twice, to derive the types and to cast to them.
        files = [file for path in paths for file in _find_files(path, scratch)]
        view, rows = f"files_{next(VIEW_NUMBERS)}", self.session._conn.read_parquet(files)
        rows.create_view(view)
        types = {name: exp.DataType.build(str(each), dialect="duckdb") for name, each in zip(rows.columns, rows.types, strict=True)}
        self.session.catalog.add_table(view, types)
        return self.session.table(view)

    def write(self: DuckDBDataFrameWriter, path: str, mode: str | None = None, **options: str) -> None:
        folder = Path(tempfile.mkdtemp(dir=scratch)) if path.startswith("s3://") else Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        self._write(path=str(folder / PART), mode="overwrite", format="parquet", **options)
        if path.startswith("s3://"):
            _replace(path, folder)

    for owner, method in ((DuckDBDataFrameReader, read), (DuckDBDataFrameWriter, write)):
        setattr(owner, "parquet", method)  # noqa: B010 - types cannot follow a method that replaces another


def _find_files(path: str, scratch: Path) -> list[str]:
    """Return the Parquet files of a Spark path: the file itself, or every part of the folder, downloaded from S3.

    Raises FileNotFoundError, as Spark does, when there is none.
    """
    files = list(_download(path, scratch)) if path.startswith("s3://") else _list_parts(Path(path))
    if not files:
        raise FileNotFoundError(f"path does not exist: {path}")
    return files


def _list_parts(path: Path) -> list[str]:
    return [str(path)] if path.is_file() else sorted(str(part) for part in path.glob("*.parquet"))


def _download(path: str, scratch: Path) -> Iterator[str]:
    bucket, prefix = _split_url(path)
    s3 = boto3.client("s3")
    for key in _list_keys(s3, bucket, prefix):
        file = Path(tempfile.mkdtemp(dir=scratch)) / Path(key).name
        s3.download_file(bucket, key, str(file))
        yield str(file)


def _replace(path: str, folder: Path) -> None:
    """Replace the objects of the folder `path` by the part just written."""
    bucket, prefix = _split_url(path)
    s3 = boto3.client("s3")
    for key in _list_keys(s3, bucket, prefix):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.upload_file(str(folder / PART), bucket, f"{prefix.rstrip('/')}/{PART}")
    (folder / PART).unlink()


def _list_keys(s3: S3Client, bucket: str, prefix: str) -> list[str]:
    folder = prefix if prefix.endswith((".parquet", "/")) else f"{prefix}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(".parquet"))


def _split_url(path: str) -> tuple[str, str]:
    url = urlparse(path)
    return url.netloc, url.path.lstrip("/")
