"""The alarms that drills trigger by a real failure: cdk/monitoring defines them, cli/drills causes the failure."""

from __future__ import annotations

from enum import StrEnum


class AlarmName(StrEnum):
    """The name of an alarm, without the stage. The alarms that drills trigger by metric data are named in cdk/monitoring alone."""

    DEAD_LETTERS = "DeadLetters"
    NO_PUBLISHED_RUN = "NoPublishedRun"
    OBJECTS_REJECTED = "ObjectsRejected"
    RUN_ABORTED = "RunAborted"
    RUN_FAILED = "RunFailed"
    RUN_UNMEASURED = "RunUnmeasured"
    SCHEDULE_MISSED = "ScheduleMissed"
    UNDELIVERED_EXECUTION_EVENTS = "UndeliveredExecutionEvents"
