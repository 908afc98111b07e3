"""The database of a running platform is destroyed and rebuilt from the lake, and readers see the same as before."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Story

pytestmark = pytest.mark.e2e


@pytest.mark.timeout(900)
def test_a_destroyed_database_is_rebuilt_and_every_answer_is_the_same(story: Story) -> None:
    before = story.api.get("/forecasts", params={"time_horizon": "28d", "limit": 1000}).json()
    process = story.signify("restore-drill", "--yes", timeout=800)
    assert "the API responds with 503" in process.stderr
    count = re.search(r"The same as before, byte for byte: ([\d,]+) answers", process.stdout)
    assert count is not None, process.stdout
    assert int(count[1].replace(",", "")) > 20
    after = story.api.get("/forecasts", params={"time_horizon": "28d", "limit": 1000}).json()
    assert after["forecasts"] == before["forecasts"]
    assert len(after["forecasts"]) == 1000


@pytest.mark.timeout(300)
def test_a_platform_with_a_rebuilt_database_makes_the_next_run(story: Story) -> None:
    before = story.api.get("/forecast-runs", params={"limit": 1}).json()["forecast_runs"][0]["run_id"]
    story.signify("run")
    newest = story.api.get("/forecast-runs", params={"limit": 1}).json()["forecast_runs"][0]
    assert newest["run_id"] != before
    assert newest["published"]
