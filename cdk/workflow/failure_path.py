"""What happens when a state of a run fails for good: recorded, told, failed; and what a redrive makes of it.

A redrive enters the state that failed the execution again, and a Fail state only fails again. So the execution is failed by a task that
raises, unless the execution was redriven since: then it lets the run go on at the state whose failure was caught.

caught -> RecordFailure -> NotifyFailure -> FailRun (raises RunFailed) -- redriven --> Resume -> the state that failed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk.aws_lambda import Function
from aws_cdk.aws_stepfunctions import Choice, Condition, CustomState, Fail, TaskStateBase
from constructs import Construct

from cdk.workflow.states import EXECUTION, call, publish
from cdk.workflow.topics import NotificationTopics


class FailurePath(Construct):
    """The states after a failure, and what every catch that leads to them says."""

    def __init__(self, scope: Construct, construct_id: str, recorder: Function, topics: NotificationTopics) -> None:
        super().__init__(scope, construct_id)
        self._recorder = recorder
        self._resume = Choice.jsonata(self, "Resume").otherwise(
            Fail.jsonata(self, "NowhereToResume", error="NowhereToResume", cause="{% $failure.state %}")
        )
        fail = self._fail()
        notify = publish(self, "NotifyFailure", topics.failures, "Signify: a run failed")
        notify.add_catch(fail, outputs="{% $states.input %}")
        notify.next(fail)
        self.first = self._record(notify)

    def catch(self, name: str, state: TaskStateBase | CustomState) -> None:
        """Lead every failure of the state here, and a redrive back to it."""
        self.catch_into(name, state)
        self._resume.when(Condition.jsonata(f"{{% $failure.state = '{name}' %}}"), state)

    def catch_into(self, resume_at: str, state: TaskStateBase | CustomState) -> None:
        """The same, where a redrive goes on at another state."""
        state.add_catch(self.first, assign=self.remember(resume_at))

    def remember(self, resume_at: str, error: object = "{% $states.errorOutput %}") -> Mapping[str, Any]:
        """The variable that says what failed ({Error, Cause}), in which attempt, and where a redrive goes on."""
        return {"failure": {"state": resume_at, "redrives": EXECUTION["redrive_count"], "error": error}}

    def _record(self, notify: TaskStateBase) -> TaskStateBase:
        record = call(
            self,
            "RecordFailure",
            self._recorder,
            {"outcome": "FAILED", "execution": EXECUTION, "error": "{% $failure.error %}"},
            outputs={"summary": "{% $states.result.Payload.summary %}"},
        )
        record.add_catch(notify, outputs=_UNRECORDED)
        record.next(notify)
        return record

    def _fail(self) -> TaskStateBase:
        """Without a catch: that it raises is what fails the execution, and what a redrive enters again."""
        fail = call(
            self,
            "FailRun",
            self._recorder,
            {
                "outcome": "END",
                "execution": EXECUTION,
                "failure": {
                    "state": "{% $failure.state %}",
                    "redrives": "{% $failure.redrives %}",
                    "summary": "{% $states.input.summary %}",
                },
            },
        )
        fail.next(self._resume)
        return fail


_UNRECORDED = {
    "summary": "{% 'The run ' & $states.context.Execution.Name & ' failed with ' & $failure.error.Error "
    "& ', and the failure could not be recorded: ' & $states.errorOutput.Error %}",
}
