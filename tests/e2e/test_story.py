"""The whole story on one local stack: from a file in the lake to a response of the API."""

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


def wait_for_job(api: httpx.Client, job_id: str, timeout: float = 300) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        job: dict[str, Any] = api.get(f"/jobs/{job_id}").json()
        if job["status"] not in ("QUEUED", "RUNNING"):
            return job
        time.sleep(1)
    raise AssertionError(f"job {job_id} did not finish in {timeout} s")


def test_up_prints_its_phases_the_reconciliation_and_where_the_api_is(story: Story) -> None:
    for text in ("Phases", "Rows of run", "demand_history", "orders", "/api/v1/docs", "REJECTED", "QUARANTINE".lower()):
        assert text in story.output


def test_the_published_forecasts_are_served(story: Story) -> None:
    response = story.api.get("/forecasts", params={"time_horizon": "7d"})
    assert response.status_code == 200
    assert len(response.json()["forecasts"]) > 0


def test_a_trailing_slash_makes_no_difference(story: Story) -> None:
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
    expected_dates = [(as_of + timedelta(days=lead)).isoformat() for lead in range(1, 29)]
    assert len(days) > 400
    assert all(sorted(dates) == expected_dates for dates in days.values())


def test_the_first_run_has_a_back_tested_accuracy(story: Story) -> None:
    run_id = story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    accuracy = story.api.get(f"/forecasts/{run_id}/accuracy").json()
    assert accuracy["basis"] == "BACKTEST"
    assert 0 < accuracy["metrics"]["wape"]["value"] < 100
    assert story.api.get("/kpis").json()["kpis"]


def test_excluded_series_say_why(story: Story) -> None:
    run_id = story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    series_list = story.api.get(f"/forecasts/{run_id}/excluded").json()["excluded"]
    assert series_list
    assert all(series["code"] and series["reason"] for series in series_list)


def test_a_request_without_a_valid_token_gets_a_problem_response(story: Story) -> None:
    url = f"{story.api.base_url}forecasts"
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = httpx.get(url, params={"time_horizon": "7d"}, headers=headers, timeout=30)
        assert response.status_code == 401
        assert response.headers["content-type"].startswith("application/problem+json")


def test_health_the_openapi_document_and_the_docs_page_need_no_token(story: Story) -> None:
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
    response = story.api.post("/forecasts/generate", json={}, headers={"Idempotency-Key": "story-generate"})
    assert response.status_code == 202
    again = story.api.post("/forecasts/generate", json={}, headers={"Idempotency-Key": "story-generate"})
    assert again.json()["job_id"] == response.json()["job_id"]
    job = wait_for_job(story.api, response.json()["job_id"])
    assert job["status"] == "SUCCEEDED", job
    assert story.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"] == job["job_id"]


def test_an_unknown_input_key_fails_the_run_and_the_error_names_the_allowed_ones(story: Story) -> None:
    process = story.signify("run", "--input", '{"as_of": "2026-01-01"}', check=False)
    assert process.returncode == 1
    assert "unknown key as_of; allowed: " in process.stderr
    assert "as_of_date" in process.stderr


def test_a_failed_job_fails_the_run_which_is_recorded_with_the_jobs_message(story: Story) -> None:
    first = min(one["first_date"] for one in story.api.get("/data-quality/objects", params={"status": "ACCEPTED"}).json()["objects"])
    too_early = (date.fromisoformat(first) + timedelta(days=7)).isoformat()
    process = story.signify("run", "--input", json.dumps({"as_of_date": too_early, "gate": "warn"}), check=False)
    assert process.returncode == 1
    assert "RecordFailure" in process.stderr
    assert "NothingToForecast: none of the" in process.stderr
    assert "at least 56 are needed" in process.stderr
    assert "Readers see run" in process.stderr


def test_a_zip_archive_is_rejected_with_a_reason(story: Story, tmp_path: Path) -> None:
    archive = tmp_path / "orders.csv"
    archive.write_bytes(b"PK\x03\x04" + bytes(200))
    process = story.signify("drop", "--dataset", "orders", str(archive), check=False)
    assert process.returncode == 3
    assert "REJECTED" in process.stdout
    assert "zip" in process.stdout


def test_the_same_file_dropped_again_is_a_duplicate(story: Story) -> None:
    record = story.api.get("/data-quality/objects", params={"status": "ACCEPTED"}).json()["objects"][0]
    sample = next((story.signify.home / "sample").rglob(Path(record["key"]).name))
    assert "DUPLICATE" in story.signify("drop", "--dataset", record["dataset"], str(sample)).stdout


def test_a_second_up_is_rejected(story: Story) -> None:
    second = story.signify("up", check=False)
    assert second.returncode == 1
    assert "already running" in second.stderr
