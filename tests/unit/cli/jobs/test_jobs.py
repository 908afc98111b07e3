"""`signify jobs` and `signify cancel`, with a fake of the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli import jobs
from tests.unit.cli.invocation import invoke

pytestmark = pytest.mark.usefixtures("home")
JOB = {
    "job_id": "7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e",
    "status": "RUNNING",
    "requested_by": "api:[planning]",
    "created_at": "2026-11-24T04:30:13+00:00",
    "progress": {"step": 6, "steps": 11, "percent": 45, "message": "PublishRun"},
}


class FakePlatform:
    """An API with one job."""

    stage = "local"

    def __init__(self) -> None:
        self.requests: list[tuple[Any, ...]] = []

    def get(self, path: str, **parameters: object) -> dict[str, Any]:
        self.requests.append((path, parameters))
        return {"jobs": [JOB]}

    def post(self, path: str, body: object) -> dict[str, Any]:
        self.requests.append((path, body))
        return JOB


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    monkeypatch.setenv("SIGNIFY_ACTOR", "alice")
    platform = FakePlatform()
    monkeypatch.setattr(jobs, "open_platform", lambda stage: platform)
    return platform


def test_jobs_are_listed_with_who_asked_and_how_far_they_are(platform: FakePlatform) -> None:
    output = invoke("jobs", "--status", "running", "--limit", "5").stdout
    assert platform.requests == [("/jobs", {"limit": 5, "status": "RUNNING"})]
    assert all(word in output.replace("\n", "") for word in ("RUNNING", "45 %", "11-24 04:30"))


def test_jobs_as_json_are_those_of_the_api(platform: FakePlatform) -> None:
    assert json.loads(invoke("jobs", "--json").stdout) == [JOB]
    assert platform.requests == [("/jobs", {"limit": 20})]


def test_a_job_is_cancelled_by_the_start_of_its_id_which_the_table_shows(platform: FakePlatform) -> None:
    assert "7f3c1f0e " in invoke("jobs").stdout
    assert invoke("cancel", "7f3c1f0e", "--reason", "wrong day").exit_code == 0
    assert platform.requests[-1][0] == f"/jobs/{JOB['job_id']}/cancel"


@pytest.mark.parametrize(("text", "complaint"), [("../kpis", "is not the id of a job"), ("deadbeef", "no job begins with deadbeef")])
def test_an_id_that_no_job_has_cancels_nothing(platform: FakePlatform, text: str, complaint: str) -> None:
    assert complaint in str(invoke("cancel", text, "--reason", "wrong day").exception)
    assert not any(path.endswith("/cancel") for path, _ in platform.requests)


def test_cancelling_needs_a_reason_and_sends_it(platform: FakePlatform) -> None:
    assert invoke("cancel", str(JOB["job_id"])).exit_code != 0
    assert not platform.requests
    assert "is being stopped" in invoke("cancel", str(JOB["job_id"]), "--reason", "wrong day").stdout
    assert platform.requests == [(f"/jobs/{JOB['job_id']}/cancel", {"reason": "wrong day", "actor_detail": "alice"})]
