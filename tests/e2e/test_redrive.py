"""Every step of a run fails once, in turn, and is redriven: one execution, one run, nothing done twice that had succeeded."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from runtime.models.domain.runs import run_id_of
from tests.e2e.conftest import Story, wait_for_execution

pytestmark = pytest.mark.e2e
FUNCTIONS = {
    "ResolveInput": "run_resolver",
    "QualityGate": "quality_gate",
    "PublishRun": "run_publisher",
    "DetectAnomalies": "anomaly_detector",
    "ComputeKpis": "kpi_calculator",
    "MeasureLogistics": "logistics_calculator",
    "BuildInsights": "insight_builder",
    "FinishRun": "run_recorder",
}
JOBS = {"Cleanse": "DataCleansing", "BuildFeatures": "FeatureEngineering", "Forecast": "DemandForecast"}
STEPS = [
    "ResolveInput",
    "Cleanse",
    "QualityGate",
    "BuildFeatures",
    "Forecast",
    "PublishRun",
    "DetectAnomalies",
    "ComputeKpis",
    "MeasureLogistics",
    "BuildInsights",
    "FinishRun",
]


@dataclass(frozen=True)
class Saboteur:
    """Breaks the function or job behind a step, and mends it when the block ends."""

    client: Callable[[str], Any]

    def break_step(self, step: str) -> AbstractContextManager[None]:
        return self._function(FUNCTIONS[step]) if step in FUNCTIONS else self._job(JOBS[step])

    @contextmanager
    def _function(self, service: str) -> Iterator[None]:
        functions = self.client("lambda")
        [name, handler] = next(
            [function["FunctionName"], function["Handler"]]
            for page in functions.get_paginator("list_functions").paginate()
            for function in page["Functions"]
            if function.get("Environment", {}).get("Variables", {}).get("POWERTOOLS_SERVICE_NAME") == service
        )
        functions.update_function_configuration(FunctionName=name, Handler=f"runtime.functions.{service}.sabotaged")
        yield
        functions.update_function_configuration(FunctionName=name, Handler=handler)

    @contextmanager
    def _job(self, part: str) -> Iterator[None]:
        glue = self.client("glue")
        job = next(job for job in glue.get_jobs()["Jobs"] if part in job["Name"])
        glue.update_job(
            JobName=job["Name"], JobUpdate={"Role": job["Role"], "Command": {**job["Command"], "ScriptLocation": "s3://none/none.py"}}
        )
        yield
        glue.update_job(JobName=job["Name"], JobUpdate={"Role": job["Role"], "Command": job["Command"]})


def history(states: Any, execution: str) -> list[dict[str, Any]]:
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    return [event for page in pages for event in page["events"]]


def list_states(states: Any, execution: str) -> list[str]:
    events = history(states, execution)
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def wait_until_entered(states: Any, execution: str, step: str) -> None:
    deadline = time.monotonic() + 60
    while list_states(states, execution)[-1:] != [step]:
        assert time.monotonic() < deadline, f"{step} was not entered"
        time.sleep(0.05)


def read_measurement(story: Story, execution_name: str) -> tuple[str, bool, str | None]:
    """Return the status of a run, whether it is measured, and the state of its failure."""
    run = story.api.get(f"/forecasts/{run_id_of(execution_name)}").json()
    return run["status"], run["measured"], run["failure"] and run["failure"]["state"]


def test_each_step_fails_once_and_a_redrive_goes_on_exactly_there(story: Story) -> None:
    states = story.client("stepfunctions")
    saboteur = Saboteur(story.client)
    failed_at = []
    with saboteur.break_step(STEPS[0]):
        machine = story.outputs["StateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, name="each-step-fails", input="{}")["executionArn"]
        wait_for_execution(states, execution)
        failed_at.append([name for name in list_states(states, execution) if name in STEPS][-1])
    for before, step in pairwise(STEPS):
        with ExitStack() as sabotage:
            # The recorder of the last step also ends the failed execution: it breaks only once the redrive has got past it.
            late = step == "FinishRun"
            if not late:
                sabotage.enter_context(saboteur.break_step(step))
            states.redrive_execution(executionArn=execution)
            if late:
                wait_until_entered(states, execution, before)
                sabotage.enter_context(saboteur.break_step(step))
            assert wait_for_execution(states, execution)["status"] == "FAILED", step
            if step == "DetectAnomalies":
                assert read_measurement(story, "each-step-fails") == ("SUCCEEDED", False, step)
            failed_at.append([name for name in list_states(states, execution) if name in STEPS][-1])
    states.redrive_execution(executionArn=execution)
    description = wait_for_execution(states, execution)

    assert failed_at == STEPS
    assert read_measurement(story, "each-step-fails") == ("SUCCEEDED", True, None)
    assert (description["status"], description["redriveCount"]) == ("SUCCEEDED", len(STEPS))
    visits = Counter(list_states(states, execution))
    assert {step: visits[step] for step in STEPS} == dict.fromkeys(STEPS, 2)
    output = json.loads(description["output"])
    assert output["status"] == "SUCCEEDED"
    assert story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"] == output["run_id"]
    assert story.api.get(f"/jobs/{output['run_id']}").json()["status"] == "SUCCEEDED"


def wait_for_status(read_status: Callable[[], str], status: str) -> None:
    deadline = time.monotonic() + 60
    while (current := read_status()) != status:
        assert time.monotonic() < deadline, f"{current} did not become {status}"
        time.sleep(0.2)


def test_a_stopped_run_is_recorded_as_cancelled_and_continues_when_redriven(story: Story) -> None:
    states = story.client("stepfunctions")
    run_input = json.dumps({"publish": False, "notify": False})
    execution = states.start_execution(stateMachineArn=story.outputs["StateMachineArn"], name="stopped-run", input=run_input)[
        "executionArn"
    ]
    job = f"/jobs/{run_id_of('stopped-run')}"
    wait_until_entered(states, execution, "Cleanse")
    states.stop_execution(executionArn=execution, error="Mistake", cause="wrong day")
    wait_for_status(lambda: str(story.api.get(job).json()["status"]), "CANCELLED")
    problem = story.api.get(job).json()["error"]
    assert (problem["code"], problem["detail"], problem["state"]) == ("MISTAKE", "wrong day", "Cleanse")
    states.redrive_execution(executionArn=execution)
    wait_for_status(lambda: str(story.api.get(job).json()["status"]), "RUNNING")
    assert wait_for_execution(states, execution)["status"] == "SUCCEEDED"
    assert story.api.get(job).json()["status"] == "SUCCEEDED"


def test_two_deliveries_of_one_schedule_event_start_one_execution(story: Story) -> None:
    functions, states = story.client("lambda"), story.client("stepfunctions")
    [name] = [
        function["FunctionName"]
        for page in functions.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["Handler"] == "runtime.functions.forecast_trigger.handler"
    ]
    event = json.dumps({"scheduled_time": "2026-11-24T04:30:00Z"})
    first, second = (json.loads(functions.invoke(FunctionName=name, Payload=event)["Payload"].read()) for _ in range(2))
    assert first == second
    assert first["execution"] == "daily-2026-11-24"
    wait_for_execution(states, first["arn"])
    third = json.loads(functions.invoke(FunctionName=name, Payload=event)["Payload"].read())
    assert third == {"execution": "daily-2026-11-24", "arn": None, "outcome": "ENDED_ALREADY"}
    executions = states.list_executions(stateMachineArn=story.outputs["StateMachineArn"])["executions"]
    assert [execution["name"] for execution in executions].count("daily-2026-11-24") == 1
