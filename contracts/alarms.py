"""The alarms that drills trigger by a real failure: cdk/monitoring defines them, cli/drills causes the failure."""

from __future__ import annotations

from enum import StrEnum


class AlarmName(StrEnum):
    """The name of an alarm, without the stage. The alarms that drills trigger by metric data are named in cdk/monitoring alone."""

    API_BLOCKED = "ApiBlocked"
    API_ERRORS_FAST = "ApiErrorsFast"
    API_ERRORS_SLOW = "ApiErrorsSlow"
    API_REFUSALS = "ApiRefusals"
    API_THROTTLED = "ApiThrottled"
    CANARY_FAILED = "CanaryFailed"
    DATABASE_DEADLOCKS = "DatabaseDeadlocks"
    DATABASE_MEMORY_LOW = "DatabaseMemoryLow"
    DEAD_LETTERS = "DeadLetters"
    NO_PUBLISHED_RUN = "NoPublishedRun"
    OBJECTS_REJECTED = "ObjectsRejected"
    PUBLISHED_DATA_OLD = "PublishedDataOld"
    QUEUE_AGE = "QueueAge"
    RETENTION_MISSED = "RetentionMissed"
    RUN_ABORTED = "RunAborted"
    RUN_FAILED = "RunFailed"
    RUN_UNMEASURED = "RunUnmeasured"
    SCHEDULE_MISSED = "ScheduleMissed"
    SCHEDULE_STARTED_NOTHING = "ScheduleStartedNothing"
    SLACK_UNDELIVERED = "SlackUndelivered"
    TEAMS_UNDELIVERED = "TeamsUndelivered"
    UNDELIVERED_EXECUTION_EVENTS = "UndeliveredExecutionEvents"
