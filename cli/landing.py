"""Put files into the landing zone and wait until the platform has said what became of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.console import CliError, err
from cli.platform import Platform
from contracts.paths import Zone, dataset_prefix

STATUS_COLOURS = {"ACCEPTED": "green", "DUPLICATE": "yellow", "REJECTED": "red"}


@dataclass(frozen=True)
class Drop:
    """One file and the key it gets in the lake."""

    path: Path
    key: str


def landing_key(dataset: str, file_name: str) -> str:
    """`landing/<dataset>/v1/ingest_date=<today>/<file name>`."""
    return f"{dataset_prefix(Zone.LANDING, dataset)}ingest_date={datetime.now(tz=UTC).date()}/{file_name}"


def land(target: Platform, drops: Sequence[Drop], timeout: float = 600.0) -> list[dict[str, Any]]:
    """Upload the files and return the platform's record of each, in the same order.

    Raises CliError when a record has not appeared after `timeout` seconds.
    """
    s3, bucket = target.client("s3"), target.outputs["LakeBucketName"]
    dropped = [(drop.key, _upload(s3, bucket, drop)) for drop in drops]
    deadline = time.monotonic() + timeout
    records: dict[tuple[str, str], dict[str, Any]] = {}
    with err.status("waiting for the ingestion"):
        while missing := [one for one in dropped if one not in records]:
            records |= _decided(target, missing)
            if time.monotonic() > deadline:
                keys = ", ".join(key for key, _ in missing)
                raise CliError(f"no word of {keys} after {timeout:.0f} s; ./signify logs shows what data_processor says")
            time.sleep(1)
    return [records[one] for one in dropped]


def _decided(target: Platform, waiting: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """The records that are there, up to the first that is not: asking for all of them again and again would exceed the API's rate."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in waiting:
        record = _record(target, *one)
        if record is None:
            break
        found[one] = record
    return found


def _upload(s3: Any, bucket: str, drop: Drop) -> str:  # noqa: ANN401 - a boto3 client
    err.print(f"  [dim]{escape(drop.path.name)} ({drop.path.stat().st_size / 1e6:.1f} MB) -> {escape(drop.key)}[/]")
    s3.upload_file(str(drop.path), bucket, drop.key)
    return str(s3.head_object(Bucket=bucket, Key=drop.key).get("VersionId"))


def _record(target: Platform, key: str, version_id: str) -> dict[str, Any] | None:
    objects = target.get("/data-quality/objects", key=key)["objects"]
    return next((dict(record) for record in objects if record["version_id"] == version_id), None)


def records_table(records: Sequence[dict[str, Any]]) -> Table:
    """What became of each object, with the reason where it was not accepted."""
    table = Table(title="Objects in the lake")
    for name in ("object", "status", "rows", "reason"):
        table.add_column(name, justify="right" if name == "rows" else "left", overflow="fold")
    for record in records:
        colour = STATUS_COLOURS.get(record["status"], "white")
        rows = "" if record.get("rows") is None else f"{record['rows']:,}"
        reason = ": ".join(filter(None, (record.get("reason_code"), record.get("reason"))))
        table.add_row(escape(record["key"].removeprefix(f"{Zone.LANDING}/")), f"[{colour}]{record['status']}[/]", rows, escape(reason))
    return table
