"""The state machine of a run: from staged rows to a published forecast. Its input may be `{}`.

ResolveInput -> Cleanse -> QualityGate -> BuildFeatures -> Forecast -> PublishRun -> DetectAnomalies -> ComputeKpis -> MeasureLogistics
-> BuildInsights -> FinishRun -> Notify
on failure   -> RecordFailure -> NotifyFailure -> FailRun, and after a redrive -> Resume -> the state that failed
"""

from __future__ import annotations

from collections.abc import Mapping

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
from cdk.compute.function_specs import (
    ANOMALY_DETECTOR,
    INSIGHT_BUILDER,
    KPI_CALCULATOR,
    LOGISTICS_CALCULATOR,
    QUALITY_GATE,
    RUN_PUBLISHER,
    RUN_RECORDER,
    RUN_RESOLVER,
    FunctionSpec,
)
from cdk.compute.job_specs import (
    AMAZON_FORECAST_INPUT,
    AMAZON_FORECAST_OUTPUT,
    DATA_CLEANSING,
    DEMAND_FORECAST,
    FEATURE_ENGINEERING,
    JobSpec,
)
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.amazon_forecast_branch import MAX_DURATION, AmazonForecastBranch
from cdk.workflow.failure_path import FailurePath
from cdk.workflow.role import create_run_role
from cdk.workflow.states import EXECUTION, STATE, call_function, publish_summary, run_job
from cdk.workflow.steps import Steps
from cdk.workflow.topics import NotificationTopics
from contracts.run_states import RunState

MAX_RUN_DURATION = Duration.hours(8)
RUN_ID = "{% $run.run_id %}"


class DailyRun(Construct):
    """A standard workflow. Executions are named after their idempotency key and can be redriven from the state that failed."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, lake: Lake, steps: Steps, topics: NotificationTopics
    ) -> None:
        super().__init__(scope, construct_id)
        self._steps = steps
        self._lake = lake
        self._topics = topics
        self._failure = FailurePath(self, "Failure", steps.functions[RUN_RECORDER.name], topics)
        self.machine = StateMachine(
            self,
            "Machine",
            state_machine_type=StateMachineType.STANDARD,
            query_language=QueryLanguage.JSONATA,
            definition_body=DefinitionBody.from_chainable(self._run()),
            timeout=MAX_RUN_DURATION if steps.amazon_forecast is None else MAX_RUN_DURATION.plus(MAX_DURATION),
            role=create_run_role(self, steps, topics),
            tracing_enabled=True,
            logs=LogOptions(destination=create_log_group(self, "Logs", settings), level=LogLevel.ALL, include_execution_data=True),
        )

    def _run(self) -> Chain:
        resolve = self._call(
            RunState.RESOLVE_INPUT,
            RUN_RESOLVER,
            {"input": "{% $states.context.Execution.Input %}", "execution": EXECUTION},
            assign={"run": "{% $states.result.Payload %}", "dpu_seconds": 0},
            next_job=RunState.CLEANSE,
        )
        gate_payload = {"run_id": RUN_ID, "gate": "{% $run.gate %}"}
        return (
            Chain.start(resolve)
            .next(self._run_job(RunState.CLEANSE, DATA_CLEANSING))
            .next(self._call(RunState.QUALITY_GATE, QUALITY_GATE, gate_payload, next_job=RunState.BUILD_FEATURES))
            .next(self._run_job(RunState.BUILD_FEATURES, FEATURE_ENGINEERING))
            .next(self._forecast(self._publish()))
        )

    def _forecast(self, following: Chain) -> IChainable:
        """Forecast with the built-in engine or Amazon Forecast; both write the same tables to the lake."""
        if self._steps.amazon_forecast is None:
            return self._run_job(RunState.FORECAST, DEMAND_FORECAST).next(following)
        branch = AmazonForecastBranch(self, "AmazonForecast", self._steps.amazon_forecast, self._failure)
        load = self._run_job("LoadForecast", AMAZON_FORECAST_OUTPUT, branch.load_arguments())
        load.next(branch.clean_up(following))
        branch.last.next(load)
        prepare = self._run_job("PrepareForecast", AMAZON_FORECAST_INPUT)
        prepare.next(branch.first)
        return prepare

    def _publish(self) -> Chain:
        outcome = {"outcome": "SUCCEEDED", "execution": EXECUTION}
        publish_payload = {"run_id": RUN_ID, "gate": "{% $run.gate %}", "publish": "{% $run.publish %}"}
        return (
            Chain.start(self._call(RunState.PUBLISH_RUN, RUN_PUBLISHER, publish_payload))
            .next(self._call(RunState.DETECT_ANOMALIES, ANOMALY_DETECTOR, {"run_id": RUN_ID, "notify": "{% $run.notify %}"}))
            .next(self._call(RunState.COMPUTE_KPIS, KPI_CALCULATOR, {"run_id": RUN_ID}))
            .next(self._call(RunState.MEASURE_LOGISTICS, LOGISTICS_CALCULATOR, {"run_id": RUN_ID}))
            .next(self._call(RunState.BUILD_INSIGHTS, INSIGHT_BUILDER, {"run_id": RUN_ID}))
            .next(self._call(RunState.FINISH_RUN, RUN_RECORDER, {**outcome, "run_id": RUN_ID, "dpu_seconds": "{% $dpu_seconds %}"}))
            .next(self._notify())
        )

    def _notify(self) -> IChainable:
        """Publish the summary. A run succeeds even if that fails; its output then holds the error."""
        succeed = Succeed.jsonata(self, "Done")
        notify = publish_summary(self, "Notify", self._topics.runs, "Signify: a run finished")
        notify.add_catch(succeed, outputs="{% $merge([$states.input, {'not_notified': $states.errorOutput}]) %}")
        notify.next(succeed)
        return Choice.jsonata(self, "ShallNotify").when(Condition.jsonata("{% $run.notify %}"), notify).otherwise(succeed)

    def _call(
        self,
        name: RunState,
        spec: FunctionSpec,
        payload: Mapping[str, object],
        assign: Mapping[str, object] | None = None,
        next_job: RunState | None = None,
    ) -> TaskStateBase:
        """Call a function, which marks the job with the state that calls it.

        A Glue job cannot mark the job, so the function before it marks the state of the Glue job when it succeeds.
        """
        progress = {"state": STATE, **({"next_state": str(next_job)} if next_job else {})}
        state = call_function(self, str(name), self._steps.functions[spec.name], {**payload, **progress}, assign=assign)
        self._failure.catch(str(name), state)
        return state

    def _run_job(self, name: str, spec: JobSpec, more: Mapping[str, str] | None = None) -> CustomState:
        arguments = {"--lake_bucket": self._lake.bucket.bucket_name, "--run_id": RUN_ID, **(more or {})}
        state = run_job(self, str(name), self._steps.jobs[spec.name], spec.timeout_minutes, arguments)
        self._failure.catch(str(name), state)
        return state
