"""`signify audit`: the list of changes made by hand, and who types a command that is recorded there."""

from __future__ import annotations

import getpass
import json
from typing import Any, cast

import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner

from cli.app import app
from cli.audit import AuditEvent, describe_actor, render_events
from cli.platform import Platform
from tests.unit.cli.test_data import render

EVENT: AuditEvent = {
    "at": "2026-11-29T20:05:08.574385+00:00",
    "actor": "client-1",
    "action": "PUBLISH_RUN",
    "subject": "518bec8d-7324-5f31-8368-dc568d33c819",
    "reason": "no forecast for [LDS1]",
    "detail": {},
}


class FakePlatform:
    """An API with one event."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        assert path == "/audit-events"
        self.requests.append(parameters)
        return {"audit_events": [EVENT]}


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr("cli.audit.open_platform", lambda stage: platform)
    return platform


def test_an_event_says_when_what_who_and_why() -> None:
    assert render(render_events([EVENT])).splitlines() == [
        "2026-11-29 20:05:08  PUBLISH_RUN  518bec8d-7324-5f31-8368-dc568d33c819",
        "    by client-1: no forecast for [LDS1]",
    ]


def test_the_person_whom_the_client_stated_is_shown_as_a_statement_of_the_client() -> None:
    detail = {"actor_detail": "[alice]@desk", "actor_detail_verified": False}
    assert "by client-1 for [alice]@desk (as stated by the client): no" in render(render_events([{**EVENT, "detail": detail}]))


def test_an_empty_log_says_so() -> None:
    assert render(render_events([])) == "Nothing was changed by hand.\n"


def test_events_are_filtered_by_subject_and_printed_as_json(target: FakePlatform) -> None:
    result = CliRunner().invoke(app, ["audit", "--subject", "run-1", "--limit", "3", "--json"])
    assert json.loads(result.stdout) == [EVENT]
    assert target.requests == [{"limit": 3, "subject": "run-1"}]


class FakeStage:
    """A stage, and the identity of the caller there."""

    def __init__(self, stage: str, error: Exception | None = None) -> None:
        self.stage, self._error = stage, error

    def client(self, service: str) -> FakeStage:
        assert service == "sts"
        return self

    def get_caller_identity(self) -> dict[str, str]:
        if self._error:
            raise self._error
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/Planner/alice"}


def describe(stage: str, error: Exception | None = None) -> str:
    return describe_actor(cast(Platform, FakeStage(stage, error)))


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNIFY_ACTOR", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    monkeypatch.setattr("socket.gethostname", lambda: "desk")


@pytest.mark.usefixtures("user")
def test_the_local_stack_learns_user_and_computer_and_aws_also_the_identity() -> None:
    assert describe("local") == "alice@desk"
    assert describe("prod") == "alice@desk, arn:aws:sts::123456789012:assumed-role/Planner/alice"


@pytest.mark.usefixtures("user")
def test_a_pipeline_states_the_person_in_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNIFY_ACTOR", " Bob of planning ")
    assert describe("local") == "Bob of planning"
    monkeypatch.setenv("SIGNIFY_ACTOR", "  ")
    assert describe("local") == "alice@desk"


@pytest.mark.usefixtures("user")
def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", refuse)
    monkeypatch.setattr("os.getuid", lambda: 1234)
    assert describe("local") == "uid 1234@desk"


@pytest.mark.usefixtures("user")
def test_a_run_can_be_published_without_the_identity_and_with_a_long_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert describe("prod", NoCredentialsError()) == "alice@desk"
    monkeypatch.setenv("SIGNIFY_ACTOR", "x" * 300)
    assert len(describe("prod")) == 255
