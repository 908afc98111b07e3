"""Task states in JSONata, each with a timeout and retries of transient errors."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws, Duration
from aws_cdk.aws_glue import PySparkEtlJob
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_stepfunctions import CustomState, JitterType, TaskInput, TaskStateBase, Timeout
from aws_cdk.aws_stepfunctions_tasks import LambdaInvoke, SnsPublish
from constructs import Construct

from contracts.run_states import RETRYABLE_ERRORS

STATE = "{% $states.context.State.Name %}"
EXECUTION = {
    "name": "{% $states.context.Execution.Name %}",
    "arn": "{% $states.context.Execution.Id %}",
    "start_time": "{% $states.context.Execution.StartTime %}",
    "redrive_count": "{% $exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0 %}",
}
TRANSIENT_FUNCTION_ERRORS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
    # While Lambda connects a new instance to the network (Lambda API reference, Invoke).
    "Lambda.EC2ThrottledException",
    "Lambda.EC2UnexpectedException",
    "Lambda.ENILimitReachedException",
    "Lambda.ResourceNotReadyException",
    "Lambda.SubnetIPAddressLimitReachedException",
]
# The process of the function ended before it returned: killed, out of time or out of memory. The cause may have been temporary, and
# every function can repeat its work. States.Timeout: no response even after the function's own timeout.
KILLED_FUNCTION_ERRORS = [
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Runtime.Unknown",
    "Sandbox.Timedout",
    "States.Timeout",
]
KILLED_ATTEMPTS = 2
# Glue does not queue job runs on spare capacity, and queues others for a limited time: the state retries for half an hour.
BUSY_JOB_ERRORS = ["Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException"]
BUSY_ATTEMPTS = 60
TRANSIENT_JOB_ERRORS = [
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.ThrottlingException",
    "Glue.AWSGlueException",
    "Glue.SdkClientException",
]
# DPU-seconds of the run's jobs so far. Glue reports them for jobs with auto scaling; otherwise they are capacity times duration. Missing
# values count as 0: a figure that only alarms read must not fail a run.
_REPORTED_DPU_SECONDS = "[$states.result.DPUSeconds, $states.result.DpuSeconds][$type($) = 'number']"
_CAPACITY_AND_TIME = "[$states.result.MaxCapacity, $states.result.ExecutionTime][$type($) = 'number']"
DPU_SECONDS = (
    f"{{% $dpu_seconds + ($count({_REPORTED_DPU_SECONDS}) > 0 ? {_REPORTED_DPU_SECONDS}[0] "
    f": $count({_CAPACITY_AND_TIME}) = 2 ? {_CAPACITY_AND_TIME}[0] * {_CAPACITY_AND_TIME}[1] : 0) %}}"
)
CALL_OVERHEAD_S = 30  # beyond the timeout of the function
QUEUE_MINUTES = 30  # in which a job run may wait for capacity
PUBLISH_TIMEOUT = Duration.seconds(30)


def call_function(
    scope: Construct,
    name: str,
    function: Function,
    payload: Mapping[str, object],
    outputs: object = "{% $states.result.Payload %}",
    assign: Mapping[str, object] | None = None,
) -> LambdaInvoke:
    """Call a function. The state's output is what the function returns, unless `outputs` replaces it."""
    assert function.timeout is not None
    state = LambdaInvoke.jsonata(
        scope,
        name,
        lambda_function=function,
        payload=TaskInput.from_object(payload),
        outputs=outputs,
        assign=assign,
        retry_on_service_exceptions=False,
        task_timeout=Timeout.duration(Duration.seconds(function.timeout.to_seconds() + CALL_OVERHEAD_S)),
    )
    retry(state, [*TRANSIENT_FUNCTION_ERRORS, *RETRYABLE_ERRORS], attempts=5)
    retry(state, KILLED_FUNCTION_ERRORS, attempts=KILLED_ATTEMPTS)
    return state


def run_job(scope: Construct, name: str, job: PySparkEtlJob, minutes: int, arguments: Mapping[str, str]) -> CustomState:
    """Run a Glue job and wait for it. A job that fails is run once more, as a worker may have been lost.

    The state is written in Amazon States Language, because the CDK's own state passes its timeout on to the job.
    """
    state = CustomState(
        scope,
        name,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{Aws.PARTITION}:states:::glue:startJobRun.sync",
            "Arguments": {"JobName": job.job_name, "Arguments": arguments},
            "Output": {"job_run_id": "{% $states.result.Id %}"},
            "Assign": {"dpu_seconds": DPU_SECONDS},
            "TimeoutSeconds": 60 * (minutes + QUEUE_MINUTES),
        },
    )
    retry(state, BUSY_JOB_ERRORS, attempts=BUSY_ATTEMPTS)
    retry(state, TRANSIENT_JOB_ERRORS, attempts=5)
    retry(state, ["States.TaskFailed"], attempts=1)
    return state


def publish_summary(scope: Construct, name: str, topic: Topic, subject: str) -> SnsPublish:
    """Publish the summary of the state's input to a topic and pass the input on. Any error is retried: a duplicate message is harmless."""
    state = SnsPublish.jsonata(
        scope,
        name,
        topic=topic,
        subject=subject,
        message=TaskInput.from_text("{% $states.input.summary %}"),
        outputs="{% $states.input %}",
        task_timeout=Timeout.duration(PUBLISH_TIMEOUT),
    )
    retry(state, ["States.TaskFailed"], attempts=5)
    return state


def retry(state: TaskStateBase | CustomState, errors: list[str], attempts: int) -> None:
    """Retry these errors with exponential backoff from 3 to 60 seconds and full jitter."""
    state.add_retry(
        errors=errors,
        interval=Duration.seconds(3),
        backoff_rate=2,
        max_delay=Duration.minutes(1),
        max_attempts=attempts,
        jitter_strategy=JitterType.FULL,
    )
