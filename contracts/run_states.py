"""The states of a run and the errors that are retried in them: the state machine defines them, functions and the API report them."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """The states that do the work of a run, in their order and by their names in the state machine.

    Amazon Forecast, where a stage uses it, replaces FORECAST by a branch of states of its own.
    """

    description: str

    def __new__(cls, name: str, description: str) -> RunState:
        """Make the member whose text is the name of the state."""
        state = str.__new__(cls, name)
        state._value_ = name
        state.description = description
        return state

    RESOLVE_INPUT = ("ResolveInput", "choose the as-of date and the input objects")
    CLEANSE = ("Cleanse", "clean and deduplicate the rows")
    QUALITY_GATE = ("QualityGate", "check the share of rejected rows")
    BUILD_FEATURES = ("BuildFeatures", "sum up the demand of each day")
    FORECAST = ("Forecast", "forecast and back-test")
    PUBLISH_RUN = ("PublishRun", "load the forecasts and publish them")
    DETECT_ANOMALIES = ("DetectAnomalies", "detect anomalies in recent demand")
    COMPUTE_KPIS = ("ComputeKpis", "compute the KPIs")
    MEASURE_LOGISTICS = ("MeasureLogistics", "measure service, transport and capacity")
    BUILD_INSIGHTS = ("BuildInsights", "derive the insights")
    FINISH_RUN = ("FinishRun", "record the result")


STATES_AFTER_PUBLISHING = (
    RunState.DETECT_ANOMALIES,
    RunState.COMPUTE_KPIS,
    RunState.MEASURE_LOGISTICS,
    RunState.BUILD_INSIGHTS,
    RunState.FINISH_RUN,
)
"""When one of these fails, the forecast of the run is complete: loaded and, where it was to be, published."""

RUN_UNMEASURED = "RunUnmeasured"
"""Error name, and class name in runtime.errors, of an execution that failed in one of STATES_AFTER_PUBLISHING."""

GATE_REFUSED = "GateRefused"
"""Error name, and class name in runtime.errors, of a run that the quality gate refused."""

RUN_CANCELLED = "RunCancelled"
"""Error name of an execution that was stopped because its job was cancelled."""

NEVER_STARTED = "NeverStarted"
"""Error name of a job whose execution does not exist: its request ended between storing the job and starting the execution."""

EXECUTION_LOST = "ExecutionLost"
"""Error name of a job whose execution began, but is no longer known to Step Functions, or whose run is no longer stored."""

CLOSE_ABANDONED_JOBS = "close_abandoned_jobs"
"""The member `task` of the event with which a schedule lets execution_listener close the jobs that nothing else closes."""

RETRYABLE_ERRORS = ("Unavailable", "DatabaseBusy", "DatabaseUnavailable", "AwsThrottled")
"""Error names, which are the class names of exceptions in runtime.errors, after which the state machine calls a function again."""
