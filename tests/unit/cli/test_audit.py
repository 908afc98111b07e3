"""`signify audit`: the list of changes made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.audit import AuditEvent, render_events
from tests.unit.cli.test_data import render

EVENT: AuditEvent = {
    "at": "2026-11-29T20:05:08.574385+00:00",
    "actor": "client-1",
    "action": "PUBLISH_RUN",
    "subject": "518bec8d-7324-5f31-8368-dc568d33c819",
    "reason": "no forecast for [LDS1]",
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


def test_an_empty_log_says_so() -> None:
    assert render(render_events([])) == "Nothing was changed by hand.\n"


def test_events_are_filtered_by_subject_and_printed_as_json(target: FakePlatform) -> None:
    result = CliRunner().invoke(app, ["audit", "--subject", "run-1", "--limit", "3", "--json"])
    assert json.loads(result.stdout) == [EVENT]
    assert target.requests == [{"limit": 3, "subject": "run-1"}]
