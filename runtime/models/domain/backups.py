"""Copies of database rows in the lake: which tables have them, and under which keys.

The database is rebuilt from these copies and from the Parquet files of the runs. A copy belongs to its owner: the object or the run that
the rows are about. Accuracy reports and KPI values belong to the run that computed them, an anomaly event to itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.paths import backup_key, backup_prefix, run_backup_prefix

Row = Mapping[str, object]
"""One row as JSON values by column."""


class BackupTable(StrEnum):
    """The tables with copies. Of a loaded forecast the copy names the run alone: its rows are in Parquet files."""

    OBJECTS = "ingested_objects"
    ROW_CHECKS = "row_checks"
    REPLAYS = "replays"
    QUARANTINE_RECORDS = "quarantine_records"
    WITHDRAWALS = "withdrawals"
    RUNS = "forecast_runs"
    JOBS = "jobs"
    QUALITY_REPORTS = "data_quality_reports"
    ACCURACY_REPORTS = "accuracy_reports"
    KPI_VALUES = "kpi_metrics"
    FORECASTS = "forecasts"
    PUBLICATIONS = "publications"
    PUBLISHED_RUN = "published_run"
    AUDIT_EVENTS = "audit_events"
    ANOMALY_EVENTS = "anomaly_events"
    ANOMALY_FEEDBACK = "anomaly_feedback"
    INSIGHTS = "insights"
    INSIGHT_EVENTS = "insight_events"


RUN_TABLES = (BackupTable.RUNS, BackupTable.JOBS, BackupTable.QUALITY_REPORTS, BackupTable.FORECASTS)
"""The tables whose rows of a run change with its states."""

MEASURED_TABLES = (BackupTable.ACCURACY_REPORTS, BackupTable.KPI_VALUES)
"""The tables that the KPI calculation of a run fills."""

WHOLE_TABLES = (BackupTable.PUBLICATIONS, BackupTable.PUBLISHED_RUN)
"""The tables with one copy for all rows, since publishing a run changes rows of others: what readers saw, and see."""

OF_OBJECTS = (BackupTable.ROW_CHECKS, BackupTable.REPLAYS, BackupTable.WITHDRAWALS)
"""The tables with at most one row for each object."""

ONE_FOR_EACH_ROW = (BackupTable.OBJECTS, *OF_OBJECTS, BackupTable.AUDIT_EVENTS, BackupTable.ANOMALY_EVENTS, BackupTable.INSIGHTS)
"""The tables with a copy for each row."""

ONE_FOR_EACH_OWNER = (BackupTable.QUARANTINE_RECORDS, BackupTable.INSIGHT_EVENTS, BackupTable.ANOMALY_FEEDBACK)
"""The tables with a copy for all rows of an object, of an insight, or of an anomaly event."""

WITHOUT_RUN = (*ONE_FOR_EACH_ROW, *ONE_FOR_EACH_OWNER)
"""The tables whose copies outlive the runs."""

FILLED_WITH = {"excluded_series": BackupTable.FORECASTS, "newest_kpis": BackupTable.KPI_VALUES}
"""Tables without copies that are filled together with another one: from the same Parquet files, or from the values stored."""

NOT_RESTORED: Mapping[str, str] = {}
"""Tables that a rebuild leaves empty, each with the reason."""


@dataclass(frozen=True)
class RowCopy:
    """The copy of an owner's rows of one table; None owns the rows of a table with one copy."""

    table: BackupTable
    owner: UUID | None
    saved_at: datetime
    rows: Sequence[Row]

    def to_document(self) -> dict[str, object]:
        """Return the copy as the JSON document that the lake stores."""
        return {"table": self.table.value, "owner": self.owner, "saved_at": self.saved_at, "rows": self.rows}


def divide_by_key(copy: RowCopy) -> Iterator[tuple[str, RowCopy]]:
    """Yield the documents of a copy with their keys.

    An accuracy report has a document of its own, since it is large, under the run that it measures: a later report as of the same day, by
    another run, replaces it in the lake as in the database. An object, an audit event or an anomaly event has its own as well.
    """
    for row in copy.rows if copy.table in (*ONE_FOR_EACH_ROW, BackupTable.ACCURACY_REPORTS) else ():
        yield _key_of_row(copy.table, row), RowCopy(copy.table, copy.owner, copy.saved_at, [row])
    if copy.table in WHOLE_TABLES:
        yield backup_key(copy.table), copy
    elif copy.owner and copy.table in ONE_FOR_EACH_OWNER:
        yield f"{backup_prefix(copy.table)}{copy.owner}.json", copy
    elif copy.owner and copy.table in (*RUN_TABLES, BackupTable.KPI_VALUES):
        yield f"{run_backup_prefix(copy.owner)}{copy.table}.json", copy


def _key_of_row(table: BackupTable, row: Row) -> str:
    if table in ONE_FOR_EACH_ROW:
        return f"{backup_prefix(table)}{row['object_id' if table in OF_OBJECTS else 'id']}.json"
    return f"{run_backup_prefix(str(row['run_id']))}{table}/{row['basis']}-{row['as_of_date']}.json"


def parse_copy(document: object) -> RowCopy:
    """Return the copy that a document of the lake holds. Raises ValueError for a document that is none."""
    match document:
        case {"table": str(table), "owner": owner, "saved_at": str(saved_at), "rows": [dict(), *_] as rows}:
            return RowCopy(BackupTable(table), UUID(str(owner)) if owner else None, datetime.fromisoformat(saved_at), rows)
        case _:
            raise ValueError("it is no copy of database rows, with table, owner, saved_at and rows")
