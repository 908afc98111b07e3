"""Port of the services that copy rows of the database and insert them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from runtime.models.domain.backups import BackupTable, Row, RowCopy


class TableRows(Protocol):
    """The rows of tables as JSON values."""

    def select(self, table: BackupTable, owner: UUID | None) -> list[Row]:
        """Return the rows of a table that belong to an owner; all rows of a table without owners."""

    def list_owners(self, table: BackupTable) -> list[UUID]:
        """Return the owners of the rows of a table that has owners, sorted."""

    def insert(self, copies: Sequence[RowCopy]) -> int:
        """Insert the rows of copies, all or nothing, and return how many were new.

        A row that is stored stays as it is. A row that refers to a row that is not stored is left out, as is a KPI value whose owner is not
        the run that computed it last.
        """

    def is_empty(self) -> bool:
        """Return whether the database has neither uploaded objects nor runs."""

    def is_rebuild_unfinished(self) -> bool:
        """Return whether a rebuild of this database was started and not finished."""
