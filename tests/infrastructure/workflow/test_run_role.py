"""The role of the state machine: exactly what its definition uses, in each backend."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, as_list, render, statements
from tests.infrastructure.workflow.test_state_machine import tasks


@pytest.fixture(scope="module", params=["builtin", "amazon_forecast"])
def run_stage(request: pytest.FixtureRequest, synthesise: Synthesise) -> Stage:
    """Stage dev with each forecasting backend."""
    return synthesise("dev", forecastBackend=request.param)["dev"]


def role_statements(stage: Stage) -> list[dict[str, Any]]:
    [role] = [
        role
        for role in stage.templates["Workflow"].of_type("AWS::IAM::Role").values()
        if role["Properties"].get("Description") == "Role of the run"
    ]
    return statements(role)


def logical_ids(resource: Any) -> set[str]:
    """The references in a resource; a reference to another stack ends with the name of its output."""
    return set(re.findall(r"<(\w+)>", render(resource)))


def targets(stage: Stage, action: str) -> set[str]:
    return {
        name
        for statement in role_statements(stage)
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        for name in logical_ids(resource)
    }


def test_the_run_may_call_exactly_the_functions_of_its_states(run_stage: Stage) -> None:
    called_functions = {
        name
        for state in tasks(run_stage).values()
        if "FunctionName" in state["Arguments"]
        for name in logical_ids(state["Arguments"]["FunctionName"])
    }
    assert called_functions
    assert targets(run_stage, "lambda:InvokeFunction") == called_functions


def test_the_run_may_start_exactly_the_jobs_of_its_states_or_of_the_other_backend(run_stage: Stage) -> None:
    def words(names: set[str]) -> set[str]:
        return {match[0] for name in names if (match := re.search(r"Jobs[A-Za-z]+?(?=[0-9A-F]{8})", name))}

    started_jobs = {
        name
        for state in tasks(run_stage).values()
        if "JobName" in state["Arguments"]
        for name in logical_ids(state["Arguments"]["JobName"])
    }
    assert len(words(started_jobs)) in {3, 4}
    assert words(started_jobs) <= words(targets(run_stage, "glue:StartJobRun")) <= words(started_jobs) | {"JobsDemandForecast"}


def test_a_job_that_is_started_can_also_be_followed_and_stopped(run_stage: Stage) -> None:
    """Step Functions polls a job that it waits for, and stops it when the execution is stopped."""
    [jobs] = [statement for statement in role_statements(run_stage) if "glue:StartJobRun" in as_list(statement["Action"])]
    assert set(jobs["Action"]) == {"glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"}


def test_the_run_may_publish_to_the_topics_of_its_states_and_not_to_that_of_the_alarms(run_stage: Stage) -> None:
    topics = {
        name
        for state in tasks(run_stage).values()
        if "TopicArn" in state["Arguments"]
        for name in logical_ids(state["Arguments"]["TopicArn"])
    }
    assert {re.sub(r"[0-9A-F]{8}$", "", name) for name in topics} == {"NoticesRuns", "NoticesFailures"}
    assert targets(run_stage, "sns:Publish") == topics


def test_finished_runs_and_failures_go_to_their_own_topics(run_stage: Stage) -> None:
    destinations = {name: render(tasks(run_stage)[name]["Arguments"]["TopicArn"]) for name in ("Notify", "NotifyFailure")}
    assert destinations["Notify"].startswith("<NoticesRuns")
    assert destinations["NotifyFailure"].startswith("<NoticesFailures")


def test_the_role_of_the_run_gets_no_permission_from_elsewhere(run_stage: Stage) -> None:
    template = run_stage.templates["Workflow"]
    [role] = [
        name for name, each in template.of_type("AWS::IAM::Role").items() if each["Properties"].get("Description") == "Role of the run"
    ]
    policies = template.of_type("AWS::IAM::Policy").values()
    assert not [policy for policy in policies if {"Ref": role} in policy["Properties"]["Roles"]]
    assert "ManagedPolicyArns" not in template.of_type("AWS::IAM::Role")[role]["Properties"]


def test_the_run_touches_no_lake_and_no_database_itself(run_stage: Stage) -> None:
    services = {action.split(":")[0] for statement in role_statements(run_stage) for action in as_list(statement["Action"])}
    assert not services & {"s3", "rds-db", "rds", "rds-data", "secretsmanager", "dynamodb", "sqs"}
