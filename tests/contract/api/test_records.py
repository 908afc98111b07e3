"""Jobs, landed objects and quality reports, as the repositories store them and the API reads them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.run_states import RunState
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.jobs import JobStatus, progress_at
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.models.domain.quality import QualityReport, Verdict
from tests.fakes.examples import STARTED_AT, a_run, an_accepted_object, quality_json
from tests.unit.runtime.api.conftest import call

Changes = dict[str, Any]
REJECTED: Changes = {"status": ObjectStatus.REJECTED, "reason_code": ReasonCode.EMPTY, "reason": "0 bytes", "sha256": None, "rows": 0}


def objects(**query: str) -> Any:
    return call("/data-quality/objects", **query).json["objects"]  # type: ignore[arg-type]


def record(database: Database, name: str, minute: int = 0, **changes: Any) -> IngestedObject:
    at = STARTED_AT + timedelta(minutes=minute)
    return PostgresIngestedObjects(database, PostgresAuditLog(database)).record(an_accepted_object(name, **{"received_at": at} | changes))


def test_a_started_run_can_be_followed_to_its_end(empty: Database) -> None:
    record(empty, "orders.csv")
    start_response = call(
        "/forecasts/generate", "POST", body='{"time_horizon": "14d", "reason": "Łódź ✓"}', headers={"Idempotency-Key": "once"}
    )
    assert start_response.status == 202
    job_id, jobs = start_response.json["job_id"], PostgresJobs(empty)
    jobs.mark_running(job_id, progress_at(RunState.CLEANSE), STARTED_AT)
    assert call(f"/jobs/{job_id}").json["progress"]["message"] == "Cleanse"
    jobs.finish(job_id, JobStatus.FAILED, STARTED_AT, error={"code": "GATE_REFUSED", "detail": "too many bad rows"})
    answer = call(f"/jobs/{job_id}").json
    assert (answer["status"], answer["error"]["code"], answer["result"]) == ("FAILED", "GATE_REFUSED", None)
    assert answer["finished_at"] == STARTED_AT.isoformat()


def test_the_same_key_again_answers_the_stored_job(empty: Database) -> None:
    record(empty, "orders.csv")
    first, second = (call("/forecasts/generate", "POST", body="{}", headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (second.json, second.headers["Idempotency-Replayed"]) == (first.json, "true")
    other = call("/forecasts/generate", "POST", body='{"time_horizon": "7d"}', headers={"Idempotency-Key": "once"})
    assert (other.status, empty.fetch("select count(*) from jobs")) == (422, [(1,)])


def test_a_run_needs_accepted_demand_from_its_day_or_earlier(empty: Database) -> None:
    days: Changes = {"first_date": date(2026, 5, 4), "last_date": date(2026, 11, 21)}
    record(empty, "rejected.csv", **REJECTED)
    record(empty, "withdrawn.csv", **days | {"status": ObjectStatus.WITHDRAWN, "sha256": "1" * 64})
    assert call("/forecasts/generate", "POST", body="{}").json["code"] == "NO_INPUT_DATA"
    record(empty, "accepted.csv", **days)
    early = call("/forecasts/generate", "POST", body='{"as_of_date": "2026-05-03"}')
    assert (early.status, empty.fetch("select count(*) from jobs")) == (422, [(0,)])
    assert "which starts on 2026-05-04" in early.json["detail"]
    assert call("/forecasts/generate", "POST", body='{"as_of_date": "2026-05-04"}').status == 202


@pytest.mark.parametrize("job_id", ["0b6f2a86-6d1a-4f0e-9a4f-9d1d2f1d7c11", "nonsense", "'or 1=1", "{}"])
def test_an_unknown_job_is_a_404_problem(empty: Database, job_id: str) -> None:
    answer = call(f"/jobs/{job_id}")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_an_object_is_shown_with_its_decision_and_reason(empty: Database) -> None:
    accepted_object, rejected_object = record(empty, "a.csv", warnings=("ignored column: colour",)), record(empty, "b.csv", 1, **REJECTED)
    newest, oldest = objects()
    assert (newest["id"], newest["status"], newest["reason_code"], newest["reason"]) == (
        str(rejected_object.id),
        "REJECTED",
        "EMPTY",
        "0 bytes",
    )
    assert (oldest["id"], oldest["rows"], oldest["warnings"]) == (str(accepted_object.id), 10, ["ignored column: colour"])
    assert (oldest["first_date"], oldest["received_at"]) == ("2024-11-22", "2026-11-22T04:30:00+00:00")


def test_objects_are_filtered_by_status_dataset_and_exact_key(empty: Database) -> None:
    changes: dict[str, Changes] = {"a.csv": {}, "b.csv": {"dataset": "orders"}, "c%.csv": REJECTED}
    for name, fields in changes.items():
        record(empty, name, **fields)
    assert [row["key"][-5:] for row in objects(status="ACCEPTED", dataset="orders")] == ["b.csv"]
    assert [row["status"] for row in objects(key="landing/demand_history/v1/c%.csv")] == ["REJECTED"]
    assert objects(key="landing/demand_history/v1/%") == objects(status="DUPLICATE") == []


@pytest.mark.parametrize("limit", [1, 3, 12])
def test_a_walk_over_objects_of_the_same_instant_gives_each_once(empty: Database, limit: int) -> None:
    ids = {str(record(empty, f"{number}.csv", minute=number // 4).id) for number in range(12)}
    rows: list[Changes] = []
    query: Changes = {"limit": str(limit)}
    while query.get("cursor", "first") is not None:
        page = call("/data-quality/objects", **query).json
        rows, query["cursor"] = rows + page["objects"], page["page"]["next_cursor"]
    assert (len(rows), {row["id"] for row in rows}) == (12, ids)
    assert [row["received_at"] for row in rows] == sorted((row["received_at"] for row in rows), reverse=True)


def test_an_object_that_lands_during_a_walk_moves_no_other(empty: Database) -> None:
    records = [record(empty, f"{number}.csv", minute=number) for number in range(4)]
    first = call("/data-quality/objects", limit="2").json
    record(empty, "late.csv", minute=9)
    second = call("/data-quality/objects", limit="2", cursor=first["page"]["next_cursor"]).json
    assert [row["id"] for row in first["objects"] + second["objects"]] == [str(one.id) for one in reversed(records)]


def test_the_newest_quality_report_is_the_latest(empty: Database) -> None:
    for minute, name in enumerate(("old", "new")):
        run = PostgresRuns(empty).start(a_run(name))
        payload = quality_json(run.id, rows_in=100 + minute, quarantined=5)
        PostgresQualityReports(empty).save(QualityReport(run.id, Verdict.WARN, payload, STARTED_AT + timedelta(minutes=minute)))
    latest = call("/data-quality/reports/latest").json
    assert (latest["run_id"], latest["verdict"], latest["report"]["rows_in"]) == (str(a_run("new").id), "WARN", 101)
    assert call(f"/data-quality/reports/{a_run('old').id}").json["report"]["rows_in"] == 100
    assert call(f"/data-quality/reports/{a_run('none').id}").status == 404
