"""Withdrawing, erasing and restoring an object."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.paths import Zone, manifest_key, quality_key, run_backup_prefix, run_prefix
from runtime.errors import Conflict, ObjectNotFound
from runtime.models.domain.audit import AuditAction
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.objects import LandedObject, ObjectStatus, WithdrawalOrder
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import ForecastRun, RunEnd, RunStatus
from runtime.services.ingestion.erasure import Erasure
from runtime.services.ingestion.withdrawal import ObjectWithdrawal
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.runs.manifests import Manifests
from runtime.services.runs.run_resolution import RunResolution
from tests.fakes import (
    FixedClock,
    InMemoryAuditLog,
    InMemoryJobs,
    InMemoryLake,
    InMemoryObjects,
    InMemoryQualityReports,
    InMemoryRuns,
    InMemoryTableRows,
)
from tests.fakes.examples import STARTED_AT, a_run, an_execution, quality_json
from tests.fakes.ingestion import make_ingestion

KEY = "landing/demand_history/v1/a.csv"
CONTENT = b"site_id,sku_id,demand_date,quantity,uom\nS1,A,2026-11-01,5,EA\n"
OTHER = b"site_id,sku_id,demand_date,quantity,uom\nS1,B,2026-11-02,7,EA\n"


class Platform:
    """Ingestion, runs and withdrawal on fakes."""

    def __init__(self) -> None:
        self.lake, self.runs, self.reports, self.clock = InMemoryLake(), InMemoryRuns(), InMemoryQualityReports(), FixedClock()
        self.audit_log, self.table_rows = InMemoryAuditLog(), InMemoryTableRows()
        self.objects = InMemoryObjects(audit_log=self.audit_log)
        self.ingestion = make_ingestion(self.lake, self.objects, self.clock)
        backup = RowBackup(self.table_rows, self.lake, self.clock)
        erasure = Erasure(lake=self.lake, objects=self.objects, runs=self.runs, reports=self.reports, backup=backup)
        self.withdrawal = ObjectWithdrawal(self.objects, erasure, self.clock)

    def upload(self, key: str = KEY, content: bytes = CONTENT, version_id: str = "v1") -> Any:
        self.lake.put(key, content, version_id)
        return self.ingestion.receive(LandedObject(self.lake.bucket, key, version_id, len(content)))

    def resolve(self, name: str) -> ForecastRun:
        resolution = RunResolution(self.objects, self.runs, InMemoryJobs(), Manifests(self.lake, self.runs), self.clock, "1")
        return resolution.resolve({}, an_execution(name)).run


@pytest.fixture
def platform() -> Platform:
    return Platform()


def an_order(name: object) -> WithdrawalOrder:
    return WithdrawalOrder(str(name), "ana", "wrong file")


def test_a_run_after_the_withdrawal_reads_what_one_reads_that_never_had_the_object(platform: Platform) -> None:
    never = Platform()
    for target in (platform, never):
        target.upload("landing/demand_history/v1/b.csv", OTHER)
    record = platform.upload()
    before = platform.resolve("before")
    result = platform.withdrawal.withdraw(an_order(record.id))
    after, expected = platform.resolve("after"), never.resolve("after")
    assert [entry["status"] for entry in result.as_dict()["objects"]] == ["WITHDRAWN"]  # type: ignore[attr-defined]
    assert platform.lake.read_json(manifest_key(after.id)) == never.lake.read_json(manifest_key(expected.id))
    assert (after.as_of_date, after.input_digest) == (expected.as_of_date, expected.input_digest)
    assert before.input_digest != after.input_digest


def test_the_same_file_may_be_uploaded_again_and_a_second_delivery_of_the_first_changes_nothing(platform: Platform) -> None:
    record = platform.upload()
    platform.withdrawal.withdraw(an_order(KEY))
    assert platform.upload().status is ObjectStatus.WITHDRAWN
    again = platform.upload(version_id="v2")
    assert (again.status, again.id == record.id) == (ObjectStatus.ACCEPTED, False)


def test_a_withdrawal_is_audited_with_who_and_why_once(platform: Platform) -> None:
    record = platform.upload()
    for _ in range(2):
        platform.withdrawal.withdraw(an_order(record.id))
    [event] = platform.audit_log.events
    assert (event.action, event.actor, event.reason, event.subject) == (AuditAction.WITHDRAW_OBJECT, "ana", "wrong file", str(record.id))


def test_a_withdrawal_may_be_taken_back_unless_the_object_was_erased(platform: Platform) -> None:
    record = platform.upload()
    platform.withdrawal.withdraw(an_order(record.id))
    assert platform.withdrawal.restore(an_order(record.id)).objects == (record,)
    with pytest.raises(Conflict, match="not withdrawn"):
        platform.withdrawal.restore(an_order(record.id))
    platform.withdrawal.erase(an_order(record.id))
    with pytest.raises(Conflict, match="was erased on 2026-11-22; upload the file again"):
        platform.withdrawal.restore(an_order(record.id))


@pytest.mark.parametrize("name", ["landing/nothing.csv", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_object_is_not_found(platform: Platform, name: str) -> None:
    with pytest.raises(ObjectNotFound, match=name):
        platform.withdrawal.withdraw(an_order(name))


def test_what_no_run_reads_is_refused_with_advice(platform: Platform) -> None:
    original = platform.upload()
    duplicate = platform.upload("landing/demand_history/v1/copy.csv")
    with pytest.raises(Conflict, match=f"is DUPLICATE: its rows came from object {original.id}: withdraw that one"):
        platform.withdrawal.withdraw(an_order(duplicate.id))
    rejected_object = platform.upload("landing/unknown/v1/x.csv")
    with pytest.raises(Conflict, match="is REJECTED: no run reads it"):
        platform.withdrawal.withdraw(an_order(rejected_object.key))


def test_an_erased_object_leaves_no_file_with_its_rows(platform: Platform) -> None:
    record, other = platform.upload(), platform.upload("landing/demand_history/v1/b.csv", OTHER)
    platform.upload("landing/demand_history/v1/copy.csv")
    run = platform.runs.start(a_run(status=RunStatus.SUCCEEDED, created_at=STARTED_AT + timedelta(hours=1)))
    samples = [{"object_id": str(one.id), "row": {"sku_id": "secret"}} for one in (record, other)]
    part = {"rows_in": 2, "curated": 0, "quarantined": 2, "duplicates": 0, "codes": {}, "warnings": {}, "samples": samples}
    document = quality_json(run.id) | {"datasets": {"demand_history": part}}
    platform.lake.write_json(quality_key(run.id), document)
    platform.reports.save(QualityReport(run.id, Verdict.PASS, document, STARTED_AT))
    rows = [f"{run_prefix(zone, 'demand_history', run.id)}part-0.parquet" for zone in (Zone.CURATED, Zone.QUARANTINE, Zone.FEATURES)]
    for key in rows:
        platform.lake.put(key, b"rows", "v1")
    platform.withdrawal.erase(an_order(record.id))
    erased_keys = {KEY, "landing/demand_history/v1/copy.csv", record.staging_key, rows[0], rows[1]}
    assert not erased_keys & platform.lake.contents.keys()
    assert not [version for version in platform.lake.versions if version[0] in erased_keys]
    assert {other.key, other.staging_key, rows[2], quality_key(run.id)} <= platform.lake.contents.keys()
    documents: list[Any] = [platform.lake.read_json(quality_key(run.id)), platform.reports.get(run.id).payload]
    for stored_document in documents:
        assert [sample["object_id"] for sample in stored_document["datasets"]["demand_history"]["samples"]] == [str(other.id)]
    assert len([version for version in platform.lake.versions if version[0] == quality_key(run.id)]) == 1
    assert [event.action for event in platform.audit_log.events] == [AuditAction.WITHDRAW_OBJECT, AuditAction.ERASE_OBJECT]


def test_a_later_version_that_was_accepted_is_not_erased_with_an_earlier_one(platform: Platform) -> None:
    first, second = platform.upload(), platform.upload(content=OTHER, version_id="v2")
    platform.lake.put(KEY, b"not received yet", "v3")
    platform.withdrawal.erase(an_order(first.id))
    assert sorted(version for key, version in platform.lake.versions if key == KEY) == ["v2", "v3"]
    assert platform.objects.list_accepted() == [second]


def test_a_key_means_all_its_versions(platform: Platform) -> None:
    platform.upload()
    platform.upload(content=OTHER, version_id="v2")
    assert [record.status for record in platform.withdrawal.erase(an_order(KEY)).objects] == [ObjectStatus.WITHDRAWN] * 2
    assert KEY not in platform.lake.contents


@pytest.mark.parametrize("name", ["a.csv", "demand_history/a.csv"])
def test_the_name_that_reports_show_is_that_of_the_object(platform: Platform, name: str) -> None:
    record = platform.upload()
    assert [each.id for each in platform.withdrawal.withdraw(an_order(name)).objects] == [record.id]
    assert platform.objects.list_accepted() == []
    assert [each.id for each in platform.withdrawal.restore(an_order(name)).objects] == [record.id]


def test_a_name_of_several_objects_is_refused_with_their_keys_and_what_was_never_read_does_not_count(platform: Platform) -> None:
    record = platform.upload()
    platform.upload("landing/unknown/v1/a.csv")
    assert [each.id for each in platform.withdrawal.withdraw(an_order("a.csv")).objects] == [record.id]
    other = platform.upload("landing/demand_history/v1/ingest_date=2026-11-02/a.csv", OTHER)
    with pytest.raises(Conflict, match=f"2 objects have the name 'a.csv'; state the key of one: {KEY}, {other.key}"):
        platform.withdrawal.withdraw(an_order("a.csv"))


def test_nothing_is_erased_while_a_run_reads_it(platform: Platform) -> None:
    record = platform.upload()
    run = platform.resolve("running")
    with pytest.raises(Conflict, match=f"run {run.id} is running and reads the rows; erase when it has ended"):
        platform.withdrawal.erase(an_order(record.id))
    assert platform.objects.list_accepted() == [record]
    assert KEY in platform.lake.contents


def test_the_copy_of_a_report_is_saved_anew_and_its_versions_with_the_samples_are_deleted(platform: Platform) -> None:
    record = platform.upload()
    run = platform.resolve("before")
    platform.runs.finish(run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=True), STARTED_AT)
    key = f"{run_backup_prefix(run.id)}data_quality_reports.json"
    platform.table_rows.by_owner[BackupTable.QUALITY_REPORTS, run.id] = [{"run_id": str(run.id), "payload": "without samples"}]
    platform.lake.put(key, b"with samples", "old")
    platform.withdrawal.erase(an_order(record.id))
    assert (key, "old") not in platform.lake.versions
    assert platform.lake.read_json(key)["rows"][0]["payload"] == "without samples"


MIXED = CONTENT + b"S1,A,2026-11-02,x,EA\n"
MENDED = b"site_id,sku_id,demand_date,quantity,uom,signify_line\nS1,A,2026-11-02,4,EA,3\n"
STILL_BAD = MENDED.replace(b",4,", b",y,")


def upload_replay(platform: Platform, content: bytes = MENDED, name: str = "a.bad-rows.csv") -> tuple[Any, Any]:
    """Upload a file with a bad row and a replay of it, and return both records."""
    original = platform.upload(content=MIXED)
    return original, platform.upload(f"landing/demand_history/v1/replay_of={original.id}/{name}", content)


def test_a_withdrawn_replay_opens_its_rows_and_is_replayed_again_instead_of_restored(platform: Platform) -> None:
    original, replay = upload_replay(platform)
    assert platform.objects.list_open_lines(original.id) == []
    platform.withdrawal.withdraw(an_order(replay.id))
    assert platform.objects.list_open_lines(original.id) == [3]
    with pytest.raises(Conflict, match="is a replay: its quarantined rows are open again; replay them again"):
        platform.withdrawal.restore(an_order(replay.id))
    again = platform.upload(replay.key, MENDED, "v2")
    assert (again.status, again.rows) == (ObjectStatus.ACCEPTED, 1)
    assert platform.objects.list_open_lines(original.id) == []


def test_an_object_is_erased_with_its_replays(platform: Platform) -> None:
    original, replay = upload_replay(platform)
    rejected_replay = platform.upload(f"landing/demand_history/v1/replay_of={original.id}/bad.csv", STILL_BAD)
    assert rejected_replay.status is ObjectStatus.REJECTED
    records = platform.withdrawal.erase(an_order(original.id)).objects
    assert [record.id for record in records] == [original.id, replay.id]
    assert not {original.key, replay.key, rejected_replay.key, replay.staging_key} & platform.lake.contents.keys()
    assert original.id not in platform.objects.quarantine


def test_a_replay_of_something_else_is_rejected_with_the_object_to_replay(platform: Platform) -> None:
    original, replay = upload_replay(platform)
    nested_replay = platform.upload(f"landing/demand_history/v1/replay_of={replay.id}/x.csv", MENDED + b"\n")
    assert nested_replay.reason == f"object {replay.id} is a replay itself: replay the rows of object {original.id}"
    lost_replay = platform.upload("landing/demand_history/v1/replay_of=17/x.csv", MENDED + b"\n\n")
    assert "the key states replay_of=17, and no object has this id" in lost_replay.reason
    platform.withdrawal.withdraw(an_order(original.id))
    late_replay = platform.upload(f"landing/demand_history/v1/replay_of={original.id}/x.csv", MENDED + b"\n\n\n")
    assert late_replay.reason == f"object {original.id} is WITHDRAWN: no run reads it, so its rows need no replay"
