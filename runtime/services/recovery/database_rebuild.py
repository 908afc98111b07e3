"""Rebuild the database from the lake: rows from their copies, forecasts from the Parquet files of the runs."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from contracts.paths import RUN_BACKUPS, backup_key, backup_prefix
from runtime.errors import DatabaseNotEmpty
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.backups import WHOLE_TABLES, WITHOUT_RUN, BackupTable, RowCopy, parse_copy
from runtime.models.domain.rebuilding import RebuildPosition, RebuildProgress, RebuildState, RebuildStep
from runtime.services.object_ports import Lake
from runtime.services.ports import AuditLog, Clock
from runtime.services.recovery.forecast_restore import ForecastRestore
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.recovery.table_rows import TableRows

BATCH = 100
"""Copies that are read at once and inserted in one transaction."""
READERS = 8
STEPS = tuple(RebuildStep)
SUBJECT = "database"


@dataclass(frozen=True, kw_only=True)
class DatabaseRebuild:
    """Rebuild the database, in as many invocations as it takes. Each step may be repeated: rows that are stored stay as they are."""

    rows: TableRows
    lake: Lake
    forecasts: ForecastRestore
    audit_log: AuditLog
    backup: RowBackup
    clock: Clock

    def proceed(self, position: RebuildPosition | None, actor: str, *, merge: bool, has_time: Callable[[], bool]) -> RebuildProgress:
        """Restore copies from a position on, for as long as there is time, one batch at least.

        Without a position the rebuild starts from the beginning. Raises DatabaseNotEmpty when the database has rows, unless they are
        those of a rebuild that was interrupted, or `merge` says to add what is missing.
        """
        if position is None:
            self._start(actor, merge=merge)
        visit = _Visit(self, position or RebuildPosition(), has_time)
        progress = visit.run()
        if progress.position is None:
            self._record(actor, RebuildState.FINISHED)
        return progress

    def _start(self, actor: str, *, merge: bool) -> None:
        is_unfinished = self.rows.is_rebuild_unfinished()
        if not (merge or is_unfinished or self.rows.is_empty()):
            raise DatabaseNotEmpty(
                "The database has uploaded objects or runs. A rebuild is for an empty one; to add what is missing to this one, and to "
                "leave the rows that it has as they are, use --merge."
            )
        if not is_unfinished:
            self._record(actor, RebuildState.STARTED)

    def _record(self, actor: str, state: RebuildState) -> None:
        event = AuditEvent(uuid4(), self.clock.now(), actor, AuditAction.REBUILD_DATABASE, SUBJECT, detail={"state": state})
        self.audit_log.record(event)
        self.backup.save(BackupTable.AUDIT_EVENTS, event.id)


@dataclass
class _Visit:
    """One invocation: where it is, and what it has done."""

    rebuild: DatabaseRebuild
    position: RebuildPosition
    has_time: Callable[[], bool]
    new_rows: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    _run_keys: list[str] | None = None

    def run(self) -> RebuildProgress:
        for step in STEPS[STEPS.index(self.position.step) :]:
            keys = self._list_keys(step.table)
            count = bisect_right(keys, self.position.after) if step is self.position.step else 0
            size = 1 if step is RebuildStep.FORECASTS else BATCH
            while count < len(keys):
                batch = keys[count : count + size]
                self._restore(step.table, batch)
                count += len(batch)
                is_last = step is STEPS[-1] and count == len(keys)
                if not is_last and not self.has_time():
                    return self._report(RebuildPosition(step, batch[-1]), count, len(keys))
        return self._report(None, 0, 0)

    def _restore(self, table: BackupTable, keys: Sequence[str]) -> None:
        copies = self._read(keys)
        if table is BackupTable.FORECASTS:
            for copy in copies:
                rows, warning = self.rebuild.forecasts.restore(UUID(str(copy.owner)))
                self.new_rows[table] += rows
                self.warnings += [warning] if warning else []
        else:
            self.new_rows[table] += self.rebuild.rows.insert(copies)

    def _read(self, keys: Sequence[str]) -> list[RowCopy]:
        """Read copies from the lake; a document that is no copy is left out, with a warning."""
        with ThreadPoolExecutor(READERS) as readers:
            results = list(readers.map(self._try_to_read, keys))
        self.warnings += [result for result in results if isinstance(result, str)]
        return [result for result in results if isinstance(result, RowCopy)]

    def _try_to_read(self, key: str) -> RowCopy | str:
        try:
            return parse_copy(self.rebuild.lake.read_json(key))
        except ValueError as error:
            return f"{key} is not restored: {error}"

    def _list_keys(self, table: BackupTable) -> list[str]:
        """Return the keys of the copies of a table, sorted."""
        if table in WITHOUT_RUN:
            return self.rebuild.lake.keys(backup_prefix(table))
        if table in WHOLE_TABLES:
            return self.rebuild.lake.keys(backup_key(table))
        if self._run_keys is None:
            self._run_keys = self.rebuild.lake.keys(RUN_BACKUPS)
        keys = [key for key in self._run_keys if f"/{table}.json" in key or f"/{table}/" in key]
        if table is not BackupTable.FORECASTS:
            return keys
        ids = {key: UUID(key.removeprefix(RUN_BACKUPS).partition("/")[0]) for key in keys}
        kept_ids = self.rebuild.forecasts.select_kept(ids.values())
        return [key for key, run_id in ids.items() if run_id in kept_ids]

    def _report(self, position: RebuildPosition | None, count: int, total: int) -> RebuildProgress:
        new_rows = {table: count for table, count in self.new_rows.items() if count}
        return RebuildProgress(position, count, total, new_rows, tuple(self.warnings))
