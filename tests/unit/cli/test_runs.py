"""`signify run`: its input, and the message of a run that failed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli import runs
from cli.console import CliError
from cli.runs import check_input, find_message, name_execution, parse_input, start_and_follow


class FakePlatform:
    """A platform whose executions end with this description."""

    outputs = {"StateMachineArn": "arn:machine"}  # noqa: RUF012 - never changed

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def client(self, service: str) -> FakePlatform:
        assert service == "stepfunctions"
        return self

    def start_execution(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        return {"executionArn": f"arn:{request['name']}"}


@pytest.fixture
def target() -> Any:
    return FakePlatform()


def end_with(monkeypatch: pytest.MonkeyPatch, **description: str) -> None:
    monkeypatch.setattr(runs, "follow", lambda client, arn: description)


@pytest.mark.parametrize("text", ["", "{", "as_of_date=2026-11-21"])
def test_input_that_is_not_json_is_shown(text: str) -> None:
    with pytest.raises(CliError, match="--input is not JSON") as error:
        parse_input(text)
    assert str(error.value).endswith(text)


@pytest.mark.parametrize("text", ["[]", "1", '"{}"', "null"])
def test_input_must_be_an_object(text: str) -> None:
    with pytest.raises(CliError, match=r"--input must be a JSON object such as \{\}, not "):
        parse_input(text)


def test_an_idempotency_key_always_leads_to_the_same_execution(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    end_with(monkeypatch, status="SUCCEEDED", output='{"summary": "Run published."}')
    for key in ("monday", "monday", "tuesday"):
        assert start_and_follow(target, {"idempotency_key": key}) == {"summary": "Run published."}
    names = [request["name"] for request in target.requests]
    assert names[0] == names[1] != names[2]
    assert json.loads(target.requests[0]["input"]) == {"idempotency_key": "monday"}


@pytest.mark.parametrize("key", ["daily-2026-11-30", "api-b2700462ead592bdf71357eb641dfe87", "späte Datei", "k" * 255, 7])
def test_no_idempotency_key_is_the_name_of_a_run_of_the_schedule_or_of_a_client(key: object) -> None:
    name = name_execution(key)
    assert re.fullmatch(r"run-[0-9a-f]{32}", name), "Step Functions takes up to 80 letters, digits, hyphens and underscores"


def test_a_key_whose_run_has_ended_is_refused_by_name(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_request: Any) -> dict[str, str]:
        raise ClientError({"Error": {"Code": "ExecutionAlreadyExists", "Message": "exists"}}, "StartExecution")

    monkeypatch.setattr(target, "start_execution", refuse)
    with pytest.raises(
        CliError, match=r"^idempotency_key = 'monday': its run run-[0-9a-f]+ has ended or has another input; use another key"
    ):
        start_and_follow(target, {"idempotency_key": "monday"})


@pytest.mark.parametrize(
    ("run_input", "complaint"),
    [
        ({"horizon": 7}, "unknown key horizon; allowed: "),
        ({"horizon_days": 29}, "horizon_days = 29"),
        ({"publish": "yes"}, "publish = 'yes'"),
    ],
)
def test_input_that_every_run_would_refuse_starts_none(run_input: dict[str, object], complaint: str) -> None:
    with pytest.raises(CliError, match=f"^--input: {re.escape(complaint)}"):
        check_input(run_input)


def test_without_a_key_every_execution_has_its_own_name(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    end_with(monkeypatch, status="SUCCEEDED", output="{}")
    start_and_follow(target, {})
    start_and_follow(target, {})
    assert target.requests[0]["name"] != target.requests[1]["name"]


def test_a_detached_run_prints_its_arn(target: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert start_and_follow(target, {"idempotency_key": "monday"}, detach=True) == {}
    assert capsys.readouterr().out == f"arn:{name_execution('monday')}\n"


def test_a_failed_run_is_an_error_with_its_message(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cause = json.dumps({"errorMessage": "5689 of 11312 rows are quarantined", "errorType": "GateRefused"})
    end_with(monkeypatch, status="FAILED", error="GateRefused", cause=cause)
    with pytest.raises(CliError, match=r"^the run ended as FAILED: GateRefused 5689 of 11312 rows are quarantined$"):
        start_and_follow(target, {})


def test_a_run_that_could_not_be_measured_is_an_error_that_says_its_forecast_is_complete(
    target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = json.dumps({"errorMessage": "Run 7 is published, but not measured.", "errorType": "RunUnmeasured"})
    end_with(monkeypatch, status="FAILED", error="RunUnmeasured", cause=cause)
    with pytest.raises(CliError, match=r"^the forecast is complete, but the run is not measured: Run 7 is published, but not measured\.$"):
        start_and_follow(target, {})


def test_a_stopped_run_without_a_cause_is_an_error_without_a_trailing_colon(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    end_with(monkeypatch, status="ABORTED")
    with pytest.raises(CliError, match=r"^the run ended as ABORTED$"):
        start_and_follow(target, {})


@pytest.mark.parametrize("cause", ["plain text", "[1]", '{"other": 1}'])
def test_a_cause_without_an_error_message_is_kept(cause: str) -> None:
    assert find_message(cause) == cause
