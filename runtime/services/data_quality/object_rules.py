"""Rules for uploads of which a run reads nothing: rejected on arrival or without a row, and not replaced since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.models.domain.findings import Finding, Severity
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.models.domain.row_checks import list_codes


def object_findings(unusable_objects: Sequence[IngestedObject]) -> Iterator[Finding]:
    """Yield a warning for each object (IngestedObjects.list_unusable); those with the most rows weigh most."""
    for record in unusable_objects:
        name, dataset = record.key.rpartition("/")[2], record.dataset
        outcome = "was rejected" if record.status is ObjectStatus.REJECTED else "has no rows"
        text = f"this file of {record.received_at:%Y-%m-%d %H:%M} UTC {outcome}, so the run reads nothing of it{_cause(record)}"
        action = "correct the file and upload it again under the same name"
        owner = f"source of {dataset}" if dataset else "sender of the file"
        yield Finding(Severity.WARN, name, text, action, owner, weight=1000.0 + record.rows)


def _cause(record: IngestedObject) -> str:
    """Return why an object was rejected, without what its rows hold: findings outlive the rows."""
    if record.reason_code is None:
        return ""
    if record.reason_code is ReasonCode.NO_USABLE_ROWS and record.row_check:
        return f": none of its {record.rows:,} rows is usable ({list_codes(record.row_check.codes)})"
    return f": {record.reason_code}, {record.reason}"
