"""The state machine that turns what landed into a published run. Its input may be `{}`.

ResolveInput -> Cleanse -> QualityGate -> BuildFeatures -> Forecast -> PublishRun -> DetectAnomalies -> ComputeKpis -> FinishRun -> Notify
any failure  -> RecordFailure -> NotifyFailure -> FailRun, and after a redrive -> Resume -> the state that failed
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

from cdk.common.log_group import create_log_group
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.amazon_forecast_branch import LONGEST, AmazonForecastBranch
from cdk.workflow.failure_path import FailurePath
from cdk.workflow.role import create_run_role
from cdk.workflow.states import EXECUTION, STATE, call, publish, run_job
from cdk.workflow.steps import Steps
from cdk.workflow.topics import NotificationTopics
from contracts.run_states import RunState

LONGEST_RUN = Duration.hours(8)
RUN_ID = "{% $run.run_id %}"


class DailyRun(Construct):
    """A standard workflow: executions are durable, named after their idempotency key, and redriven from the state that failed."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, lake: Lake, steps: Steps, topics: NotificationTopics
    ) -> None:
        super().__init__(scope, construct_id)
        self._steps = steps
        self._lake = lake
        self._topics = topics
        self._failure = FailurePath(self, "Failure", steps.functions["run_recorder"], topics)
        self.machine = StateMachine(
            self,
            "Machine",
            state_machine_type=StateMachineType.STANDARD,
            query_language=QueryLanguage.JSONATA,
            definition_body=DefinitionBody.from_chainable(self._run()),
            timeout=LONGEST_RUN if steps.amazon is None else LONGEST_RUN.plus(LONGEST),
            role=create_run_role(self, steps, topics),
            tracing_enabled=True,
            logs=LogOptions(destination=create_log_group(self, "Logs", settings), level=LogLevel.ALL, include_execution_data=True),
        )

    def _run(self) -> Chain:
        resolve = self._call(
            RunState.RESOLVE_INPUT,
            "run_resolver",
            {"input": "{% $states.context.Execution.Input %}", "execution": EXECUTION},
            assign={"run": "{% $states.result.Payload %}", "dpu_seconds": 0},
            next_job=RunState.CLEANSE,
        )
        gate_payload = {"run_id": RUN_ID, "gate": "{% $run.gate %}"}
        return (
            Chain.start(resolve)
            .next(self._run_job(RunState.CLEANSE, "data_cleansing"))
            .next(self._call(RunState.QUALITY_GATE, "quality_gate", gate_payload, next_job=RunState.BUILD_FEATURES))
            .next(self._run_job(RunState.BUILD_FEATURES, "feature_engineering"))
            .next(self._forecast(self._published()))
        )

    def _forecast(self, published: Chain) -> IChainable:
        """The built-in forecaster, or Amazon Forecast: both leave the same in the lake."""
        if self._steps.amazon is None:
            return self._run_job(RunState.FORECAST, "demand_forecast").next(published)
        branch = AmazonForecastBranch(self, "AmazonForecast", self._steps.amazon, self._failure)
        load = self._run_job("LoadForecast", "amazon_forecast_output", branch.load_arguments())
        load.next(branch.clean_up(published))
        branch.last.next(load)
        prepare = self._run_job("PrepareForecast", "amazon_forecast_input")
        prepare.next(branch.first)
        return prepare

    def _published(self) -> Chain:
        finished = {"outcome": "SUCCEEDED", "execution": EXECUTION}
        publish_payload = {"run_id": RUN_ID, "gate": "{% $run.gate %}", "publish": "{% $run.publish %}"}
        return (
            Chain.start(self._call(RunState.PUBLISH_RUN, "run_publisher", publish_payload))
            .next(self._call(RunState.DETECT_ANOMALIES, "anomaly_detector", {"run_id": RUN_ID}))
            .next(self._call(RunState.COMPUTE_KPIS, "kpi_calculator", {"run_id": RUN_ID}))
            .next(self._call(RunState.FINISH_RUN, "run_recorder", {**finished, "run_id": RUN_ID, "dpu_seconds": "{% $dpu_seconds %}"}))
            .next(self._notify())
        )

    def _notify(self) -> IChainable:
        """A run that finished stays finished when nobody could be told; its output then says so."""
        done = Succeed.jsonata(self, "Done")
        notify = publish(self, "Notify", self._topics.runs, "Signify: a run finished")
        notify.add_catch(done, outputs="{% $merge([$states.input, {'not_notified': $states.errorOutput}]) %}")
        notify.next(done)
        return Choice.jsonata(self, "ShallNotify").when(Condition.jsonata("{% $run.notify %}"), notify).otherwise(done)

    def _call(
        self,
        name: RunState,
        function: str,
        payload: Mapping[str, Any],
        assign: Mapping[str, Any] | None = None,
        next_job: RunState | None = None,
    ) -> TaskStateBase:
        """Call a function, which marks the job with the state it is called in.

        A Glue job cannot mark the job: the function before it marks its state as well, when it has succeeded.
        """
        progress = {"state": STATE, **({"next_state": str(next_job)} if next_job else {})}
        state = call(self, str(name), self._steps.functions[function], {**payload, **progress}, assign=assign)
        self._failure.catch(str(name), state)
        return state

    def _run_job(self, name: str, job: str, more: Mapping[str, str] | None = None) -> CustomState:
        spec, construct = self._steps.jobs[job]
        arguments = {"--lake_bucket": self._lake.bucket.bucket_name, "--run_id": RUN_ID, **(more or {})}
        state = run_job(self, str(name), construct, spec.timeout_minutes, arguments)
        self._failure.catch(str(name), state)
        return state
