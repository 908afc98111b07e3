"""Which deed raises which alarm. An alarm without a deed gets metric data that breach its threshold."""

from __future__ import annotations

from cdk.monitoring.causes import CAUSES, DATABASE_UNAVAILABLE
from cli.drills.api_deeds import (
    exceed_limit,
    fail_canary,
    fail_requests,
    fail_some_requests,
    request_absent_routes,
    take_database_away,
)
from cli.drills.database_deeds import age_published_run, block_each_other, fill_memory
from cli.drills.function_deeds import break_function, close_channel, stop_consumer, throttle_function
from cli.drills.triggers import (
    Trigger,
    add_dead_letter,
    cancel_heartbeats,
    drop_invalid_file,
    fail_measuring,
    fail_run,
    stop_run,
    take_name_of_day,
)
from contracts.alarms import AlarmName

DEEDS: dict[str, Trigger] = {
    str(AlarmName.RUN_FAILED): fail_run,
    str(AlarmName.RUN_ABORTED): stop_run,
    str(AlarmName.RUN_UNMEASURED): fail_measuring,
    str(AlarmName.DEAD_LETTERS): add_dead_letter,
    str(AlarmName.SCHEDULE_MISSED): add_dead_letter,
    str(AlarmName.SCHEDULE_STARTED_NOTHING): take_name_of_day,
    str(AlarmName.UNDELIVERED_EXECUTION_EVENTS): add_dead_letter,
    str(AlarmName.OBJECTS_REJECTED): drop_invalid_file,
    str(AlarmName.NO_PUBLISHED_RUN): cancel_heartbeats,
    str(AlarmName.PUBLISHED_DATA_OLD): age_published_run,
    str(AlarmName.RETENTION_MISSED): cancel_heartbeats,
    str(AlarmName.QUEUE_AGE): stop_consumer,
    str(AlarmName.API_REFUSALS): request_absent_routes,
    str(AlarmName.API_BLOCKED): exceed_limit,
    str(AlarmName.API_ERRORS_FAST): fail_requests,
    str(AlarmName.API_ERRORS_SLOW): fail_some_requests,
    str(AlarmName.CANARY_FAILED): fail_canary,
    DATABASE_UNAVAILABLE: take_database_away,
    str(AlarmName.DATABASE_DEADLOCKS): block_each_other,
    str(AlarmName.DATABASE_MEMORY_LOW): fill_memory,
    str(AlarmName.SLACK_UNDELIVERED): close_channel,
    str(AlarmName.TEAMS_UNDELIVERED): close_channel,
}
FUNCTION_DEEDS: dict[str, Trigger] = {"FunctionErrors": break_function, "FunctionThrottled": throttle_function}
"""By the end of an alarm's name."""


def find_deed(alarm: str) -> Trigger | None:
    """Return the deed that raises an alarm, or None."""
    by_symptom = next((deed for symptom, deed in FUNCTION_DEEDS.items() if alarm.endswith(symptom)), None)
    return DEEDS.get(alarm) or by_symptom


def consequences_first(alarm: str) -> tuple[int, str]:
    """Return a sort key by which every alarm precedes its causes, which would keep it quiet."""
    return -_depth(alarm), alarm


def _depth(alarm: str) -> int:
    return 1 + max((_depth(cause) for cause in CAUSES.get(alarm, ())), default=0)
