"""Commands for the local stack, with a fake in place of its processes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import local_stack as commands
from cli.app import app
from cli.local_stack import format_time
from local import local_stack
from local.errors import CdkError

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
]


class FakePlatform:
    """A platform with two runs."""

    api_url = "http://127.0.0.1:1/api/v1"
    outputs = {"StateMachineArn": "arn:machine"}  # noqa: RUF012 - never changed

    def client(self, service: str) -> FakePlatform:
        assert service == "stepfunctions"
        return self

    def list_executions(self, **request: object) -> dict[str, Any]:
        assert request == {"stateMachineArn": "arn:machine", "maxResults": 10}
        return {"executions": RUNS}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "find_running", lambda: object())
    monkeypatch.setattr(commands, "open_platform", lambda stage: FakePlatform())


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


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
    assert [(run["started"], run["stopped"]) for run in runs] == [
        ("2026-11-24T04:30:13+00:00", None),
        ("2026-11-23T04:30:00+00:00", "2026-11-23T04:31:30+00:00"),
    ]
    assert [datetime.fromisoformat(run["started"]).tzinfo is not None for run in runs] == [True, True]


@pytest.mark.usefixtures("running")
def test_the_status_shows_urls_and_runs_with_their_duration() -> None:
    output = invoke("status").stdout
    assert "API      http://127.0.0.1:1/api/v1\n" in output
    assert "run-[1]" in output
    assert "90 s" in output
    assert "None" not in output


def test_a_time_keeps_its_offset() -> None:
    assert format_time(datetime(2026, 11, 24, tzinfo=UTC)) == "2026-11-24T00:00:00+00:00"


@pytest.mark.usefixtures("running")
def test_a_second_up_is_rejected_with_the_url_of_the_first() -> None:
    message = str(invoke("up").exception)
    assert "already running (API http://127.0.0.1:1/api/v1)" in message
    assert "`./signify down` stops the stack" in message


def test_up_rejects_an_unsuitable_file_before_it_starts_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "start", lambda ports: pytest.fail("it must not start"))
    file = tmp_path / "plan.xlsx"
    file.write_bytes(b"PK")
    assert "plan.xlsx is not a supported file" in str(invoke("up", "--data", str(file)).exception)


class FailingStack:
    """A local stack whose deploy fails."""

    def deploy(self, on_line: object, settings: object) -> None:
        raise CdkError("cdk deploy failed")


def test_up_stops_the_stack_when_the_deploy_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[bool] = []
    monkeypatch.setattr(local_stack, "start", lambda ports: FailingStack())
    monkeypatch.setattr(local_stack, "stop", lambda: stops.append(True))
    result = invoke("up", "--no-run")
    assert isinstance(result.exception, CdkError)
    assert stops == [True]
    assert "stopping the local stack" in result.output


@pytest.mark.parametrize(
    ("was_running", "message"), [(True, "The local stack is stopped.\n"), (False, "The local stack was not running.\n")]
)
def test_down_says_whether_anything_was_running(was_running: bool, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "stop", lambda: was_running)
    assert invoke("down").stdout == message


def test_logs_are_listed_and_the_newest_match_is_shown(home: Path) -> None:
    (home / "logs" / "functions").mkdir(parents=True)
    (home / "logs" / "emulator.log").write_text("one\n[two]\nthree\n")
    (home / "logs" / "functions" / "api.log").write_text("request\n")
    assert invoke("logs").stdout == "emulator  16 bytes\nfunctions/api  8 bytes\n"
    assert invoke("logs", "emul", "-n", "2").stdout == "[two]\nthree\n"
    assert str(invoke("logs", "nothing").exception) == "there is no log 'nothing'; the logs are\n  emulator\n  functions/api"


def test_without_logs_the_error_says_how_to_get_some() -> None:
    assert str(invoke("logs", "api").exception) == "there are no logs; start with ./signify up"
