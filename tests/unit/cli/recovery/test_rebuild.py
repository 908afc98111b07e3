"""`signify rebuild`: the invocations of the rebuilder, and what is printed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from cdk.compute.function_specs import DATABASE_REBUILDER
from cli.console import CliError
from cli.recovery import rebuild
from cli.recovery.rebuild import backup_database, find_function, rebuild_database

PARTS: list[dict[str, Any]] = [
    {"position": {"step": "objects", "after": "a"}, "count": 100, "total": 1200, "new_rows": {"ingested_objects": 100}, "warnings": []},
    {"position": None, "count": 0, "total": 0, "new_rows": {"ingested_objects": 1100, "jobs": 3}, "warnings": ["jobs.json [1] is broken"]},
]


class FakePlatform:
    """A platform whose rebuilder returns these parts in turn."""

    options: dict[str, str] = {}  # noqa: RUF012 - never changed
    stage = "dev"

    def __init__(self, *parts: dict[str, Any], error: str | None = None) -> None:
        self.parts, self.error = list(parts), error
        self.requests: list[dict[str, Any]] = []

    def client(self, service: str) -> FakePlatform:
        assert service in {"lambda", "sts"}
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/Operator/ann"}

    def get_paginator(self, operation: str) -> FakePlatform:
        assert operation == "list_functions"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        handler = "runtime.functions.database_rebuilder.handler"
        functions = [
            {"FunctionName": f"{stage}-rebuilder", "Handler": handler, "Environment": {"Variables": {"STAGE": stage}}}
            for stage in ("prod", "dev")
        ]
        return [{"Functions": [{"FunctionName": "other", "Handler": "x"}]}, {"Functions": functions}]

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.error:
            failure = {"errorType": "DatabaseNotEmpty", "errorMessage": self.error}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(failure).encode())}
        return {"Payload": io.BytesIO(json.dumps(self.parts.pop(0)).encode())}


def run_rebuild(platform: Any, monkeypatch: pytest.MonkeyPatch, *, merge: bool = False) -> None:
    monkeypatch.setattr(rebuild, "ClientFactory", lambda *_: platform)
    rebuild_database(platform, merge=merge)


def test_the_rebuilder_is_invoked_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = FakePlatform(*PARTS)
    run_rebuild(platform, monkeypatch, merge=True)
    assert {request["FunctionName"] for request in platform.requests} == {"dev-rebuilder"}
    payloads = [json.loads(request["Payload"]) for request in platform.requests]
    assert [payload["position"] for payload in payloads] == [None, {"step": "objects", "after": "a"}]
    assert {(payload["merge"], payload["actor"].rpartition("/")[2]) for payload in payloads} == {(True, "ann")}


def test_progress_rows_and_warnings_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_rebuild(FakePlatform(*PARTS), monkeypatch)
    output, progress = capsys.readouterr()
    assert "objects: 100 of 1,200" in progress
    for text in ("ingested_objects", "1,200", "1,203", "jobs.json [1] is broken"):
        assert text in output


def test_a_backup_copies_until_nothing_is_left_and_restores_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = FakePlatform(*PARTS)
    monkeypatch.setattr(rebuild, "ClientFactory", lambda *_: platform)
    backup_database(platform)  # type: ignore[arg-type]
    payloads = [json.loads(request["Payload"]) for request in platform.requests]
    assert [payload["position"] for payload in payloads] == [None, {"step": "objects", "after": "a"}]
    assert all(payload["backup"] is True for payload in payloads)
    output, progress = capsys.readouterr()
    assert "objects: 100 of 1,200" in progress
    assert "Rows copied to the lake" in output


def test_a_refusal_is_an_error_with_the_advice_of_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CliError, match=r"^database_rebuilder failed: DatabaseNotEmpty: use --merge$"):
        run_rebuild(FakePlatform(error="use --merge"), monkeypatch)


def test_a_stage_without_the_function_is_an_error_that_names_both() -> None:
    platform: Any = FakePlatform()
    platform.stage = "staging"
    with pytest.raises(CliError, match="stage staging has no function database_rebuilder"):
        find_function(platform, DATABASE_REBUILDER)
