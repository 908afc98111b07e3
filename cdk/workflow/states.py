"""States of a workflow in JSONata: each has a timeout, retries what may pass, and says where it goes when it fails for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
]
# A function that was ended for its time or its memory: once more, for it may have met a slow moment.
KILLED_FUNCTION_ERRORS = ["Lambda.Unknown", "Sandbox.Timedout"]
# Where Glue does not queue (on spare capacity), or will not queue for longer, the run waits here for half an hour.
BUSY_JOB_ERRORS = ["Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException"]
BUSY_ATTEMPTS = 60
TRANSIENT_JOB_ERRORS = [
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.ThrottlingException",
    "Glue.AWSGlueException",
]
# What the jobs of a run have used so far: Glue counts it where it scales by itself, else it is the capacity that was held times the time.
# A figure that is missing, or is none, counts as nothing: what only alarms read must never fail a run.
_COUNTED = "[$states.result.DPUSeconds, $states.result.DpuSeconds][$type($) = 'number']"
_HELD = "[$states.result.MaxCapacity, $states.result.ExecutionTime][$type($) = 'number']"
DPU_SECONDS = f"{{% $dpu_seconds + ($count({_COUNTED}) > 0 ? {_COUNTED}[0] : $count({_HELD}) = 2 ? {_HELD}[0] * {_HELD}[1] : 0) %}}"
CALL_OVERHEAD = 30  # seconds that a call may take beyond what it calls
QUEUE_MINUTES = 30  # that a job run may wait for capacity
NOTICE_TIMEOUT = Duration.seconds(30)


def call(
    scope: Construct,
    name: str,
    function: Function,
    payload: Mapping[str, Any],
    outputs: object = "{% $states.result.Payload %}",
    assign: Mapping[str, Any] | None = None,
) -> LambdaInvoke:
    """Call a function; its answer is the state's output unless `outputs` says otherwise."""
    assert function.timeout is not None
    state = LambdaInvoke.jsonata(
        scope,
        name,
        lambda_function=function,
        payload=TaskInput.from_object(payload),
        outputs=outputs,
        assign=assign,
        retry_on_service_exceptions=False,
        task_timeout=Timeout.duration(Duration.seconds(function.timeout.to_seconds() + CALL_OVERHEAD)),
    )
    retry(state, [*TRANSIENT_FUNCTION_ERRORS, *RETRYABLE_ERRORS], attempts=5)
    retry(state, KILLED_FUNCTION_ERRORS, attempts=1)
    return state


def run_job(scope: Construct, name: str, job: PySparkEtlJob, minutes: int, arguments: Mapping[str, str]) -> CustomState:
    """Run a job and wait for it; a run that failed on its own is tried once more, for a worker may have died.

    Written as it stands in the definition: the library's own state turns the timeout of the state into one of the job.
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


def publish(scope: Construct, name: str, topic: Topic, subject: str) -> SnsPublish:
    """Send the summary of the input to a topic; the input is the output. Tried again whatever the error: a notice more does no harm."""
    state = SnsPublish.jsonata(
        scope,
        name,
        topic=topic,
        subject=subject,
        message=TaskInput.from_text("{% $states.input.summary %}"),
        outputs="{% $states.input %}",
        task_timeout=Timeout.duration(NOTICE_TIMEOUT),
    )
    retry(state, ["States.TaskFailed"], attempts=5)
    return state


def retry(state: TaskStateBase | CustomState, errors: list[str], attempts: int) -> None:
    """Try again after errors that may pass: after 3 to 60 seconds, spread over the whole interval so that many do not come at once."""
    state.add_retry(
        errors=errors,
        interval=Duration.seconds(3),
        backoff_rate=2,
        max_delay=Duration.minutes(1),
        max_attempts=attempts,
        jitter_strategy=JitterType.FULL,
    )
