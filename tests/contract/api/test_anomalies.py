"""From a site that rises for two days to people and back: the real step, the routes, feedback, and the next run, on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.anomalies.rendering import render_anomaly, render_list
from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.database import Database
from runtime.models.api.anomaly_responses import AnomalyListResponse, AnomalyResponse, UnsentListResponse
from tests.contract.api.wiring import serve
from tests.contract.conftest import as_the_api
from tests.fakes import FixedClock, InMemoryLake, InMemoryRuns
from tests.fakes.examples import STARTED_AT
from tests.unit.cli.anomalies.test_anomalies import render
from tests.unit.runtime.anomalies.test_event_tracking import World
from tests.unit.runtime.api.conftest import ApiResponse, call

SITE = {"site_id": "S1"}


class Stage:
    """The step of runs as the functions' user, and the routes as the user of the API, with one clock and one lake."""

    def __init__(self, functions: Database, lake: InMemoryLake, clock: FixedClock) -> None:
        self.world = World(InMemoryRuns(), lake)
        self.clock = clock
        object.__setattr__(self.world.step, "events", PostgresAnomalyEvents(functions))

    def run(self, day: int) -> None:
        self.clock.advance(seconds=(STARTED_AT + timedelta(days=day, minutes=1) - self.clock.now()).total_seconds())
        self.world.run(day)

    def get(self, path: str, **query: str) -> Any:
        response = call(path, **query)  # type: ignore[arg-type]
        assert response.status == 200, response.text
        return response.json

    def judge(self, group_id: str, verdict: str) -> ApiResponse:
        body = json.dumps({"verdict": verdict, "reason": "a stock count was booked as demand"})
        return call(f"/anomalies/{group_id}/feedback", "POST", body=body)


@pytest.fixture
def stage(postgres: Database, migrated_database: str) -> Iterator[Stage]:
    clock, api_database = FixedClock(STARTED_AT), as_the_api(migrated_database)
    with serve(api_database, clock) as services:
        lake = services._adapters.lake
        assert isinstance(lake, InMemoryLake)
        yield Stage(postgres, lake, clock)
    api_database.close()


def test_a_site_that_rises_for_two_days_is_one_group_that_people_read_judge_and_do_not_see_twice(stage: Stage) -> None:
    stage.world.plant(SITE, 1, 2, 1.6)
    for day in (1, 2):
        stage.run(day)
    page = stage.get("/anomalies")
    AnomalyListResponse.model_validate(page)
    [row] = page["anomalies"]
    assert (row["scope"], row["direction"], row["severity"], row["occurrence_count"], row["is_told"]) == (SITE, "up", "CRITICAL", 2, True)

    anomaly = stage.get(f"/anomalies/{row['group_id']}")
    AnomalyResponse.model_validate(anomaly)
    assert sum(each["share"] for each in anomaly["contributors"]["sku_id"]) == pytest.approx(100, abs=0.1)
    assert anomaly["delta_units"] == pytest.approx(sum(each["actual"] - each["expected"] for each in anomaly["series"]))
    picture = call(anomaly["links"]["picture"].removeprefix("/test/api/v1"))
    assert ElementTree.fromstring(picture.text).get("role") == "img"
    assert row["group_id"][:8] in render(render_list(page, [anomaly]))
    assert "Site S1, all series" in render(render_anomaly(anomaly))

    responses = [stage.judge(row["group_id"], "NOT_REAL")]
    stage.run(3)
    responses.append(stage.judge(row["group_id"], "NOT_REAL"))
    assert [response.status for response in responses] == [201, 201]
    stage.run(4)
    anomaly_after = stage.get(f"/anomalies/{row['group_id']}")
    assert anomaly_after["threshold"]["text"] == "threshold raised from 3.0 to 3.4 after two dismissals"
    assert anomaly_after["alert"]["reason"] == "DISMISSED"

    for feedback in anomaly_after["feedback"]:
        assert call(f"/anomalies/{row['group_id']}/feedback/{feedback['feedback_id']}", "DELETE").status == 200
    stage.run(5)
    assert stage.get(f"/anomalies/{row['group_id']}")["threshold"] is None


def test_what_is_beyond_the_alerts_of_a_day_is_listed_until_it_is_sent(stage: Stage) -> None:
    object.__setattr__(stage.world.step, "alerts_per_day", 1)
    for site in range(2):
        stage.world.plant({"site_id": f"S{site}", "sku_id": f"SKU-{site}"}, 1, 1, 1.7 + site / 2)
    stage.run(1)
    body = stage.get("/anomalies/unsent")
    UnsentListResponse.model_validate(body)
    assert [(row["reason"], "site S0" in row["title"]) for row in body["unsent"]] == [("BUDGET", True)]
    stage.run(2)
    assert stage.get("/anomalies/unsent")["unsent"] == []
