"""What the database keeps for how long: the settings of a stage state the days, the nightly retention deletes what is older."""

from __future__ import annotations

from enum import StrEnum


class RetentionKind(StrEnum):
    """The kinds of rows that are deleted by age, in the order of their deletion: what others refer to comes last."""

    JOBS = "jobs"
    KPI_VALUES = "kpi_values"
    ACCURACY_REPORTS = "accuracy_reports"
    QUALITY_REPORTS = "quality_reports"
    INSIGHTS = "insights"
    REJECTED_OBJECTS = "rejected_objects"
    DUPLICATE_OBJECTS = "duplicate_objects"
    RUNS = "runs"
    ANOMALY_EVENTS = "anomaly_events"
    AUDIT_EVENTS = "audit_events"
