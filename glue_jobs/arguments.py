"""The arguments of every job, and the manifest of its run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.documents import ManifestDocument, StagedObjectEntry
from contracts.paths import manifest_key
from glue_jobs import lake_io


@dataclass(frozen=True)
class StagedObject:
    """One accepted object of the run; `replays` and `discarded_lines` as in contracts.documents.StagedObjectEntry."""

    object_id: str
    dataset: str
    key: str
    rows: int
    staging_key: str
    replays: tuple[str, ...] = ()
    discarded_lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class JobRun:
    """One run as its manifest describes it; `objects` in the order in which they were received."""

    bucket: str
    run_id: str
    as_of_date: date
    horizon_days: int
    today: date
    objects: tuple[StagedObject, ...]

    def path(self, prefix: str) -> str:
        """Return the path, for Spark, of a prefix of the lake."""
        return f"s3://{self.bucket}/{prefix.removesuffix('/')}"

    def of_dataset(self, dataset: str) -> tuple[StagedObject, ...]:
        """Return the objects of one data set."""
        return tuple(item for item in self.objects if item.dataset == dataset)


def job_run(argv: Sequence[str]) -> JobRun:
    """Read `--lake_bucket` and `--run_id`, then the manifest of that run; Glue's own arguments are ignored."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lake_bucket", required=True)
    parser.add_argument("--run_id", required=True)
    arguments, _ = parser.parse_known_args(argv)
    manifest: ManifestDocument = lake_io.read_json(arguments.lake_bucket, manifest_key(arguments.run_id))
    return JobRun(
        bucket=arguments.lake_bucket,
        run_id=arguments.run_id,
        as_of_date=date.fromisoformat(manifest["as_of_date"]),
        horizon_days=int(manifest["horizon_days"]),
        today=date.fromisoformat(manifest["today"]),
        objects=tuple(_staged_object(entry) for entry in manifest["objects"]),
    )


def _staged_object(entry: StagedObjectEntry) -> StagedObject:
    return StagedObject(
        object_id=entry["object_id"],
        dataset=entry["dataset"],
        key=entry["key"],
        rows=int(entry["rows"]),
        staging_key=entry["staging_key"],
        replays=tuple(entry.get("replays", ())),
        discarded_lines=tuple(entry.get("discarded_lines", ())),
    )
