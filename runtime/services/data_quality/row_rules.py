"""Rules for rows: all accounted for, no file without a usable row, and few rows in quarantine."""

from __future__ import annotations

from collections.abc import Iterator

from contracts import datasets
from contracts.places import describe_place
from contracts.quality_codes import QuarantineCode, WarningCode
from runtime.models.domain.documents import DatasetQuality, ObjectQuality, QualityDocument
from runtime.models.domain.findings import EVERYTHING, Finding, Severity
from runtime.services.data_quality.bad_row_rules import bad_row_findings

DOUBTFUL = (WarningCode.REPEATED, WarningCode.RUINED_IDENTIFIER)
"""Warnings with which a run cannot pass without a warning: rows may be missing, or items merged."""
PLATFORM = "operator of the platform"


def row_findings(quality: QualityDocument, bad_row_share_limit: float) -> Iterator[Finding]:
    """Yield what is wrong with the rows of a run."""
    for name, counts in [(EVERYTHING, quality), *quality.datasets.items()]:
        if not counts.is_reconciled:
            action = "report the run: rows were lost"
            yield Finding(Severity.FAIL, name, f"{name}: {counts.sum_up()}", action, PLATFORM, weight=float(counts.rows_in))
    for dataset, part in quality.datasets.items():
        yield from (_unusable_file(dataset, part, each) for each in part.objects if each.is_unusable)
    yield from _doubts(quality)
    yield from bad_row_findings(quality, bad_row_share_limit)
    yield from _no_demand(quality)


def _doubts(quality: QualityDocument) -> Iterator[Finding]:
    """Yield what is doubtful about rows that are used: worth a warning, but no reason to stop."""
    for name, part in quality.datasets.items():
        for warning, rows in part.warnings.items():
            code = _find_code(warning)
            if code in DOUBTFUL:
                column = warning[len(code) + 1 :]
                text = f"{rows:,} of {part.rows_in:,} rows, {code}{f' in {column}' if column else ''}: {code.cause} {code.fix}"
                yield Finding(Severity.WARN, name, text.rstrip("."), "look at these rows", f"source of {name}", weight=float(rows))


def _find_code(warning: str) -> WarningCode | None:
    """Return the code that a report counts under this name: the code alone, or with a column behind it.

    >>> _find_code("repeated_hour_order_ts").value, _find_code("repeated").value
    ('REPEATED_HOUR', 'REPEATED')
    """
    return max((code for code in WarningCode if f"{warning}_".startswith(f"{code.lower()}_")), key=len, default=None)


def _unusable_file(dataset: str, part: DatasetQuality, file: ObjectQuality) -> Finding:
    samples = [sample for sample in part.samples if sample.key == file.key]
    cause = f"; {samples[0].code} in {describe_place(samples[0].line)}: {_cause(samples[0].code)}" if samples else ""
    text = f"none of the {file.quarantined:,} rows of this file can be used{cause}"
    return Finding(
        Severity.WARN,
        file.key.rpartition("/")[2],
        text,
        "correct the file and upload it again under the same name",
        f"source of {dataset}",
        weight=1000.0 + file.quarantined,
    )


def _cause(code: str) -> str:
    """Return the cause of a code in words, without what the file holds: findings outlive the rows."""
    return next((entry.cause.rstrip(".").lower() for entry in QuarantineCode if entry == code), "see the report")


def _no_demand(quality: QualityDocument) -> Iterator[Finding]:
    parts = _demand_parts(quality)
    rows_in = sum(part.rows_in for part in parts)
    if rows_in and not sum(part.curated for part in parts):
        text = f"none of the {rows_in:,} rows with demand can be used: there is nothing to forecast from"
        yield Finding(
            Severity.FAIL, "demand", text, "correct the files and upload them again", "sources of the files", weight=float(rows_in)
        )


def _demand_parts(quality: QualityDocument) -> list[DatasetQuality]:
    return [part for name, part in quality.datasets.items() if name in datasets.list_demand_names()]
