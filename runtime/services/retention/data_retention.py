"""Delete rows that are older than the settings allow, in small batches, so that no reader waits long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from contracts.retention import RetentionKind
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.services.ports import AuditLog, Clock, StoredRows

BATCH_ROWS = 1000
LONGEST = timedelta(minutes=10)
"""The time for one night, below the limit of the function; what is not deleted then is deleted the next night."""
ACTOR = "data_retention"


@dataclass(frozen=True)
class RetentionResult:
    """Rows deleted by kind. is_complete: no row is older than the settings allow."""

    rows: Mapping[RetentionKind, int]
    is_complete: bool

    @property
    def total(self) -> int:
        """All rows deleted."""
        return sum(self.rows.values())

    def as_dict(self) -> dict[str, object]:
        """Return the result as JSON values."""
        return {"rows": {str(kind): count for kind, count in self.rows.items()}, "complete": self.is_complete}


@dataclass(frozen=True)
class DataRetention:
    """Delete old rows. `days` per kind; a kind with None, or that is missing, is kept."""

    stored_rows: StoredRows
    audit_log: AuditLog
    clock: Clock
    days: Mapping[RetentionKind, int | None]

    def run(self) -> RetentionResult:
        """Delete rows of every kind, oldest kinds of references first, and record one audit event when there were any."""
        start = self.clock.now()
        rows: dict[RetentionKind, int] = {}
        is_complete = True
        for kind in RetentionKind:
            days = self.days.get(kind)
            if days is None:
                continue
            rows[kind] = 0
            is_kind_complete = False
            while not is_kind_complete and self.clock.now() - start < LONGEST:
                count = self.stored_rows.delete_before(kind, start - timedelta(days=days), BATCH_ROWS)
                rows[kind] += count
                is_kind_complete = count == 0
            is_complete &= is_kind_complete
        result = RetentionResult(rows, is_complete)
        if result.total:
            detail = {**result.as_dict(), "days": {str(kind): days for kind, days in self.days.items()}}
            self.audit_log.record(AuditEvent(uuid4(), self.clock.now(), ACTOR, AuditAction.DELETE_OLD_ROWS, "database", None, detail))
        return result
