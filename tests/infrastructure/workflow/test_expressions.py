"""The JSONata expressions of the states, evaluated: what functions receive, and where a redrive resumes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from jsonata import Jsonata  # type: ignore[import-untyped]

from contracts.run_states import RunState
from runtime.functions.common.events import (
    AnomalyEvent,
    Event,
    GatedRunEvent,
    InsightEvent,
    OutcomeEvent,
    PublishEvent,
    ResolveInput,
    RunEvent,
    StepEvent,
)
from runtime.models.domain.runs import Gate
from tests.infrastructure.templates import Stage, render
from tests.infrastructure.workflow.test_state_machine import definition

RUN_ID = UUID("0197a1b2-0000-7000-8000-000000000001")
RUN = {"run_id": str(RUN_ID), "gate": "warn", "publish": False, "notify": True, "horizon_days": 28}
FAILURE = {"state": "Cleanse", "redrives": 0, "error": {"Error": "States.Timeout", "Cause": "too slow"}}
EXECUTION = {
    "Name": "daily-2026-11-24",
    "Id": "arn:aws:states:eu-central-1:123456789012:execution:run:daily-2026-11-24",
    "StartTime": "2026-11-24T04:30:00Z",
    "Input": {"as_of": "2026-11-23"},
}
EVENTS: dict[str, type[Event]] = {
    "ResolveInput": ResolveInput,
    "QualityGate": GatedRunEvent,
    "PublishRun": PublishEvent,
    "DetectAnomalies": AnomalyEvent,
    "ComputeKpis": RunEvent,
    "MeasureLogistics": RunEvent,
    "BuildInsights": InsightEvent,
    "FinishRun": OutcomeEvent,
    "RecordFailure": OutcomeEvent,
    "FailRun": OutcomeEvent,
}


def evaluate(value: Any, state: str, *, redrives: int | None = None, **states: Any) -> Any:
    """The value with its expressions evaluated as in this state; `states` adds members of $states, such as errorOutput."""
    if isinstance(value, dict):
        return {key: evaluate(each, state, redrives=redrives, **states) for key, each in value.items()}
    if not isinstance(value, str) or not value.startswith("{%"):
        return value
    expression = Jsonata(value.removeprefix("{%").removesuffix("%}"))
    execution = EXECUTION if redrives is None else {**EXECUTION, "RedriveCount": redrives}
    context = {"State": {"Name": state}, "Execution": execution}
    variables = {"run": RUN, "failure": FAILURE, "dpu_seconds": 7200.5}
    for name, variable in {
        **variables,
        "states": {"context": context, "input": {"summary": "It failed.", "status": "FAILED"}, **states},
    }.items():
        expression.assign(name, variable)
    return expression.evaluate({})


@pytest.fixture(scope="module")
def states(stages: dict[str, Stage]) -> dict[str, dict[str, Any]]:
    return dict(definition(stages["dev"])["States"])


def payload(states: dict[str, dict[str, Any]], name: str, *, redrives: int | None = None) -> dict[str, Any]:
    return dict(evaluate(states[name]["Arguments"]["Payload"], name, redrives=redrives))


def test_every_state_that_calls_a_function_has_an_event(states: dict[str, dict[str, Any]]) -> None:
    assert EVENTS.keys() == {name for name, state in states.items() if "lambda:invoke" in state.get("Resource", "")}


@pytest.mark.parametrize("name", EVENTS)
def test_a_function_accepts_what_its_state_sends(states: dict[str, dict[str, Any]], name: str) -> None:
    event = EVENTS[name].model_validate(payload(states, name))
    assert getattr(event, "run_id", RUN_ID) == RUN_ID


@pytest.mark.parametrize("name", EVENTS)
def test_a_state_sends_no_key_that_its_function_ignores(states: dict[str, dict[str, Any]], name: str) -> None:
    assert payload(states, name).keys() <= EVENTS[name].model_fields.keys() | StepEvent.model_fields.keys()


@pytest.mark.parametrize("name", sorted(EVENTS.keys() - {"RecordFailure", "FailRun"}))
def test_the_state_that_a_function_marks_is_a_state_of_the_run(states: dict[str, dict[str, Any]], name: str) -> None:
    event = StepEvent.model_validate(payload(states, name))
    assert event.state == name
    assert {event.state, event.next_state or event.state} <= set(RunState)


def test_the_gate_and_publication_of_the_run_reach_the_functions(states: dict[str, dict[str, Any]]) -> None:
    event = PublishEvent.model_validate(payload(states, "PublishRun"))
    assert (event.gate, event.publish) == (Gate("warn"), False)
    assert GatedRunEvent.model_validate(payload(states, "QualityGate")).gate is Gate("warn")


@pytest.mark.parametrize(("redrives", "redrive_count"), [(None, 0), (0, 0), (2, 2)])
def test_an_execution_that_was_never_redriven_counts_zero(
    states: dict[str, dict[str, Any]], redrives: int | None, redrive_count: int
) -> None:
    """The context has no RedriveCount before the first redrive."""
    event = OutcomeEvent.model_validate(payload(states, "FinishRun", redrives=redrives))
    assert event.execution.redrive_count == redrive_count
    assert (event.execution.name, event.outcome, event.dpu_seconds) == ("daily-2026-11-24", "SUCCEEDED", 7200.5)


def test_the_end_of_a_failed_run_names_the_state_and_the_redrives_before(states: dict[str, dict[str, Any]]) -> None:
    event = OutcomeEvent.model_validate(payload(states, "FailRun", redrives=1))
    assert event.failure is not None
    assert (event.outcome, event.failure.state, event.failure.redrives, event.failure.summary) == ("END", "Cleanse", 0, "It failed.")
    assert OutcomeEvent.model_validate(payload(states, "RecordFailure")).error == FAILURE["error"]


@pytest.mark.parametrize("name", RunState)
def test_a_redrive_resumes_at_exactly_the_state_that_failed(states: dict[str, dict[str, Any]], name: str) -> None:
    caught_failure = states[name]["Catch"][0]["Assign"]["failure"]
    assert evaluate(caught_failure, name, errorOutput={"Error": "E"}) == {"state": name, "redrives": 0, "error": {"Error": "E"}}
    targets = [
        choice["Next"]
        for choice in states["Resume"]["Choices"]
        if Jsonata(choice["Condition"].removeprefix("{%").removesuffix("%}").replace("$failure", "failure")).evaluate(
            {"failure": {"state": name}}
        )
    ]
    assert targets == [name]


def test_a_failure_that_cannot_be_recorded_is_still_described(states: dict[str, dict[str, Any]]) -> None:
    [catch] = states["RecordFailure"]["Catch"]
    output = evaluate(catch["Output"], "RecordFailure", errorOutput={"Error": "DatabaseUnavailable"})
    summary = "The run daily-2026-11-24 failed with States.Timeout, and the failure could not be recorded: DatabaseUnavailable"
    assert output == {"status": "FAILED", "subject": "Signify: a run failed", "summary": summary}


def test_a_notification_that_fails_is_noted_in_the_output_of_the_run(states: dict[str, dict[str, Any]]) -> None:
    [catch] = states["Notify"]["Catch"]
    output = evaluate(catch["Output"], "Notify", errorOutput={"Error": "SNS.Throttled"})
    assert output == {"summary": "It failed.", "status": "FAILED", "not_notified": {"Error": "SNS.Throttled"}}
    assert catch["Next"] == "Done"


def test_the_run_is_assigned_from_the_function_that_resolves_its_input(states: dict[str, dict[str, Any]]) -> None:
    variables = evaluate(states["ResolveInput"]["Assign"], "ResolveInput", result={"Payload": {**RUN, "publish": True}})
    assert variables == {"run": {**RUN, "publish": True}, "dpu_seconds": 0}


def test_a_job_is_started_with_the_bucket_and_the_run(states: dict[str, dict[str, Any]]) -> None:
    for name in ("Cleanse", "BuildFeatures", "Forecast"):
        arguments = states[name]["Arguments"]["Arguments"]
        assert evaluate(arguments["--run_id"], name) == str(RUN_ID)
        assert "LakeBucket" in render(arguments["--lake_bucket"])
        assert evaluate(states[name]["Output"], name, result={"Id": "jr_1"}) == {"job_run_id": "jr_1"}


@pytest.mark.parametrize("notify", [True, False])
def test_a_run_notifies_only_if_it_was_asked_to(states: dict[str, dict[str, Any]], notify: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUN, "notify", notify)
    [choice] = states["ShallNotify"]["Choices"]
    assert evaluate(choice["Condition"], "ShallNotify") is notify
    assert (choice["Next"], states["ShallNotify"]["Default"]) == ("Notify", "Done")
