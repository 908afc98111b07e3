"""The whole story on one deployed twin: from a file in the lake to an answer from the API."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Story

pytestmark = pytest.mark.e2e


def finished_job(api: httpx.Client, job_id: str, timeout: float = 300) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        job: dict[str, Any] = api.get(f"/jobs/{job_id}").json()
        if job["status"] not in ("QUEUED", "RUNNING"):
            return job
        time.sleep(1)
    raise AssertionError(f"job {job_id} did not finish in {timeout} s")


def test_up_prints_its_phases_the_reconciliation_and_where_the_api_is(story: Story) -> None:
    for expected in ("Phases", "Every row of run", "demand_history", "orders", "/api/v1/docs", "REJECTED", "QUARANTINE".lower()):
        assert expected in story.printed


def test_the_published_forecasts_are_served(story: Story) -> None:
    response = story.api.get("/forecasts", params={"time_horizon": "7d"})
    assert response.status_code == 200
    assert len(response.json()["forecasts"]) > 0


def test_a_trailing_slash_answers_alike(story: Story) -> None:
    without, with_slash = (story.api.get(path, params={"time_horizon": "7d"}) for path in ("/forecasts", "/forecasts/"))
    assert with_slash.status_code == 200
    assert with_slash.json()["forecasts"] == without.json()["forecasts"]


def test_every_series_has_28_ordered_non_negative_days(story: Story) -> None:
    rows: list[dict[str, Any]] = []
    query = {"time_horizon": "28d", "limit": "1000"}
    while True:
        page = story.api.get("/forecasts", params=query).json()
        rows += page["forecasts"]
        if page["page"]["next_cursor"] is None:
            break
        query["cursor"] = page["page"]["next_cursor"]
    as_of = date.fromisoformat(page["meta"]["as_of_date"])
    days: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        assert 0 <= row["confidence_lower"] <= row["predicted_value"] <= row["confidence_upper"]
        days.setdefault((row["site_id"], row["sku_id"]), []).append(row["forecast_date"])
    expected = [(as_of + timedelta(days=lead)).isoformat() for lead in range(1, 29)]
    assert len(days) > 400
    assert all(sorted(found) == expected for found in days.values())


def test_the_first_run_has_a_back_tested_accuracy(story: Story) -> None:
    run_id = story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    accuracy = story.api.get(f"/forecasts/{run_id}/accuracy").json()
    assert accuracy["basis"] == "BACKTEST"
    assert 0 < accuracy["metrics"]["wape"]["value"] < 100
    assert story.api.get("/kpis").json()["kpis"]


def test_excluded_series_say_why(story: Story) -> None:
    run_id = story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    excluded = story.api.get(f"/forecasts/{run_id}/excluded").json()["excluded"]
    assert excluded
    assert all(series["code"] and series["reason"] for series in excluded)


def test_the_api_refuses_who_has_no_token_and_answers_in_problem_json(story: Story) -> None:
    url = f"{story.api.base_url}forecasts"
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = httpx.get(url, params={"time_horizon": "7d"}, headers=headers, timeout=30)
        assert response.status_code == 401
        assert response.headers["content-type"].startswith("application/problem+json")


def test_health_the_openapi_document_and_the_docs_page_are_open(story: Story) -> None:
    base = str(story.api.base_url)
    assert httpx.get(f"{base}health", timeout=30).status_code == 200
    assert "/forecasts" in str(httpx.get(f"{base}openapi.json", timeout=30).json()["paths"].keys())
    assert "swagger" in httpx.get(f"{base}docs", timeout=30).text.lower()


def test_an_invalid_horizon_is_explained(story: Story) -> None:
    response = story.api.get("/forecasts", params={"time_horizon": "9 weeks"})
    assert response.status_code == 422
    assert "time_horizon" in response.text
    assert "9 weeks" in response.text


def test_a_generated_run_is_a_job_that_ends_with_a_published_run(story: Story) -> None:
    answer = story.api.post("/forecasts/generate", json={}, headers={"Idempotency-Key": "story-generate"})
    assert answer.status_code == 202
    again = story.api.post("/forecasts/generate", json={}, headers={"Idempotency-Key": "story-generate"})
    assert again.json()["job_id"] == answer.json()["job_id"]
    job = finished_job(story.api, answer.json()["job_id"])
    assert job["status"] == "SUCCEEDED", job
    assert story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"] == job["job_id"]


def test_an_unknown_input_key_fails_the_run_and_names_the_allowed_ones(story: Story) -> None:
    failed = story.signify("run", "--input", '{"as_of": "2026-01-01"}', check=False)
    assert failed.returncode == 1
    assert "unknown key as_of; allowed: " in failed.stderr
    assert "as_of_date" in failed.stderr


def test_a_job_that_fails_ends_the_run_recorded_and_in_its_own_words(story: Story) -> None:
    first = min(one["first_date"] for one in story.api.get("/data-quality/objects", params={"status": "ACCEPTED"}).json()["objects"])
    too_early = (date.fromisoformat(first) + timedelta(days=7)).isoformat()
    failed = story.signify("run", "--input", json.dumps({"as_of_date": too_early, "gate": "warn"}), check=False)
    assert failed.returncode == 1
    assert "RecordFailure" in failed.stderr
    assert "NothingToForecast: none of the" in failed.stderr
    assert "at least 56 are needed" in failed.stderr
    assert "Readers see run" in failed.stderr


def test_a_broken_file_is_rejected_with_a_reason_and_the_rest_goes_on(story: Story, tmp_path: Path) -> None:
    zipped = tmp_path / "orders.csv"
    zipped.write_bytes(b"PK\x03\x04" + bytes(200))
    printed = story.signify("drop", "--dataset", "orders", str(zipped)).stdout
    assert "REJECTED" in printed
    assert "zip" in printed


def test_the_same_file_dropped_again_is_a_duplicate(story: Story) -> None:
    accepted = story.api.get("/data-quality/objects", params={"status": "ACCEPTED"}).json()["objects"][0]
    sample = next((story.signify.home / "sample").rglob(Path(accepted["key"]).name))
    assert "DUPLICATE" in story.signify("drop", "--dataset", accepted["dataset"], str(sample)).stdout


def test_a_second_up_says_that_one_runs(story: Story) -> None:
    second = story.signify("up", check=False)
    assert second.returncode == 1
    assert "already runs" in second.stderr
