"""The steps of a rebuild of the database, and how far one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from runtime.models.domain.backups import BackupTable


class RebuildState(StrEnum):
    """Whether a rebuild has begun or is complete, in the detail of its audit events."""

    STARTED = "STARTED"
    FINISHED = "FINISHED"


class RebuildStep(StrEnum):
    """The steps of a rebuild in their order: rows before the rows that refer to them, and the published run after all that readers see."""

    table: BackupTable

    def __new__(cls, name: str, table: BackupTable) -> RebuildStep:
        """Make the member whose text is the name of the step."""
        step = str.__new__(cls, name)
        step._value_ = name
        step.table = table
        return step

    OBJECTS = ("objects", BackupTable.OBJECTS)
    DUPLICATES = ("duplicates", BackupTable.OBJECTS)
    ROW_CHECKS = ("row_checks", BackupTable.ROW_CHECKS)
    REPLAYS = ("replays", BackupTable.REPLAYS)
    QUARANTINE_RECORDS = ("quarantine_records", BackupTable.QUARANTINE_RECORDS)
    WITHDRAWALS = ("withdrawals", BackupTable.WITHDRAWALS)
    RUNS = ("forecast_runs", BackupTable.RUNS)
    JOBS = ("jobs", BackupTable.JOBS)
    QUALITY_REPORTS = ("quality_reports", BackupTable.QUALITY_REPORTS)
    ACCURACY_REPORTS = ("accuracy_reports", BackupTable.ACCURACY_REPORTS)
    KPI_VALUES = ("kpi_values", BackupTable.KPI_VALUES)
    PUBLICATIONS = ("publications", BackupTable.PUBLICATIONS)
    AUDIT_EVENTS = ("audit_events", BackupTable.AUDIT_EVENTS)
    ANOMALY_EVENTS = ("anomaly_events", BackupTable.ANOMALY_EVENTS)
    ANOMALY_FEEDBACK = ("anomaly_feedback", BackupTable.ANOMALY_FEEDBACK)
    INSIGHTS = ("insights", BackupTable.INSIGHTS)
    INSIGHT_EVENTS = ("insight_events", BackupTable.INSIGHT_EVENTS)
    FORECASTS = ("forecasts", BackupTable.FORECASTS)
    PUBLISHED_RUN = ("published_run", BackupTable.PUBLISHED_RUN)


@dataclass(frozen=True)
class RebuildPosition:
    """Where a rebuild continues: in this step, after the copy with this key."""

    step: RebuildStep = RebuildStep.OBJECTS
    after: str = ""


@dataclass(frozen=True)
class RebuildProgress:
    """What one invocation has done.

    `position` is where the next one continues, None when the rebuild is complete. `count` of the `total` copies of the step are processed.
    `new_rows` counts inserted rows by table, `warnings` say what could not be restored.
    """

    position: RebuildPosition | None
    count: int = 0
    total: int = 0
    new_rows: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_output(self) -> dict[str, object]:
        """Return the output of the function."""
        return {
            "position": {"step": self.position.step.value, "after": self.position.after} if self.position else None,
            "count": self.count,
            "total": self.total,
            "new_rows": dict(self.new_rows),
            "warnings": list(self.warnings),
        }
