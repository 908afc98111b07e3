"""`signify restore-drill`: which answers it reads and compares, and when it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from cli.console import CliError
from cli.recovery import restore_drill
from cli.recovery.answers import AUDIT_EVENTS, PATHS, PATHS_OF_RUN, find_differences, read_answers
from cli.recovery.restore_drill import run_drill

RUN = "0aaaaaa0-6f1a-5c55-9d3e-1f2a3b4c5d6e"


class FakeApi:
    """An API with one run; `bodies` replaces responses by path, and the first `refusals` requests get 429."""

    def __init__(self) -> None:
        self.bodies: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = [{"action": "PUBLISH_RUN", "actor": "ann"}]
        self.is_down = False
        self.refusals = 0
        self.requests: list[str] = []

    def respond(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/api/v1")
        self.requests.append(path)
        if self.refusals:
            self.refusals -= 1
            return httpx.Response(429, headers={"Retry-After": "0"}, json={"code": "RATE_LIMITED"})
        if self.is_down:
            return httpx.Response(503, headers={"Retry-After": "5"}, json={"code": "UNAVAILABLE"})
        if path in self.bodies:
            return httpx.Response(200, json=self.bodies[path])
        if path.startswith("/audit-events"):
            return httpx.Response(200, json={"audit_events": self.events})
        if path.startswith("/forecast-runs?"):
            return httpx.Response(200, json={"forecast_runs": [{"run_id": RUN}], "page": {"next_cursor": None}})
        return httpx.Response(200, json={"path": path, "generated_at": f"request {len(self.requests)}"})


class FakePlatform:
    """A platform with a fake API."""

    def __init__(self, api: FakeApi) -> None:
        self.api = httpx.Client(base_url="http://localhost/api/v1", transport=httpx.MockTransport(api.respond))

    def get(self, path: str, **parameters: str | int) -> Any:
        return self.api.get(path, params=parameters).json()


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def read(api: FakeApi) -> dict[str, str]:
    return read_answers(FakePlatform(api))  # type: ignore[arg-type]


def test_every_list_and_everything_about_every_run_is_read(api: FakeApi) -> None:
    answers = read(api)
    assert len(answers) == 1 + len(PATHS) + len(PATHS_OF_RUN)
    assert {path.removesuffix(" page 1") for path in answers} == {AUDIT_EVENTS, *PATHS, *(path.format(run=RUN) for path in PATHS_OF_RUN)}


def test_a_list_is_read_to_its_end(api: FakeApi) -> None:
    api.bodies["/kpis?limit=1000"] = {"kpis": [1], "page": {"next_cursor": "abc"}}
    api.bodies["/kpis?limit=1000&cursor=abc"] = {"kpis": [2], "page": {"next_cursor": None}}
    answers = read(api)
    assert '"kpis":[1]' in answers["/kpis?limit=1000 page 1"]
    assert '"kpis":[2]' in answers["/kpis?limit=1000 page 2"]


def test_the_time_of_the_response_and_cursors_do_not_count(api: FakeApi) -> None:
    api.bodies["/jobs?limit=1000"] = {"jobs": [], "page": {"next_cursor": "old"}}
    api.bodies["/jobs?limit=1000&cursor=old"] = api.bodies["/jobs?limit=1000&cursor=new"] = {"jobs": []}
    before = read(api)
    api.bodies["/jobs?limit=1000"] = {"jobs": [], "page": {"next_cursor": "new"}}
    assert find_differences(before, read(api)) == []


@pytest.mark.parametrize("after", [{"kpis": [{"value": 1.0}]}, {"kpis": [{"value": "1"}]}, {"kpis": [{"value": 2}]}, {"kpis": []}])
def test_one_other_byte_is_a_difference(api: FakeApi, after: dict[str, Any]) -> None:
    api.bodies["/kpis?limit=1000"] = {"kpis": [{"value": 1}]}
    before = read(api)
    api.bodies["/kpis?limit=1000"] = after
    assert find_differences(before, read(api)) == ["/kpis?limit=1000 page 1"]


def test_a_page_that_is_missing_is_a_difference() -> None:
    assert find_differences({"/kpis page 1": "200 {}", "/kpis page 2": "200 {}"}, {"/kpis page 1": "200 {}"}) == ["/kpis page 2"]


def test_the_audit_events_of_the_restore_do_not_count_and_others_do(api: FakeApi) -> None:
    before = read(api)
    api.events = [{"action": "REBUILD_DATABASE", "actor": "me"}, *api.events]
    assert find_differences(before, read(api)) == []
    api.events = api.events[:1]
    assert find_differences(before, read(api)) == [AUDIT_EVENTS]


def test_a_request_above_the_limit_is_repeated(api: FakeApi) -> None:
    before = read(api)
    api.refusals = 2
    assert find_differences(before, read(api)) == []


class FakeStack:
    """A local stack whose API is `api`."""

    def __init__(self, api: FakeApi, *, breaks: bool = True) -> None:
        self.api, self.breaks = api, breaks

    def require_running(self) -> FakeStack:
        return self

    def lose_database(self) -> None:
        self.api.is_down = self.breaks


def prepare(
    monkeypatch: pytest.MonkeyPatch, api: FakeApi, *, breaks: bool = True, bodies: Mapping[str, Any] = MappingProxyType({})
) -> None:
    def rebuild(*_: object) -> None:
        api.is_down = False
        api.bodies.update(bodies)

    monkeypatch.setattr(restore_drill, "local_stack", FakeStack(api, breaks=breaks))
    monkeypatch.setattr(restore_drill, "_create_database", lambda _target: None)
    monkeypatch.setattr(restore_drill, "rebuild_database", rebuild)


def test_the_drill_returns_how_many_answers_are_equal(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch, api)
    assert run_drill(FakePlatform(api)) == 1 + len(PATHS) + len(PATHS_OF_RUN)  # type: ignore[arg-type]


def test_the_drill_names_the_answers_that_differ(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch, api, bodies={f"/jobs/{RUN}": {"status": "LOST"}})
    with pytest.raises(CliError, match=rf"1 of {1 + len(PATHS) + len(PATHS_OF_RUN)} answers differ after the restore: /jobs/{RUN} page 1"):
        run_drill(FakePlatform(api))  # type: ignore[arg-type]


def test_a_drill_that_breaks_nothing_fails(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch, api, breaks=False)
    with pytest.raises(CliError, match="still responds with 200 without its database"):
        run_drill(FakePlatform(api))  # type: ignore[arg-type]


def test_a_stack_without_a_run_keeps_its_database(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch, api)
    api.bodies["/forecast-runs?limit=1"] = {"forecast_runs": []}
    with pytest.raises(CliError, match="has no run"):
        run_drill(FakePlatform(api))  # type: ignore[arg-type]
    assert not api.is_down


def test_the_fields_that_do_not_count_are_those_of_the_api_and_no_other(api: FakeApi) -> None:
    api.bodies["/jobs?limit=1000"] = {"generated_at": "t", "request_id": "r", "instance": "i", "next_cursor": None, "created_at": "c"}
    assert json.dumps({"created_at": "c"})[1:-1].replace(" ", "") in read(api)["/jobs?limit=1000 page 1"]
    assert "generated_at" not in read(api)["/jobs?limit=1000 page 1"]
