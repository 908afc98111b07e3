"""Accounting for every row: what went in equals what came out, object by object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from glue_jobs.arguments import JobRun, StagedObject

Counts = Mapping[str, int]
"""Rows per source_object."""


class RowsLost(Exception):
    """The rows of an object do not add up; the message names the object and the counts."""


@dataclass(frozen=True)
class ObjectCounts:
    """Where the rows of one object went."""

    object_id: str
    key: str
    rows_in: int
    curated: int
    quarantined: int
    duplicates: int


def reconciled(objects: Sequence[StagedObject], curated: Counts, quarantined: Counts, duplicates: Counts) -> list[ObjectCounts]:
    """The counts of every object, rows_in as ingestion counted them.

    Raises RowsLost when rows_in is not curated + quarantined + duplicates for each of them.
    """
    counted = [
        ObjectCounts(o.object_id, o.key, o.rows, *(counts.get(o.object_id, 0) for counts in (curated, quarantined, duplicates)))
        for o in objects
    ]
    for part in counted:
        if part.rows_in != part.curated + part.quarantined + part.duplicates:
            raise RowsLost(
                f"{part.key}: {part.rows_in} rows came in, but {part.curated} curated + {part.quarantined} quarantined "
                f"+ {part.duplicates} duplicates = {part.curated + part.quarantined + part.duplicates}"
            )
    return counted


def dataset_report(
    objects: Sequence[ObjectCounts], codes: Mapping[str, int], warnings: Mapping[str, int], samples: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """One dataset's part of quality.json."""
    return {
        "objects": [asdict(part) for part in objects],
        **totals([asdict(part) for part in objects]),
        "codes": dict(codes),
        "warnings": dict(warnings),
        "samples": list(samples),
    }


def quality_report(run: JobRun, datasets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """quality.json: every dataset and the sums over all of them."""
    sums = totals(list(datasets.values()))
    share = sums["quarantined"] / sums["rows_in"] if sums["rows_in"] else 0.0
    head = {"run_id": run.run_id, "as_of_date": str(run.as_of_date), "datasets": dict(datasets)}
    return {**head, **sums, "reconciled": True, "bad_row_share": share}


def totals(parts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The four counts, summed."""
    return {name: sum(part[name] for part in parts) for name in ("rows_in", "curated", "quarantined", "duplicates")}
