"""`signify status`, with a fake of a platform that has three runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cli import status
from cli.status import RunStatus, format_time, make_run_table
from local import local_stack
from tests.unit.cli.invocation import invoke
from tests.unit.cli.test_data import render

pytestmark = pytest.mark.usefixtures("home")

RUNS = [
    {
        "name": "run-2",
        "status": "RUNNING",
        "startDate": datetime(2026, 11, 24, 4, 30, 13, 713000, tzinfo=UTC),
        "executionArn": "arn:2",
    },
    {
        "name": "run-[1]",
        "status": "FAILED",
        "startDate": datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
        "stopDate": datetime(2026, 11, 23, 4, 31, 30, tzinfo=UTC),
        "executionArn": "arn:1",
    },
    {
        "name": "run-0",
        "status": "FAILED",
        "startDate": datetime(2026, 11, 22, 4, 30, tzinfo=UTC),
        "stopDate": datetime(2026, 11, 22, 4, 31, tzinfo=UTC),
        "executionArn": "arn:0",
    },
]
ERRORS = {"arn:1": "RunFailed", "arn:0": "RunUnmeasured"}


class FakePlatform:
    """A platform with three runs."""

    api_url = "http://127.0.0.1:1/api/v1"
    outputs = {"StateMachineArn": "arn:machine"}  # noqa: RUF012 - never changed

    def client(self, service: str) -> FakePlatform:
        assert service == "stepfunctions"
        return self

    def list_executions(self, **request: object) -> dict[str, Any]:
        assert request == {"stateMachineArn": "arn:machine", "maxResults": 10}
        return {"executions": RUNS}

    def describe_execution(self, **request: str) -> dict[str, Any]:
        return {"error": ERRORS[request["executionArn"]]}


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "find_running", lambda: object())
    monkeypatch.setattr(status, "open_platform", lambda stage: FakePlatform())


def test_the_status_of_a_stopped_stack_shows_only_what_exists() -> None:
    assert invoke("status").stdout == "state    stopped\nStart it with ./signify up\n"
    assert json.loads(invoke("status", "--json").stdout) == {
        "state": "stopped",
        "api_url": None,
        "docs_url": None,
        "openapi_url": None,
        "runs": [],
    }


@pytest.mark.usefixtures("running")
def test_the_times_in_the_json_status_are_rfc_3339() -> None:
    runs = json.loads(invoke("status", "--json").stdout)["runs"]
    assert [(run["started"], run["stopped"]) for run in runs][:2] == [
        ("2026-11-24T04:30:13+00:00", None),
        ("2026-11-23T04:30:00+00:00", "2026-11-23T04:31:30+00:00"),
    ]
    assert [datetime.fromisoformat(run["started"]).tzinfo is not None for run in runs] == [True, True, True]


@pytest.mark.usefixtures("running")
def test_the_status_shows_urls_and_runs_with_their_duration() -> None:
    output = invoke("status").stdout
    assert "API      http://127.0.0.1:1/api/v1\n" in output
    assert "run-[1]" in output
    assert "90 s" in output
    assert "None" not in output


@pytest.mark.usefixtures("running")
def test_a_run_whose_forecast_is_complete_is_not_shown_as_failed() -> None:
    lines = invoke("status").stdout.splitlines()
    statuses = {name: next(line for line in lines if name in line) for name in ("run-2", "run-[1]", "run-0")}
    assert "RUNNING" in statuses["run-2"]
    assert "FAILED" in statuses["run-[1]"]
    assert "unmeasured" in statuses["run-0"]
    errors = [run["error"] for run in json.loads(invoke("status", "--json").stdout)["runs"]]
    assert errors == [None, "RunFailed", "RunUnmeasured"]


def test_a_time_keeps_its_offset() -> None:
    assert format_time(datetime(2026, 11, 24, tzinfo=UTC)) == "2026-11-24T00:00:00+00:00"


@pytest.mark.parametrize("outcome", [("SUCCEEDED", None), ("FAILED", "RunUnmeasured"), ("TIMED_OUT", None)])
def test_a_run_named_by_a_uuid_is_on_one_line_of_a_terminal_of_80_columns(outcome: tuple[str, str | None]) -> None:
    run: RunStatus = {
        "name": "run-7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e",
        "status": outcome[0],
        "error": outcome[1],
        "started": "2026-11-24T04:30:00+00:00",
        "stopped": "2026-11-24T05:30:00+00:00",
        "execution_arn": "arn",
    }
    lines = [line for line in render(make_run_table([run])).splitlines() if run["name"] in line]
    assert len(lines) == 1
    assert "11-24 04:30" in lines[0]
    assert "3600 s" in lines[0]
