"""Check a file on this machine as the platform does when it arrives: the same staging, the same rules."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.records import ObjectRecord
from contracts.datasets import Contract
from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.adapters.lake.duckdb_row_validator import DuckDbRowValidator
from runtime.models.domain.objects import ObjectStatus, ReasonCode
from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.ingestion import MAX_BYTES
from runtime.services.ingestion.row_validation import check_rows, describe_unusable
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import StagingPlan

BAD_ROWS_WRITTEN = 100_000
PLAIN = FileLayout()


@dataclass(frozen=True)
class FileCheck:
    """The record that the platform would make of a file, and its bad rows."""

    record: ObjectRecord
    bad_rows: tuple[BadRow, ...] = ()


def check_file(path: Path, contract: Contract, key: str, layout: FileLayout = PLAIN) -> FileCheck:
    """Return the outcome of a file without uploading it. Whether its content is a duplicate only the platform knows."""
    today = datetime.now(tz=UTC).date()
    try:
        with tempfile.TemporaryDirectory(prefix="signify-") as folder:
            target = Path(folder) / "staged.parquet"
            plan = StagingPlan(contract, "local", today, layout)
            staged_file = stage(path, named_format(path.name), plan, target, DuckDbRowStore(), MAX_BYTES)
            rows = check_rows(DuckDbRowValidator(), target, contract, today, BAD_ROWS_WRITTEN, staged_file.sheets)
    except ObjectRejected as rejection:
        return FileCheck(_record(key, ObjectStatus.REJECTED, reason_code=rejection.code, reason=rejection.reason))
    record = _record(key, ObjectStatus.ACCEPTED)
    if staged_file.rows and not rows.check.usable_rows:
        reason = describe_unusable(staged_file.rows, rows.check)
        record = _record(key, ObjectStatus.REJECTED, reason_code=ReasonCode.NO_USABLE_ROWS, reason=reason)
    record |= {"rows": staged_file.rows, "warnings": list(staged_file.warnings), "row_check": rows.check.to_document()}  # type: ignore[typeddict-item]
    return FileCheck(record, rows.bad_rows)


def _record(key: str, status: ObjectStatus, reason_code: ReasonCode | None = None, reason: str | None = None) -> ObjectRecord:
    return {"key": key, "version_id": "", "status": status.value, "rows": None, "reason_code": reason_code, "reason": reason}
