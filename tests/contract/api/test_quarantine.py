"""Quarantine by the API: as the repositories store it, signed in as the API."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from contracts.bad_rows import LINE_COLUMN
from contracts.scopes import Scope
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.quarantine import QuarantineChange
from runtime.models.domain.row_checks import BadRow
from tests.contract.api.wiring import serve
from tests.contract.conftest import as_the_api
from tests.fakes.examples import STARTED_AT, a_row_check, a_run, an_accepted_object
from tests.fakes.lake import InMemoryLake
from tests.unit.runtime.api.conftest import ApiResponse, call

ROW = {"site_id": "S1", "sku_id": "A", "demand_date": "2026-11-20", "quantity": "x"}
PATH = "/data-quality/quarantine"


def record_original(database: Database, name: str = "a.csv") -> IngestedObject:
    bad_rows = [
        BadRow(3, "TYPE", "quantity 'x' is not a decimal", ROW),
        BadRow(4, "TYPE", "quantity '1,5' is not a decimal", ROW | {"quantity": "1,5"}, ROW | {"quantity": "1.5"}),
        BadRow(5, "UNREADABLE", "has 2 fields", {"raw": "a,b"}),
    ]
    objects = PostgresIngestedObjects(database, PostgresAuditLog(database))
    return objects.record(an_accepted_object(name, row_check=a_row_check()), QuarantineChange(bad_rows=bad_rows))


def post(path: str, body: dict[str, Any], key: str | None = None, **options: str) -> ApiResponse:
    return call(f"{PATH}/{path}", "POST", body=json.dumps(body), headers={"Idempotency-Key": key} if key else None, **options)


def discard(database: Database, record: IngestedObject, *lines: int) -> None:
    assert post(f"{record.id}/discard", {"lines": list(lines), "reason": "not needed"}).status == 200


def save_report(database: Database, name: str, minute: int, codes: dict[str, dict[str, int]]) -> None:
    run = PostgresRuns(database).start(a_run(name))
    objects = [{"object_id": object_id, "key": "k", "codes": of_object} for object_id, of_object in codes.items()]
    payload = {"datasets": {"demand_history": {"objects": objects}}}
    PostgresQualityReports(database).save(QualityReport(run.id, Verdict.WARN, payload, STARTED_AT.replace(minute=minute)))


def test_objects_are_listed_with_their_records_by_code_and_status(empty: Database) -> None:
    record = record_original(empty)
    discard(empty, record, 5)
    [row] = call(PATH).json["objects"]
    assert (row["object_id"], row["object_status"], row["quarantined_rows"]) == (str(record.id), "ACCEPTED", 2)
    assert row["records"] == {"TYPE": {"OPEN": 2}, "UNREADABLE": {"DISCARDED": 1}}
    assert call(PATH, dataset="orders").json["objects"] == []


def test_parked_rows_are_listed_and_so_are_those_that_took_part_since(empty: Database) -> None:
    record, other = record_original(empty), record_original(empty, "b.csv")
    save_report(empty, "first", 1, {str(record.id): {"UNKNOWN_SKU": 7, "TYPE": 2}, str(other.id): {"UNKNOWN_SITE": 4}})
    save_report(empty, "second", 2, {str(record.id): {"UNKNOWN_SKU": 3, "TYPE": 2}, str(other.id): {}})
    rows = {row["object_id"]: row for row in call(PATH).json["objects"]}
    assert rows[str(record.id)]["run_codes"] == {"UNKNOWN_SKU": 3, "TYPE": 2}
    assert rows[str(record.id)]["released_codes"] == {"UNKNOWN_SKU": 4}
    assert (rows[str(other.id)]["run_codes"], rows[str(other.id)]["released_codes"]) == ({}, {"UNKNOWN_SITE": 4})


def test_replays_and_withdrawn_objects_are_not_listed(empty: Database) -> None:
    record = record_original(empty)
    objects = PostgresIngestedObjects(empty, PostgresAuditLog(empty))
    objects.record(an_accepted_object("a.bad-rows.csv", row_check=a_row_check(), replay_of=record.id), QuarantineChange(replayed_lines=[3]))
    [row] = call(PATH).json["objects"]
    assert (row["object_id"], row["replays"], row["records"]["TYPE"]) == (str(record.id), 1, {"OPEN": 1, "REPLAYED": 1})


def test_the_records_of_an_object_come_in_pages_by_line(empty: Database) -> None:
    record = record_original(empty)
    first = call(f"{PATH}/{record.id}", limit="2").json
    assert [row["line"] for row in first["records"]] == [3, 4]
    assert first["records"][1]["suggested_values"]["quantity"] == "1.5"
    second = call(f"{PATH}/{record.id}", limit="2", cursor=first["page"]["next_cursor"]).json
    assert [(row["line"], row["status"]) for row in second["records"]] == [(5, "OPEN")]
    assert [row["line"] for row in call(f"{PATH}/{record.id}", code="UNREADABLE").json["records"]] == [5]
    assert call(f"{PATH}/{record.id}", status="REPLAYED").json["records"] == []


def test_mended_rows_are_uploaded_with_the_other_values_of_their_records(migrated_database: str, postgres: Database) -> None:
    record = record_original(postgres)
    with serve(as_the_api(migrated_database)) as services:
        body = {"rows": [{"line": 3, "values": {"quantity": "12"}}, {"line": 4}], "reason": "asked the site"}
        response = post(f"{record.id}/replay", body, key="once")
        lake = cast(InMemoryLake, services.quarantine.lake)
        with lake.open(response.json["key"]) as stream:
            rows = [json.loads(line) for line in stream.read().decode().splitlines()]
        repeat = post(f"{record.id}/replay", body, key="once")
        other = post(f"{record.id}/replay", {"rows": [{"line": 4}]}, key="once")
    assert (response.status, response.json["rows"]) == (202, 2)
    assert f"/replay_of={record.id}/" in response.json["key"]
    assert rows == [{**ROW, "quantity": "12", LINE_COLUMN: "3"}, {**ROW, "quantity": "1.5", LINE_COLUMN: "4"}]
    assert (repeat.json, repeat.headers["Idempotency-Replayed"]) == (response.json, "true")
    assert (other.status, other.json["errors"][0]["parameter"]) == (422, "Idempotency-Key")
    events = postgres.fetch("select action, actor, reason from audit_events where subject = %s", [str(record.id)])
    assert events == [("SUBMIT_REPLAY", "client-1", "asked the site")]


def test_without_rows_those_with_a_certain_correction_are_replayed(empty: Database) -> None:
    record = record_original(empty)
    assert post(f"{record.id}/replay", {}).json["rows"] == 1


@pytest.mark.parametrize(
    ("rows", "pointer"),
    [
        ([{"line": 9}], "/rows/0/line"),
        ([{"line": 4}, {"line": 3}], "/rows/1"),
        ([{"line": 3, "values": {"colour": "red"}}], "/rows/0/values"),
    ],
)
def test_a_row_that_cannot_be_mended_is_named(empty: Database, rows: list[dict[str, Any]], pointer: str) -> None:
    response = post(f"{record_original(empty).id}/replay", {"rows": rows})
    assert (response.status, response.json["errors"][0]["pointer"]) == (422, pointer)


def test_rows_are_discarded_once_with_the_reason(empty: Database) -> None:
    record = record_original(empty)
    body = {"lines": [3, 99], "reason": "a total"}
    first, second = (post(f"{record.id}/discard", body, key="once") for _ in range(2))
    assert (first.status, first.json["lines"]) == (200, [3])
    assert (second.json["outcome"], second.json["lines"]) == ("REPEATED", [3])
    assert post(f"{record.id}/discard", {"reason": "another"}, key="once").status == 422
    assert post(f"{record.id}/discard", {"lines": [3], "reason": "again"}).status == 409
    [stored_record] = call(f"{PATH}/{record.id}", status="DISCARDED").json["records"]
    assert (stored_record["line"], stored_record["closed_by"], stored_record["closing_reason"]) == (3, "client-1", "a total")
    assert PostgresIngestedObjects(empty, PostgresAuditLog(empty)).list_discarded_lines() == {record.id: [3]}
    assert empty.fetch("select count(*) from audit_events where action = 'DISCARD_RECORDS'") == [(1,)]
    assert post(f"{record.id}/discard", {"reason": "the rest"}).json["lines"] == [4, 5]


def test_an_object_that_no_run_reads_has_nothing_to_replay(empty: Database) -> None:
    record = record_original(empty)
    with empty.transaction() as cursor:
        cursor.execute("update ingested_objects set status = %s where id = %s", [ObjectStatus.SUPERSEDED, record.id])
    assert post(f"{record.id}/replay", {}).status == 409


@pytest.mark.parametrize("path", ["not-an-id", "6f0c1b52-6c5e-5d0b-9a57-0a4d3d0c8e11"])
def test_an_unknown_object_is_not_found(empty: Database, path: str) -> None:
    assert call(f"{PATH}/{path}").status == 404
    assert post(f"{path}/replay", {}).status == 404
    assert post(f"{path}/discard", {"reason": "x"}).status == 404


def test_quarantine_needs_the_scope_of_administrators(empty: Database) -> None:
    record = record_original(empty)
    assert call(PATH, scope=Scope.READ_FORECASTS).status == 403
    assert post(f"{record.id}/discard", {"reason": "x"}, scope=Scope.READ_FORECASTS).status == 403
    assert post(f"{record.id}/replay", {}, scope=Scope.READ_FORECASTS).status == 403
