"""Rules for rows in quarantine: whose site and day cannot be told, that wait for master data, or that are many in a file or data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts import datasets
from contracts.quality_codes import MASTERS, UNKNOWN_CODES
from runtime.models.domain.documents import DatasetQuality, ObjectQuality, QualityDocument
from runtime.models.domain.findings import Finding, Severity
from runtime.models.domain.row_checks import list_codes

MOST_FILES = 3
"""Files with many bad rows that a finding names."""
MOST_PARKED = 0.5
"""Share of the rows with demand that may wait for master data: beyond it, most series would be missing in what readers see."""
ENTRIES = {"sku_master": "SKUs", "site_master": "sites", "lane_master": "lanes"}
"""What the rows of a master are."""


def bad_row_findings(quality: QualityDocument, limit: float) -> Iterator[Finding]:
    """Yield what is wrong with the rows in quarantine. limit: the share of bad rows from which a data set or a file is named.

    It is a failure only where publishing would be wrong: where site and day cannot be told, outside files of which no row is usable, so
    that it is not known which days lack demand; and where most of the demand waits for master data. Other rows make the days of their
    series or sites unknown, and nothing is forecast from them.
    """
    is_unknown_where = _unplaced_share(quality) > limit
    for name, part in quality.datasets.items():
        if sum(part.parked_codes.values()):
            yield from _parked_rows(name, part, _parked_share(quality), limit)
        bad_rows = _count_bad(part)
        files = [each for each in part.objects if not each.is_unusable and _bad_share(each) > limit]
        if part.rows_in and bad_rows / part.rows_in > limit:
            yield _bad_data_set(name, part, files, limit, is_unknown_where=is_unknown_where)
        elif files:
            yield _bad_files(name, part, files, limit)


def _bad_data_set(name: str, part: DatasetQuality, files: Sequence[ObjectQuality], limit: float, *, is_unknown_where: bool) -> Finding:
    bad_rows = _count_bad(part)
    codes = f" ({list_codes(part.open_codes)})" if part.open_codes else ""
    text = f"{bad_rows} of {part.rows_in} rows ({bad_rows / part.rows_in:.1%}) are quarantined, more than the limit of {limit:.1%}{codes}"
    unplaced_rows = _count_unplaced(part) if name in datasets.list_demand_names() else 0
    severity = Severity.WARN
    if unplaced_rows and is_unknown_where:
        text += f"; of {unplaced_rows:,} of them site and day cannot be told, so it is not known which days lack demand"
        severity = Severity.FAIL
    elif name in datasets.list_demand_names():
        text += "; the days of their series are unknown, and not zero"
    text += f"; most of them in {_name_files(files)}" if files else ""
    return Finding(
        severity, name, text, "correct these rows and upload them again", f"source of {name}", weight=10.0 + bad_rows / part.rows_in
    )


def _bad_files(name: str, part: DatasetQuality, files: Sequence[ObjectQuality], limit: float) -> Finding:
    text = f"{len(files):,} of {len(part.objects):,} files have more than {limit:.1%} of their rows in quarantine: {_name_files(files)}"
    return Finding(Severity.WARN, name, text, "correct these rows and upload them again", f"source of {name}", weight=float(len(files)))


def _name_files(files: Sequence[ObjectQuality]) -> str:
    worst = sorted(files, key=lambda each: (-_count_bad(each), each.key))
    more = len(worst) - MOST_FILES
    names = [f"{each.key.rpartition('/')[2]} ({_count_bad(each):,} of {each.rows_in:,})" for each in worst[:MOST_FILES]]
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def _parked_rows(name: str, part: DatasetQuality, share_of_demand: float, limit: float) -> Iterator[Finding]:
    """Yield a finding for each master in which rows miss their entry."""
    carries_demand = name in datasets.list_demand_names()
    for code, rows in part.parked_codes.items():
        master = MASTERS[code]
        entries = ENTRIES[master]
        text = f"{rows:,} of {part.rows_in:,} rows ({rows / part.rows_in:.1%}) wait for {entries} that {master} does not have"
        severity = Severity.WARN if rows / part.rows_in > limit else Severity.INFO
        if carries_demand:
            text += "; their series are not forecast"
            severity = Severity.FAIL if share_of_demand > MOST_PARKED else severity
        action = f"upload the missing {entries} in {master}, or correct their identifiers; then the rows take part by themselves"
        yield Finding(severity, name, text, action, f"owner of {master}", weight=5.0 + rows / part.rows_in)


def _parked_share(quality: QualityDocument) -> float:
    parts = _demand_parts(quality)
    rows_in = sum(part.rows_in for part in parts)
    return sum(sum(part.parked_codes.values()) for part in parts) / rows_in if rows_in else 0.0


def _unplaced_share(quality: QualityDocument) -> float:
    """Return the share of the rows with demand of which site and day cannot be told; files without a usable row do not count."""
    parts = _demand_parts(quality)
    rows_in = sum(part.rows_in - sum(each.rows_in for each in part.objects if each.is_unusable) for part in parts)
    return sum(_count_unplaced(part) for part in parts) / rows_in if rows_in > 0 else 0.0


def _count_unplaced(part: DatasetQuality) -> int:
    """Return the rows of usable files of which site and day cannot be told; without a count of the job, those that may be."""
    unusable = [each for each in part.objects if each.is_unusable]
    if part.unplaced_rows is None:
        return max(0, _count_bad(part) - sum(each.quarantined for each in unusable))
    names = {each.object_id for each in unusable}
    return sum(rows for object_id, rows in part.unplaced_rows.items() if object_id not in names)


def _count_bad(part: DatasetQuality | ObjectQuality) -> int:
    """Return the quarantined rows without those that wait for master data, and those that state nothing."""
    other_rows = sum(rows for code, rows in part.codes.items() if code in {*MASTERS, *UNKNOWN_CODES})
    return part.quarantined - other_rows


def _bad_share(file: ObjectQuality) -> float:
    return _count_bad(file) / file.rows_in if file.rows_in else 0.0


def _demand_parts(quality: QualityDocument) -> list[DatasetQuality]:
    return [part for name, part in quality.datasets.items() if name in datasets.list_demand_names()]
