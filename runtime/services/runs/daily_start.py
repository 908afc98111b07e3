"""Starting the daily run once, however often the schedule fires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.errors import Conflict
from runtime.services.ports import Workflow


@dataclass(frozen=True)
class Started:
    """The execution of a day. `arn` is None when it ended already: then nothing was started."""

    name: str
    arn: str | None

    def answer(self) -> dict[str, str | None]:
        """What the trigger answers."""
        return {"execution": self.name, "arn": self.arn, "outcome": "RUNNING" if self.arn else "ENDED_ALREADY"}


@dataclass(frozen=True)
class DailyStart:
    """Start the run of a day under a name that stands for the day, so that Step Functions itself lets one be."""

    workflow: Workflow

    def start(self, scheduled_at: datetime) -> Started:
        """Start the execution `daily-<UTC date>`, or find it.

        The date in UTC decides which day is the last that the model sees (as_of_date), so two fires for one as_of_date are one execution.
        A run of that day that failed is not started anew: redrive it, or start one by hand.
        """
        name = f"daily-{scheduled_at.astimezone(UTC):%Y-%m-%d}"
        try:
            return Started(name, self.workflow.start(name, {"requested_by": "schedule", "idempotency_key": name}))
        except Conflict:
            return Started(name, None)
