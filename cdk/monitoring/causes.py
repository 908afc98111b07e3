"""Which alarm follows from which: a consequence sends no notification while one of its causes is in ALARM.

Three rules, which the tests check:
- Only an alarm that clears by itself once its cause is mended may be kept quiet. An alarm that needs an action of its own (a redrive, a
  dead letter, a rejected file) always notifies.
- A page is kept quiet by pages only: a ticket that waits until morning must not silence what wakes somebody at night.
- No alarm is its own cause, directly or through others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cdk.compute.function_specs import API, DATA_PROCESSOR, FUNCTION_SPECS
from contracts.alarms import AlarmName
from contracts.metrics import PlatformMetric

DATABASE_UNAVAILABLE = str(PlatformMetric.DATABASE_UNAVAILABLE)
"""The alarm has the name of its metric."""
MEMORY_HOURS = 26
EVENTS = (str(AlarmName.RUN_FAILED), "RunTimedOut", str(AlarmName.RUN_ABORTED))
"""Causes whose alarm clears after minutes, but until the next run, a day later, nothing new is published."""


def function_alarm(name: str, symptom: str) -> str:
    """Return the name of the alarm on one symptom of a function."""
    return f"{''.join(word.capitalize() for word in name.split('_'))}Function{symptom}"


CAUSES: Mapping[str, tuple[str, ...]] = {
    str(AlarmName.API_ERRORS_FAST): (DATABASE_UNAVAILABLE,),
    str(AlarmName.API_ERRORS_SLOW): (DATABASE_UNAVAILABLE, str(AlarmName.API_ERRORS_FAST)),
    str(AlarmName.CANARY_FAILED): (DATABASE_UNAVAILABLE, str(AlarmName.API_ERRORS_FAST)),
    "ApiLatency": (DATABASE_UNAVAILABLE, "DatabaseAtMaximum"),
    str(AlarmName.API_REFUSALS): ("AuthenticationFailures", str(AlarmName.API_THROTTLED)),
    "DatabaseBusy": ("DatabaseAtMaximum",),
    str(AlarmName.DATABASE_MEMORY_LOW): ("DatabaseAtMaximum",),
    str(AlarmName.QUEUE_AGE): (
        DATABASE_UNAVAILABLE,
        function_alarm(DATA_PROCESSOR.name, "Errors"),
        function_alarm(DATA_PROCESSOR.name, "Throttled"),
    ),
    str(AlarmName.NO_PUBLISHED_RUN): EVENTS,
    # The age is measured before the daily run: it shows a run of the morning only the night after, within the memory of the causes.
    str(AlarmName.PUBLISHED_DATA_OLD): EVENTS,
    function_alarm(API.name, "Slow"): (DATABASE_UNAVAILABLE, "DatabaseAtMaximum"),
    **{function_alarm(spec.name, "Errors"): (DATABASE_UNAVAILABLE,) for spec in FUNCTION_SPECS if spec.in_vpc},
}
"""Consequence -> its causes."""


def find_causes(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the causes of an alarm that are among the alarms of a stage."""
    return tuple(cause for cause in CAUSES.get(name, ()) if cause in names)
