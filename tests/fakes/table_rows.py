"""Rows of tables in memory."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from typing_extensions import override

from runtime.models.domain.backups import BackupTable, Row, RowCopy
from runtime.services.recovery.table_rows import TableRows


class InMemoryTableRows(TableRows):
    """Rows by table and owner, without references between them."""

    def __init__(self) -> None:
        self.by_owner: dict[tuple[BackupTable, UUID | None], list[Row]] = {}
        self.is_unfinished = False

    @override
    def select(self, table: BackupTable, owner: UUID | None) -> list[Row]:
        return self.by_owner.get((table, owner), [])

    @override
    def list_owners(self, table: BackupTable) -> list[UUID]:
        return sorted(owner for other, owner in self.by_owner if other is table and owner is not None)

    @override
    def insert(self, copies: Sequence[RowCopy]) -> int:
        new_copies = [copy for copy in copies if (copy.table, copy.owner) not in self.by_owner]
        self.by_owner |= {(copy.table, copy.owner): list(copy.rows) for copy in new_copies}
        return sum(len(copy.rows) for copy in new_copies)

    @override
    def is_empty(self) -> bool:
        return not {table for table, _ in self.by_owner} & {BackupTable.OBJECTS, BackupTable.RUNS}

    @override
    def is_rebuild_unfinished(self) -> bool:
        return self.is_unfinished
