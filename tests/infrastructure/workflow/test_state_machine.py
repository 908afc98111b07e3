"""The state machine, by its definition."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts.run_states import RETRYABLE_ERRORS, RunState
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth
ORDER = [*(str(state) for state in RunState), "ShallNotify"]


def definition(stage: Stage) -> dict[str, Any]:
    [machine] = stage.of_type("AWS::StepFunctions::StateMachine").values()
    return dict(json.loads(render(machine["Properties"]["DefinitionString"])))


def tasks(stage: Stage) -> dict[str, dict[str, Any]]:
    return {name: state for name, state in definition(stage)["States"].items() if state["Type"] == "Task"}


def test_every_state_does_its_work_in_order(stage: Stage) -> None:
    states, name, path = definition(stage)["States"], definition(stage)["StartAt"], []
    while name:
        path.append(name)
        name = states[name].get("Next")
    assert path == ORDER


def test_the_language_is_jsonata(stage: Stage) -> None:
    assert definition(stage)["QueryLanguage"] == "JSONata"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["builtin", "amazon_forecast"])
def test_the_definition_is_valid_in_the_states_language(synthesise: Synthesise, backend: str, tmp_path: Path) -> None:
    """cfn-lint reads a definition that is an object; in the template it is a text put together from references, which it lets pass."""
    whole = definition(synthesise("dev", forecastBackend=backend)["dev"])
    for name, states in (("whole", whole), ("spoilt", {**whole, "TimeoutSecond": 1})):
        properties = {"RoleArn": "arn:aws:iam::123456789012:role/a", "Definition": states}
        machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
        (tmp_path / name).write_text(json.dumps({"Resources": {"Machine": machine}}).replace("<AWS::Partition>", "aws"))
    lint = ["cfn-lint", "--template", str(tmp_path / "whole"), str(tmp_path / "spoilt")]
    lint_output = subprocess.run(lint, capture_output=True, text=True, timeout=300, check=False).stdout
    assert "'TimeoutSecond' was unexpected" in lint_output
    assert str(tmp_path / "whole") not in lint_output, lint_output


def test_every_task_has_a_timeout(stage: Stage) -> None:
    assert all(state["TimeoutSeconds"] > 0 for state in tasks(stage).values())
    assert definition(stage)["TimeoutSeconds"] == 8 * 3600


def test_every_task_retries_with_full_jitter_and_a_bound(stage: Stage) -> None:
    for name, state in tasks(stage).items():
        assert state["Retry"], name
        for retry in state["Retry"]:
            assert retry["JitterStrategy"] == "FULL", name
            assert 1 <= retry["MaxAttempts"] <= (60 if "Glue.ConcurrentRunsExceededException" in retry["ErrorEquals"] else 5), name
            assert retry["MaxDelaySeconds"] == 60, name


@pytest.mark.parametrize(
    "error", ["Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory", "Runtime.Unknown", "Sandbox.Timedout", "States.Timeout"]
)
def test_a_function_whose_process_was_ended_is_called_again(stage: Stage, error: str) -> None:
    """Out of time or memory is `Lambda.Unknown` (AWS Step Functions developer guide, "Handle Lambda service exceptions")."""
    function_states = {name: state for name, state in tasks(stage).items() if state["Resource"].endswith(":states:::lambda:invoke")}
    assert function_states
    for name, state in function_states.items():
        [retry_when_killed] = [retry for retry in state["Retry"] if error in retry["ErrorEquals"]]
        assert retry_when_killed["MaxAttempts"] == 2, name


@pytest.mark.parametrize(
    "error",
    ["ConcurrentRunsExceededException", "ResourceNumberLimitExceededException", "ThrottlingException", "InternalServiceException"],
)
def test_a_job_that_glue_cannot_start_now_is_started_later(stage: Stage, error: str) -> None:
    for name in ("Cleanse", "BuildFeatures", "Forecast"):
        [transient] = [retry for retry in tasks(stage)[name]["Retry"] if f"Glue.{error}" in retry["ErrorEquals"]]
        assert transient["MaxAttempts"] >= 5, name


def test_a_notice_is_sent_again_whatever_went_wrong(stage: Stage) -> None:
    for name in ("Notify", "NotifyFailure"):
        assert [(retry["ErrorEquals"], retry["MaxAttempts"]) for retry in tasks(stage)[name]["Retry"]] == [(["States.TaskFailed"], 5)]


def test_a_job_that_is_busy_is_waited_for_half_an_hour(stage: Stage) -> None:
    """Full jitter waits half of the 60 seconds on average; without a queue of Glue's nothing else waits."""
    for name in ("Cleanse", "BuildFeatures", "Forecast"):
        [busy] = [retry for retry in tasks(stage)[name]["Retry"] if "Glue.ConcurrentRunsExceededException" in retry["ErrorEquals"]]
        assert busy["MaxAttempts"] * busy["MaxDelaySeconds"] / 2 >= 30 * 60


def test_a_wrong_input_or_a_refusal_is_not_retried(stage: Stage) -> None:
    for state in tasks(stage).values():
        retried_errors = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        assert not retried_errors & {"States.ALL", "InvalidInput", "NoInputData", "GateRefused", "RunWorseThanBaseline"}


def test_the_errors_of_functions_that_are_retried_are_those_of_the_contract(stage: Stage) -> None:
    retried_errors = {error for state in tasks(stage).values() for retry in state["Retry"] for error in retry["ErrorEquals"]}
    ours = {error for error in retried_errors if "." not in error}
    assert ours == set(RETRYABLE_ERRORS)


def test_every_task_catches_everything_but_the_one_that_fails_the_execution(stage: Stage) -> None:
    for name, state in tasks(stage).items():
        if name != "FailRun":
            [catch] = state["Catch"]
            assert catch["ErrorEquals"] == ["States.ALL"], name


def test_every_failure_is_recorded_and_notified_before_the_execution_fails(stage: Stage) -> None:
    states = definition(stage)["States"]
    for name in ORDER[:-1]:
        [catch] = states[name]["Catch"]
        failure = catch["Assign"]["failure"]
        assert (catch["Next"], failure["state"], failure["error"]) == ("RecordFailure", name, "{% $states.errorOutput %}"), name
    assert (states["RecordFailure"]["Next"], states["RecordFailure"]["Catch"][0]["Next"]) == ("NotifyFailure", "NotifyFailure")
    assert (states["NotifyFailure"]["Next"], states["NotifyFailure"]["Catch"][0]["Next"]) == ("FailRun", "FailRun")
    assert "Catch" not in states["FailRun"]


def test_the_notification_of_a_failure_has_the_subject_that_the_recorder_chose(stage: Stage) -> None:
    """The recorder knows whether a forecast is missing; where it could not record, the subject says that the run failed."""
    states = definition(stage)["States"]
    assert states["NotifyFailure"]["Arguments"]["Subject"] == "{% $states.input.subject %}"
    fallback = states["RecordFailure"]["Catch"][0]["Output"]
    assert states["RecordFailure"]["Output"].keys() == fallback.keys() == {"status", "subject", "summary"}
    assert (fallback["status"], fallback["subject"]) == ("FAILED", "Signify: a run failed")
    failure = states["FailRun"]["Arguments"]["Payload"]["failure"]
    assert failure["status"] == "{% $states.input.status %}"


def test_a_redriven_execution_resumes_at_whichever_state_failed(stage: Stage) -> None:
    """A redrive enters FailRun again, never a Fail state, and from there finds its way back to every state that can fail."""
    states = definition(stage)["States"]
    assert states["FailRun"]["Next"] == "Resume"
    ways = {choice["Condition"]: choice["Next"] for choice in states["Resume"]["Choices"]}
    assert ways == {f"{{% $failure.state = '{name}' %}}": name for name in ORDER[:-1]}
    reached_by_failures = {states[name]["Catch"][0]["Next"] for name in ORDER[:-1]} | {"NotifyFailure", "FailRun"}
    assert all(states[name]["Type"] != "Fail" for name in reached_by_failures)


def test_no_step_reads_what_only_the_step_before_could_hand_on(stage: Stage) -> None:
    """A resumed state gets the input of FailRun: what a step needs stands in the execution's input or in variables."""
    states = definition(stage)["States"]
    assert all("$states.input" not in json.dumps(states[name].get("Arguments", {})) for name in ORDER[:-1])


def test_a_run_succeeds_even_if_its_notification_fails(stage: Stage) -> None:
    states = definition(stage)["States"]
    assert states["Notify"]["Catch"][0]["Next"] == states["Notify"]["Next"] == states["ShallNotify"]["Default"] == "Done"
    assert states["Done"]["Type"] == "Succeed"


def test_steps_pass_identifiers_and_never_rows(stage: Stage) -> None:
    states = definition(stage)["States"]
    payloads = {name: states[name]["Arguments"]["Payload"] for name in ORDER if "Payload" in states[name].get("Arguments", {})}
    assert set(payloads["ResolveInput"]) == {"input", "execution", "state", "next_state"}
    assert payloads["ResolveInput"]["input"] == "{% $states.context.Execution.Input %}"
    assert set(payloads["QualityGate"]) == {"run_id", "gate", "state", "next_state"}
    assert set(payloads["PublishRun"]) == {"run_id", "gate", "publish", "state"}
    assert set(payloads["ComputeKpis"]) == set(payloads["MeasureLogistics"]) == {"run_id", "state"}
    assert set(payloads["BuildInsights"]) == {"run_id", "state"}
    assert set(payloads["FinishRun"]) == {"outcome", "execution", "run_id", "dpu_seconds", "state"}
    assert set(states["RecordFailure"]["Arguments"]["Payload"]) == {"outcome", "execution", "error", "failed_state"}
    assert set(states["FailRun"]["Arguments"]["Payload"]) == {"outcome", "execution", "failure"}


def test_functions_are_sent_their_own_state_and_the_job_that_follows_them(stage: Stage) -> None:
    states = definition(stage)["States"]
    payloads = {name: states[name]["Arguments"]["Payload"] for name in ORDER if "Payload" in states[name].get("Arguments", {})}
    assert {payload["state"] for payload in payloads.values()} == {"{% $states.context.State.Name %}"}
    jobs = {name for name in ORDER if "glue:startJobRun" in str(states[name].get("Resource"))}
    followed_by_job = {name: states[name]["Next"] for name in payloads if states[name].get("Next") in jobs}
    assert {name: payload["next_state"] for name, payload in payloads.items() if "next_state" in payload} == followed_by_job


def test_glue_states_wait_for_their_job_and_pass_bucket_and_run(stage: Stage) -> None:
    states = definition(stage)["States"]
    for name in ("Cleanse", "BuildFeatures", "Forecast"):
        assert states[name]["Resource"].endswith(":states:::glue:startJobRun.sync")
        assert set(states[name]["Arguments"]["Arguments"]) == {"--lake_bucket", "--run_id"}


def test_dpu_seconds_of_the_jobs_add_up_and_are_recorded_at_the_end(stage: Stage) -> None:
    states = definition(stage)["States"]
    assert states["ResolveInput"]["Assign"]["dpu_seconds"] == 0
    jobs = [state for state in states.values() if "glue:startJobRun" in str(state.get("Resource"))]
    assert jobs
    assert all(state["Assign"]["dpu_seconds"].startswith("{% $dpu_seconds + ") for state in jobs)
    assert states["FinishRun"]["Arguments"]["Payload"]["dpu_seconds"] == "{% $dpu_seconds %}"


def test_a_state_waits_longer_than_what_it_waits_for(stage: Stage) -> None:
    jobs = {name.split("/")[1]: job for name, job in stage.of_type("AWS::Glue::Job").items()}
    for name in ("Cleanse", "BuildFeatures", "Forecast"):
        reference = tasks(stage)[name]["Arguments"]["JobName"]
        [job] = [job for logical_id, job in jobs.items() if logical_id in reference]
        assert tasks(stage)[name]["TimeoutSeconds"] > 60 * job["Properties"]["Timeout"]


def test_everything_is_logged_and_traced(stage: Stage) -> None:
    [machine] = stage.of_type("AWS::StepFunctions::StateMachine").values()
    assert machine["Properties"]["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["Properties"]["TracingConfiguration"] == {"Enabled": True}
    assert machine["Properties"]["StateMachineType"] == "STANDARD"


def test_jobs_are_glue_51_bounded_queued_and_without_bookmarks(stage: Stage) -> None:
    jobs = stage.of_type("AWS::Glue::Job")
    assert len(jobs) == 3
    for job in jobs.values():
        properties, arguments = job["Properties"], job["Properties"]["DefaultArguments"]
        assert (properties["GlueVersion"], properties["WorkerType"], properties["JobRunQueuingEnabled"]) == ("5.1", "G.1X", True)
        assert 0 < properties["Timeout"] <= 240
        assert arguments["--job-bookmark-option"] == "job-bookmark-disable"
        assert arguments["--enable-auto-scaling"] == "true"
        assert stage.name in render(arguments["--custom-logGroup-prefix"])


def test_the_logs_with_execution_data_are_kept_as_long_as_the_settings_say(stage: Stage) -> None:
    [machine] = stage.of_type("AWS::StepFunctions::StateMachine").values()
    logging = machine["Properties"]["LoggingConfiguration"]
    assert logging["IncludeExecutionData"] is True
    group = logging["Destinations"][0]["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"][0]
    days = stage.templates["Workflow"].document["Resources"][group]["Properties"]["RetentionInDays"]
    assert days == {"dev": 30, "prod": 365, "local": 30}[stage.name]


@pytest.mark.parametrize(
    ("run", "dpu_seconds"),
    [
        ({"DPUSeconds": 12.5, "MaxCapacity": 2.0, "ExecutionTime": 9}, 12.5),
        ({"MaxCapacity": 2.0, "ExecutionTime": 9}, 18),
        ({"MaxCapacity": None, "ExecutionTime": 9}, 0),
        ({}, 0),
    ],
)
def test_dpu_seconds_are_read_from_every_form_of_a_job_run(run: dict[str, Any], dpu_seconds: float) -> None:
    from jsonata import Jsonata  # type: ignore[import-untyped]

    from cdk.workflow.states import DPU_SECONDS

    expression = Jsonata(DPU_SECONDS.removeprefix("{% ").removesuffix(" %}"))
    expression.assign("dpu_seconds", 100)
    expression.assign("states", {"result": run})
    assert expression.evaluate({}) == 100 + dpu_seconds
