"""The state machine that turns what landed into a published run. Its input may be `{}`.

ResolveInput -> Cleanse -> QualityGate -> BuildFeatures -> Forecast -> PublishRun -> ComputeKpis -> FinishRun -> Notify
any failure  -> RecordFailure -> NotifyFailure -> RunFailed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_stepfunctions import (
    Chain,
    Choice,
    Condition,
    CustomState,
    DefinitionBody,
    Fail,
    IChainable,
    LogLevel,
    LogOptions,
    QueryLanguage,
    StateMachine,
    StateMachineType,
    Succeed,
    TaskStateBase,
)
from constructs import Construct

from cdk.lake import Lake
from cdk.log_group import log_group
from cdk.notices import Notices
from cdk.run_role import run_role
from cdk.settings import Settings
from cdk.states import EXECUTION, call, run_job, tell
from cdk.steps import Steps

LONGEST_RUN = Duration.hours(8)
RUN_ID = "{% $run.run_id %}"


class DailyRun(Construct):
    """A standard workflow: executions are durable, named after their idempotency key, and redriven from the state that failed."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake, steps: Steps, notices: Notices) -> None:
        super().__init__(scope, construct_id)
        self._steps = steps
        self._lake = lake
        self._notices = notices
        self._on_failure = self._failure()
        self.machine = StateMachine(
            self,
            "Machine",
            state_machine_type=StateMachineType.STANDARD,
            query_language=QueryLanguage.JSONATA,
            definition_body=DefinitionBody.from_chainable(self._run()),
            timeout=LONGEST_RUN,
            role=run_role(self, steps, notices),
            tracing_enabled=True,
            logs=LogOptions(destination=log_group(self, "Logs", settings), level=LogLevel.ALL, include_execution_data=True),
        )

    def _run(self) -> Chain:
        resolve = self._call(
            "ResolveInput",
            "run_resolver",
            {"input": "{% $states.input %}", "execution": EXECUTION},
            assign={"run": "{% $states.result.Payload %}"},
        )
        return (
            Chain.start(resolve)
            .next(self._run_job("Cleanse", "data_cleansing"))
            .next(self._call("QualityGate", "quality_gate", {"run_id": RUN_ID, "gate": "{% $run.gate %}"}))
            .next(self._run_job("BuildFeatures", "feature_engineering"))
            .next(self._run_job("Forecast", "demand_forecast"))
            .next(self._call("PublishRun", "run_publisher", {"run_id": RUN_ID, "gate": "{% $run.gate %}", "publish": "{% $run.publish %}"}))
            .next(self._call("ComputeKpis", "kpi_calculator", {"run_id": RUN_ID}))
            .next(self._call("FinishRun", "run_recorder", {"outcome": "SUCCEEDED", "execution": EXECUTION, "run_id": RUN_ID}))
            .next(self._notify())
        )

    def _notify(self) -> IChainable:
        """A run that finished stays finished when nobody could be told; its output then says so."""
        done = Succeed.jsonata(self, "Done")
        notify = tell(self, "Notify", self._notices.runs, "Signify: a run finished")
        notify.add_catch(done, outputs="{% $merge([$states.input, {'not_notified': $states.errorOutput}]) %}")
        notify.next(done)
        return Choice.jsonata(self, "ShallNotify").when(Condition.jsonata("{% $run.notify %}"), notify).otherwise(done)

    def _failure(self) -> TaskStateBase:
        failed = Fail.jsonata(self, "RunFailed", error="{% $states.input.error.Error %}", cause="{% $states.input.summary %}")
        notify = tell(self, "NotifyFailure", self._notices.failures, "Signify: a run failed")
        notify.add_catch(failed, outputs="{% $states.input %}")
        notify.next(failed)
        record = call(
            self,
            "RecordFailure",
            self._steps.functions["run_recorder"],
            {"outcome": "FAILED", "execution": EXECUTION, "error": "{% $states.input.error %}"},
            outputs={"error": "{% $states.input.error %}", "summary": "{% $states.result.Payload.summary %}"},
        )
        record.add_catch(notify, outputs=_UNRECORDED)
        record.next(notify)
        return record

    def _call(self, name: str, function: str, payload: Mapping[str, Any], assign: Mapping[str, Any] | None = None) -> TaskStateBase:
        state = call(self, name, self._steps.functions[function], payload, assign=assign)
        state.add_catch(self._on_failure, outputs=_CAUGHT)
        return state

    def _run_job(self, name: str, job: str) -> CustomState:
        spec, construct = self._steps.jobs[job]
        arguments = {"--lake_bucket": self._lake.bucket.bucket_name, "--run_id": RUN_ID}
        return run_job(self, name, construct, spec.timeout_minutes, arguments, on_failure=self._on_failure, caught=_CAUGHT)


_CAUGHT = {"error": "{% $states.errorOutput %}"}
_UNRECORDED = {
    "error": "{% $states.input.error %}",
    "summary": "{% 'The run ' & $states.context.Execution.Name & ' failed with ' & $states.input.error.Error "
    "& ', and the failure could not be recorded: ' & $states.errorOutput.Error %}",
}
