"""Copy all rows of the database to the lake: also those that no function has changed since functions copy the rows that they change."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from runtime.models.domain.backups import WHOLE_TABLES
from runtime.models.domain.rebuilding import RebuildPosition, RebuildProgress, RebuildStep
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.recovery.table_rows import TableRows

BATCH = 100
WRITERS = 8
STEPS = tuple(step for step in RebuildStep if step is not RebuildStep.DUPLICATES)
"""One step for each table; a rebuild visits that of the objects twice."""


@dataclass(frozen=True)
class FullBackup:
    """Copy all rows, in as many invocations as it takes. Each step may be repeated, and functions may change rows meanwhile."""

    rows: TableRows
    backup: RowBackup

    def proceed(self, position: RebuildPosition | None, has_time: Callable[[], bool]) -> RebuildProgress:
        """Copy rows from a position on, for as long as there is time, one batch at least. Without a position it starts with the first row.

        `new_rows` of the result counts the rows that were copied.
        """
        begin = position or RebuildPosition(STEPS[0])
        counts: Counter[str] = Counter()
        for step in STEPS[STEPS.index(begin.step) :]:
            owners = self._list_owners(step)
            count = bisect_right(owners, begin.after, key=_to_text) if step is begin.step else 0
            while count < len(owners):
                batch = owners[count : count + BATCH]
                counts[step.table] += self._save(step, batch)
                count += len(batch)
                is_last = step is STEPS[-1] and count == len(owners)
                if not is_last and not has_time():
                    return RebuildProgress(RebuildPosition(step, _to_text(batch[-1])), count, len(owners), dict(counts))
        return RebuildProgress(None, new_rows=dict(counts))

    def _list_owners(self, step: RebuildStep) -> list[UUID | None]:
        return [None] if step.table in WHOLE_TABLES else sorted(self.rows.list_owners(step.table), key=_to_text)

    def _save(self, step: RebuildStep, owners: Sequence[UUID | None]) -> int:
        with ThreadPoolExecutor(WRITERS) as writers:
            return sum(writers.map(lambda owner: self.backup.save(step.table, owner), owners))


def _to_text(owner: UUID | None) -> str:
    """Return an owner as the position states it; the one owner of a whole table sorts after the empty text, with which a step begins."""
    return str(owner or "all")
