"""The states after a failure: record it, notify, fail the execution, and resume the run when the execution is redriven.

A redrive re-enters the state that failed the execution. A Fail state would only fail again, so a task fails the execution instead: it
raises an error, unless the execution has been redriven since the failure; then the run resumes at the state whose failure was caught.

catch -> RecordFailure -> NotifyFailure -> FailRun (raises RunFailed or RunUnmeasured) -- redrive --> Resume -> the state that failed
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk.aws_lambda import Function
from aws_cdk.aws_stepfunctions import Choice, Condition, CustomState, Fail, TaskStateBase
from constructs import Construct

from cdk.workflow.states import EXECUTION, call_function, publish_summary
from cdk.workflow.topics import NotificationTopics


class FailurePath(Construct):
    """The states after a failure, and the catch that leads to them."""

    def __init__(self, scope: Construct, construct_id: str, recorder: Function, topics: NotificationTopics) -> None:
        super().__init__(scope, construct_id)
        self._recorder = recorder
        self._resume = Choice.jsonata(self, "Resume").otherwise(
            Fail.jsonata(self, "NowhereToResume", error="NowhereToResume", cause="{% $failure.state %}")
        )
        fail = self._fail()
        notify = publish_summary(self, "NotifyFailure", topics.failures, "{% $states.input.subject %}")
        notify.add_catch(fail, outputs="{% $states.input %}")
        notify.next(fail)
        self.first = self._record(notify)

    def catch(self, name: str, state: TaskStateBase | CustomState) -> None:
        """Catch every failure of the state; a redrive resumes at it."""
        self.catch_into(name, state)
        self._resume.when(Condition.jsonata(f"{{% $failure.state = '{name}' %}}"), state)

    def catch_into(self, resume_at: str, state: TaskStateBase | CustomState) -> None:
        """Catch every failure of the state; a redrive resumes at another state."""
        state.add_catch(self.first, assign=self.failure_variable(resume_at))

    def failure_variable(self, resume_at: str, error: object = "{% $states.errorOutput %}") -> Mapping[str, object]:
        """Return the variable with the error ({Error, Cause}), the number of redrives, and the state where a redrive resumes."""
        return {"failure": {"state": resume_at, "redrives": EXECUTION["redrive_count"], "error": error}}

    def _record(self, notify: TaskStateBase) -> TaskStateBase:
        record = call_function(
            self,
            "RecordFailure",
            self._recorder,
            {"outcome": "FAILED", "execution": EXECUTION, "error": "{% $failure.error %}", "failed_state": "{% $failure.state %}"},
            outputs={name: f"{{% $states.result.Payload.{name} %}}" for name in ("status", "subject", "summary")},
        )
        record.add_catch(notify, outputs=_UNRECORDED_OUTPUT)
        record.next(notify)
        return record

    def _fail(self) -> TaskStateBase:
        """Fail the execution. The state has no catch: its error ends the execution, and a redrive re-enters it."""
        fail = call_function(
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
                    "status": "{% $states.input.status %}",
                },
            },
        )
        fail.next(self._resume)
        return fail


_UNRECORDED_OUTPUT = {
    "status": "FAILED",
    "subject": "Signify: a run failed",
    "summary": "{% 'The run ' & $states.context.Execution.Name & ' failed with ' & $failure.error.Error "
    "& ', and the failure could not be recorded: ' & $states.errorOutput.Error %}",
}
