"""The drills of kills and of concurrency, in a short form, by hand they run longer; and a client beyond its limit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from contracts.environment import Variable
from local.local_stack import API_HANDLER
from tests.e2e.conftest import ROOT, Story

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]  # drills wait for runs, and the first test of a session for the deploy


def run_drill(story: Story, module: str, *arguments: str) -> str:
    """Run a drill on the session's local stack and return its output, which has the seeds."""
    process = subprocess.run(
        [sys.executable, "-m", f"cli.drills.{module}", *arguments],
        cwd=ROOT,
        env={**os.environ, "SIGNIFY_HOME": str(story.signify.home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert process.returncode == 0, f"{process.stdout}\n{process.stderr}"
    return process.stdout


@contextmanager
def limit_runs(story: Story, count: int) -> Iterator[None]:
    """Deploy the API with another `apiRunsPerHour` while the block runs."""
    functions = story.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    [api] = [function for page in pages for function in page["Functions"] if function["Handler"] == API_HANDLER]
    variables = api["Environment"]["Variables"]

    def deploy(limit: str) -> None:
        environment = {"Variables": {**variables, Variable.API_RUNS_PER_HOUR: limit}}
        functions.update_function_configuration(FunctionName=api["FunctionName"], Environment=environment)

    deploy(str(count))
    try:
        yield
    finally:
        deploy(variables[Variable.API_RUNS_PER_HOUR])


def test_a_client_that_has_started_as_many_runs_as_it_may_is_refused_with_the_time_of_the_next_start(story: Story) -> None:
    body = {"force": True, "publish": False}
    with limit_runs(story, 1):
        first = story.api.post("/forecasts/generate", json=body)
        refusal = first if first.status_code == 429 else story.api.post("/forecasts/generate", json=body)
    if first.status_code == 202:
        story.api.post(f"/jobs/{first.json()['job_id']}/cancel", json={"reason": "only its start is tested"})
    problem = refusal.json()
    assert (refusal.status_code, problem["code"], problem["limit"], problem["window_s"]) == (429, "RATE_LIMITED", 1, 3600)
    assert 0 < int(refusal.headers["Retry-After"]) <= 3600


# A function after PublishRun until the run fails, with its alarm, and PostgreSQL while a job works. By hand the drills kill more.
SEED = 2187


def test_runs_whose_processes_are_killed_end_like_an_undisturbed_one(story: Story) -> None:
    output = run_drill(story, "kills", "--drills", "2", "--seed", str(SEED))
    assert output.count(": equal") == 2, output


def test_readers_see_one_run_at_a_time_while_clients_start_cancel_republish_and_redrive(story: Story) -> None:
    output = run_drill(story, "concurrency", "--minutes", "0.5", "--clients", "4", "--stop")
    assert "walks over" in output
