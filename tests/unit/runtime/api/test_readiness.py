"""Readiness and version."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.version import VERSION
from runtime.errors import DatabaseUnavailable
from runtime.models.api.responses import ReadinessResponse
from tests.unit.runtime.api.conftest import World, call


def test_a_stage_with_a_fresh_run_is_ready(world: World) -> None:
    response = call("/health/ready").json
    ReadinessResponse.model_validate(response)
    assert (response["status"], [check["ok"] for check in response["checks"]]) == ("ready", [True, True, True])


def test_an_old_run_is_stale_and_says_since_when(world: World) -> None:
    world.clock.advance(days=3)
    response = call("/health/ready").json
    assert response["status"] == "stale"
    assert "4 days ago" in response["checks"][-1]["detail"]


def test_without_a_published_run_the_api_is_up_but_stale(world: World) -> None:
    world.runs.pointer = None
    response = call("/health/ready")
    assert (response.status, response.json["status"]) == (200, "stale")


@pytest.mark.parametrize(("port", "method", "name"), [("runs", "find_published", "database"), ("lake", "read_json", "lake")])
def test_a_dependency_that_is_away_is_named(world: World, monkeypatch: pytest.MonkeyPatch, port: str, method: str, name: str) -> None:
    def away(*_: Any) -> None:
        raise DatabaseUnavailable("It is away.")

    monkeypatch.setattr(getattr(world, port), method, away)
    response = call("/health/ready")
    assert (response.status, name in response.json["detail"], "away" in response.text) == (503, True, False)


def test_the_version_is_that_of_the_release(world: World) -> None:
    assert call("/version").json == {"version": VERSION, "code_version": "test", "api": "/api/v1"}
