"""Copy rows of the database to the lake as they change, so that the database can be rebuilt from the lake alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from runtime.models.domain.backups import MEASURED_TABLES, OF_OBJECTS, RUN_TABLES, WHOLE_TABLES, BackupTable, Row, RowCopy, divide_by_key
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock
from runtime.services.recovery.table_rows import TableRows


@dataclass(frozen=True)
class RowBackup:
    """Save copies of rows. A copy is saved after its rows were committed, so it is never ahead of the database.

    A function that changes rows saves their copies before it returns. When that fails, the function is called again, and does both again.
    """

    rows: TableRows
    lake: Lake
    clock: Clock

    def save_object(self, object_id: UUID) -> None:
        """Save the record of an uploaded object, its rows in quarantine, its withdrawal and the audit events about it."""
        for table in (BackupTable.OBJECTS, *OF_OBJECTS, BackupTable.QUARANTINE_RECORDS, BackupTable.AUDIT_EVENTS):
            self.save(table, object_id)

    def save_run(self, run_id: UUID) -> None:
        """Save a run with its job and its quality report, whether its forecast is loaded, and which runs readers saw and see."""
        for table in RUN_TABLES:
            self.save(table, run_id)
        for table in WHOLE_TABLES:
            self.save(table, None)

    def save_insights(self, insight_ids: Sequence[UUID]) -> None:
        """Save insights with what happened to them."""
        for insight_id in insight_ids:
            for table in (BackupTable.INSIGHTS, BackupTable.INSIGHT_EVENTS):
                self.save(table, insight_id)

    def save_insight_edit(self, insight_id: UUID) -> None:
        """Save an insight that somebody changed, with the audit events about it."""
        self.save_insights([insight_id])
        self.save(BackupTable.AUDIT_EVENTS, insight_id)

    def save_measures(self, run_id: UUID) -> None:
        """Save the accuracy reports and KPI values that a run computed."""
        for table in MEASURED_TABLES:
            self.save(table, run_id)

    def save_anomaly_events(self, event_ids: Iterable[UUID]) -> None:
        """Save the anomaly events that a run changed."""
        for event_id in event_ids:
            self.save(BackupTable.ANOMALY_EVENTS, event_id)

    def save_anomaly_feedback(self, event_id: UUID) -> None:
        """Save the feedback on an anomaly event, with the audit events about it."""
        for table in (BackupTable.ANOMALY_FEEDBACK, BackupTable.AUDIT_EVENTS):
            self.save(table, event_id)

    def save_publication(self, run_id: UUID) -> None:
        """Save what publishing a run by hand changed: the run, which runs readers saw and see, and the audit events about the run."""
        for table in (BackupTable.RUNS, BackupTable.AUDIT_EVENTS):
            self.save(table, run_id)
        for table in WHOLE_TABLES:
            self.save(table, None)

    def save(self, table: BackupTable, owner: UUID | None) -> int:
        """Save an owner's rows of one table, and return how many there are; without rows there is nothing to save.

        Another function may change the rows and save them between the reading and the writing here. So the rows are read again, until the
        copy that was written last is that of the rows.
        """
        rows: list[Row] = []
        while (current_rows := self.rows.select(table, owner)) != rows:
            rows = current_rows
            for key, copy in divide_by_key(RowCopy(table, owner, self.clock.now(), rows)) if rows else ():
                self.lake.write_json(key, copy.to_document())
        return len(rows)
