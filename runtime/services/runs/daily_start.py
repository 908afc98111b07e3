"""Start the daily run exactly once, even if the scheduler delivers twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.errors import Conflict
from runtime.services.ports import Workflow


@dataclass(frozen=True)
class DailyExecution:
    """The execution of a day. `arn` is None when it had ended already: nothing was started, which raises an alarm."""

    name: str
    arn: str | None

    def to_state_output(self) -> dict[str, str | None]:
        """Return the output of the trigger."""
        return {"execution": self.name, "arn": self.arn, "outcome": "RUNNING" if self.arn else "ENDED_ALREADY"}


@dataclass(frozen=True)
class DailyStart:
    """Start the run of a day under a name made of the date, so that Step Functions accepts one only."""

    workflow: Workflow

    def start(self, scheduled_at: datetime) -> DailyExecution:
        """Start the execution `daily-<UTC date>`, or return the running one.

        The UTC date determines the as-of date, so two deliveries for one as-of date are one execution.
        A failed run of that day is not started again: redrive it, or start one manually. Other runs in flight do not hold it up: a day
        that is not forecast is worse than two runs at once, of which readers see the one with the newer data.
        """
        name = f"daily-{scheduled_at.astimezone(UTC):%Y-%m-%d}"
        try:
            return DailyExecution(name, self.workflow.start(name, {"requested_by": "schedule", "idempotency_key": name}))
        except Conflict:
            return DailyExecution(name, None)
