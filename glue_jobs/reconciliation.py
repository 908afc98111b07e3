"""Accounting for every row: what went in equals what came out, object by object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.documents import (
    DatasetQualityDocument,
    FeedDocument,
    ObjectCountsDocument,
    QualityDocument,
    QuarantineSample,
    RowCountsDocument,
    WarningDocument,
)
from contracts.quality_codes import UNKNOWN_CODES
from glue_jobs.arguments import JobRun, StagedObject

Counts = Mapping[str, int]
"""Rows per source_object, or per code."""


class RowsLost(Exception):
    """The rows of an object do not add up; the message names the object and the counts."""


@dataclass(frozen=True)
class ObjectCounts:
    """Counts of the rows of one object by outcome."""

    object_id: str
    key: str
    rows_in: int
    curated: int
    quarantined: int
    duplicates: int
    discards: int = 0

    @property
    def rows_out(self) -> int:
        """The rows that are accounted for."""
        return self.curated + self.quarantined + self.duplicates + self.discards

    def as_document(self, codes: Counts) -> ObjectCountsDocument:
        """Return the counts as they are in quality.json, with the quarantined rows by code."""
        return {
            "object_id": self.object_id,
            "key": self.key,
            "codes": dict(codes),
            "rows_in": self.rows_in,
            "curated": self.curated,
            "quarantined": self.quarantined,
            "duplicates": self.duplicates,
            "discards": self.discards,
        }


def reconcile(objects: Sequence[StagedObject], curated: Counts, quarantined: Counts, duplicates: Counts) -> list[ObjectCounts]:
    """Return the counts of every object, rows_in as ingestion counted them; a replayed row counts as the row that it replaces.

    Raises RowsLost when rows_in is not curated + quarantined + duplicates + discarded for each of them.
    """
    object_counts = [
        ObjectCounts(
            object_id=o.object_id,
            key=o.key,
            rows_in=o.rows,
            curated=curated.get(o.object_id, 0),
            quarantined=quarantined.get(o.object_id, 0),
            duplicates=duplicates.get(o.object_id, 0),
            discards=len(o.discarded_lines),
        )
        for o in objects
    ]
    for part in object_counts:
        if part.rows_in != part.rows_out:
            raise RowsLost(
                f"{part.key}: {part.rows_in} rows came in, but {part.curated} curated + {part.quarantined} quarantined "
                f"+ {part.duplicates} duplicates{f' + {part.discards} discarded' if part.discards else ''} = {part.rows_out}"
            )
    return object_counts


def dataset_report(
    objects: Sequence[ObjectCounts],
    codes: Mapping[str, Counts],
    warnings: Sequence[WarningDocument],
    samples: Sequence[QuarantineSample],
) -> DatasetQualityDocument:
    """Return one data set's part of quality.json. codes: the quarantined rows of every object by code."""
    object_counts = [part.as_document(codes.get(part.object_id, {})) for part in objects]
    sums = Counter[str]()
    for of_object in codes.values():
        sums.update(of_object)
    return {
        "objects": object_counts,
        **sum_counts(object_counts),
        "codes": dict(sorted(sums.items(), key=lambda item: (-item[1], item[0]))),
        "warnings": {name_warning(warning): warning["rows"] for warning in warnings},
        "samples": list(samples),
        "warning_samples": list(warnings),
        "unplaced_rows": {},
    }


def with_unplaced_rows(
    datasets: Mapping[str, DatasetQualityDocument], unplaced_rows: Mapping[str, Counts]
) -> dict[str, DatasetQualityDocument]:
    """Return the parts of the report with the rows of which site and day cannot be told, by object."""
    return {name: {**part, "unplaced_rows": dict(unplaced_rows.get(name, {}))} for name, part in datasets.items()}


def name_warning(warning: WarningDocument) -> str:
    """Return the name under which a report counts a warning, such as blank_customer_id."""
    return "_".join(part for part in (warning["code"].lower(), warning["column"]) if part)


def quality_report(
    run: JobRun, datasets: Mapping[str, DatasetQualityDocument], feeds: Sequence[FeedDocument] = (), unknown_series_days: int = 0
) -> QualityDocument:
    """Return quality.json: every data set and the sums over all of them, and the feeds."""
    sums = sum_counts(list(datasets.values()))
    return {
        "run_id": run.run_id,
        "as_of_date": str(run.as_of_date),
        "datasets": dict(datasets),
        **sums,
        "reconciled": True,
        "bad_row_share": (sums["quarantined"] - count_unknown(datasets)) / sums["rows_in"] if sums["rows_in"] else 0.0,
        "feeds": list(feeds),
        "unknown_series_days": unknown_series_days,
    }


def count_unknown(datasets: Mapping[str, DatasetQualityDocument]) -> int:
    """Return the quarantined rows that state nothing, such as blank cells: they are no bad rows."""
    return sum(part["codes"].get(code, 0) for part in datasets.values() for code in UNKNOWN_CODES)


def sum_counts(parts: Sequence[RowCountsDocument]) -> RowCountsDocument:
    """Return the five counts, summed over the parts."""
    return {
        "rows_in": sum(part["rows_in"] for part in parts),
        "curated": sum(part["curated"] for part in parts),
        "quarantined": sum(part["quarantined"] for part in parts),
        "duplicates": sum(part["duplicates"] for part in parts),
        "discards": sum(part["discards"] for part in parts),
    }
