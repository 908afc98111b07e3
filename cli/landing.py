"""Upload files to the landing zone and wait for the platform's record of each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.console import CliError, err
from cli.records import ObjectRecord
from contracts.outputs import Output
from contracts.paths import SameName, Zone, landing_key, replay_key
from runtime.services.ingestion.mappings import parse_layout
from runtime.services.ingestion.staging.layout import FileLayout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STATUS_COLOURS = {"ACCEPTED": "green", "DUPLICATE": "yellow", "REJECTED": "red", "WITHDRAWN": "magenta", "SUPERSEDED": "magenta"}
POLL_SECONDS = 1.0


class Target(Protocol):
    """The parts of a platform that an upload needs."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """CloudFormation outputs by key."""

    def client(self, service: Literal["s3"]) -> S3Client:
        """Return a client of S3."""

    def get(self, path: str, **parameters: str) -> Mapping[str, Any]:
        """GET a route of the API."""


@dataclass(frozen=True)
class Drop:
    """One file and its key in the lake. `mapping`: the document that states how it is read, which is uploaded before it."""

    path: Path
    key: str
    mapping: Path | None = None
    mapping_key: str | None = None

    @property
    def layout(self) -> FileLayout:
        """How the file is read."""
        return parse_layout(self.mapping.read_text(encoding="utf-8")) if self.mapping else FileLayout()


def make_landing_key(dataset: str, file_name: str, same_name: SameName | None = None, source: str | None = None) -> str:
    """Return the key of an upload of today; `source` names the mapping by which it is read."""
    return landing_key(dataset, datetime.now(tz=UTC).date(), file_name, same_name, source)


def make_replay_key(dataset: str, file_name: str, original_id: str, source: str | None = None) -> str:
    """Return the key of mended rows of an object, uploaded today."""
    return replay_key(dataset, datetime.now(tz=UTC).date(), file_name, original_id, source)


def wait_for_record(target: Target, key: str, timeout: float = 600.0) -> ObjectRecord:
    """Return the platform's record of an object that was uploaded. Raises CliError when it is missing after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    with err.status("waiting for the rows to be ingested"):
        while not (objects := cast(list[ObjectRecord], target.get("/data-quality/objects", key=key)["objects"])):
            if time.monotonic() > deadline:
                raise CliError(f"timed out after {timeout:.0f} s waiting for {key}; see the log: `./signify logs data_processor`")
            time.sleep(POLL_SECONDS)
    return objects[0]


def land(target: Target, drops: Sequence[Drop], timeout: float = 600.0) -> list[ObjectRecord]:
    """Upload the files and return the platform's record of each, in the same order.

    Raises CliError when a record is missing after `timeout` seconds.
    """
    s3, bucket = target.client("s3"), target.outputs[Output.LAKE_BUCKET_NAME]
    uploads = [(drop.key, _upload(s3, bucket, drop)) for drop in drops]
    deadline = time.monotonic() + timeout
    records: dict[tuple[str, str], ObjectRecord] = {}
    with err.status("waiting for the files to be ingested"):
        while missing := [upload for upload in uploads if upload not in records]:
            records |= _fetch_records(target, missing)
            if time.monotonic() > deadline:
                keys = ", ".join(key for key, _ in missing)
                raise CliError(f"timed out after {timeout:.0f} s waiting for {keys}; see the log: `./signify logs data_processor`")
            time.sleep(POLL_SECONDS)
    return [records[upload] for upload in uploads]


def render_objects(records: Sequence[ObjectRecord], title: str = "Objects in the lake") -> Group:
    """Return a table of the objects, and below it the reason for each that was not accepted: reasons are too long for a column."""
    table = Table(title=title)
    for name in ("object", "status", "rows", "usable"):
        table.add_column(name, justify="right" if name in {"rows", "usable"} else "left", overflow="fold")
    for record in records:
        colour = STATUS_COLOURS.get(record["status"], "white")
        check = record.get("row_check")
        counts = (record.get("rows"), check["usable_rows"] if check else None)
        numbers = ("" if number is None else f"{number:,}" for number in counts)
        table.add_row(escape(_shorten(record["key"])), f"[{colour}]{record['status']}[/]", *numbers)
    return Group(table, *(reason for record in records if (reason := _format_reason(record))))


def _format_reason(record: ObjectRecord) -> Text | None:
    reason = ": ".join(filter(None, (record.get("reason_code"), record.get("reason"))))
    if withdrawal := record.get("withdrawal"):
        verb = "erased" if withdrawal["erased_at"] else "withdrawn"
        reason = f"{verb} by {withdrawal['actor']}: {withdrawal['reason']}"
    return Text(f"{_shorten(record['key'])}: {reason}") if reason else None


def _shorten(key: str) -> str:
    """Return data set and file name of a key, which fit on a screen of 80 columns."""
    parts = key.removeprefix(f"{Zone.LANDING}/").split("/")
    return f"{parts[0]}/{parts[-1]}" if len(parts) > 1 else key


def _fetch_records(target: Target, uploads: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ObjectRecord]:
    """Return the records up to the first missing one: polling all of them would exceed the API's rate limit."""
    records: dict[tuple[str, str], ObjectRecord] = {}
    for key, version_id in uploads:
        record = _fetch_record(target, key, version_id)
        if record is None:
            break
        records[key, version_id] = record
    return records


def _upload(s3: S3Client, bucket: str, drop: Drop) -> str:
    if drop.mapping and drop.mapping_key:
        s3.upload_file(str(drop.mapping), bucket, drop.mapping_key)
    err.print(f"  [dim]{escape(drop.path.name)} ({drop.path.stat().st_size / 1e6:.1f} MB) -> {escape(drop.key)}[/]")
    s3.upload_file(str(drop.path), bucket, drop.key)
    return str(s3.head_object(Bucket=bucket, Key=drop.key).get("VersionId"))


def _fetch_record(target: Target, key: str, version_id: str) -> ObjectRecord | None:
    objects = cast(list[ObjectRecord], target.get("/data-quality/objects", key=key)["objects"])
    return next((record for record in objects if record["version_id"] == version_id), None)
