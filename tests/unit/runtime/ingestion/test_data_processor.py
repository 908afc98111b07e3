"""The handler: a batch of messages in, the ones that failed out."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.paths import backup_prefix
from runtime import bootstrap
from runtime.functions import data_processor
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.objects import LandedObject
from runtime.services.ingestion.delivery_lease import LEASE_S, DeliveryLease
from runtime.services.recovery.row_backup import RowBackup
from tests.fakes import FixedClock, InMemoryTableRows
from tests.fakes.deliveries import InMemoryDeliveries
from tests.unit.runtime.ingestion.conftest import World, history, line

CONTEXT = SimpleNamespace(function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:f", aws_request_id="r")


@pytest.fixture
def deliveries() -> InMemoryDeliveries:
    return InMemoryDeliveries()


@pytest.fixture
def table_rows() -> InMemoryTableRows:
    return InMemoryTableRows()


@pytest.fixture(autouse=True)
def services(world: World, deliveries: InMemoryDeliveries, table_rows: InMemoryTableRows) -> Iterator[bootstrap.Services]:
    services = bootstrap.Services(bootstrap.Adapters(bootstrap.AwsClients()))
    services.row_backup = RowBackup(table_rows, world.lake, FixedClock())
    services.ingestion = world.ingestion
    services.delivery_lease = DeliveryLease(deliveries)
    with bootstrap.use(services):
        yield services


def message(number: int, body: dict[str, Any] | str) -> dict[str, Any]:
    return {
        "messageId": str(number),
        "body": body if isinstance(body, str) else json.dumps(body),
        "eventSource": "aws:sqs",
        "receiptHandle": f"receipt-{number}",
        "attributes": {"ApproximateReceiveCount": str(number + 1)},
    }


def land_event(world: World, name: str, content: bytes) -> dict[str, Any]:
    one = world.land(name, content)
    s3_object = {"key": one.key, "size": one.bytes, "version-id": one.version_id}
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": one.bucket}, "object": s3_object}}


def handle(*bodies: dict[str, Any] | str) -> list[str]:
    event = {"Records": [message(number, body) for number, body in enumerate(bodies)]}
    answer = data_processor.handler(event, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_message_that_cannot_be_handled_fails_alone(world: World) -> None:
    good, bad = land_event(world, "good.csv", history(line())), land_event(world, "bad.csv", b"")
    assert handle(good, "no json", {"unknown": "dialect"}, bad, {"Event": "s3:TestEvent"}) == ["1", "2"]
    assert sorted(record.status for record in world.objects.records.values()) == ["ACCEPTED", "REJECTED"]


def test_a_batch_that_fails_whole_is_answered_like_any_other() -> None:
    assert handle("no json", "neither") == ["0", "1"]


def test_every_decision_is_one_log_line_and_counted(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    handle(land_event(world, "good.csv", history(line(), "too,few\n")), land_event(world, "bad.csv", b""))
    decisions = [vars(record) for record in caplog.records if record.message == "object received"]
    assert [(one["status"], one["rows"], one["reason_code"]) for one in decisions] == [("ACCEPTED", 2, None), ("REJECTED", 0, "EMPTY")]
    metrics = [one for one in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in one]
    counts = {name: sum(one[name]) for one in metrics for name in one if isinstance(one[name], list)}
    assert {name: counts[name] for name in ("ObjectsAccepted", "ObjectsRejected", "RowsStaged", "UnreadableRows")} == {
        "ObjectsAccepted": 1,
        "ObjectsRejected": 1,
        "RowsStaged": 2,
        "UnreadableRows": 1,
    }


def test_a_failure_is_logged_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    handle({"unknown": "dialect"})
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]


def test_a_message_that_fails_is_delivered_again_after_the_pause_of_its_attempt(world: World, deliveries: InMemoryDeliveries) -> None:
    handle(land_event(world, "good.csv", history(line())), "no json", {"unknown": "dialect"})
    final_calls = dict(deliveries.calls)
    assert (final_calls["receipt-1"], final_calls["receipt-2"]) == (120, 1200)
    assert final_calls.get("receipt-0", LEASE_S) == LEASE_S


def test_the_record_of_an_object_is_copied_to_the_lake_at_every_delivery(world: World, table_rows: InMemoryTableRows) -> None:
    """A function that dies between the two writes is called again: the second delivery saves the copy."""
    event = land_event(world, "good.csv", history(line()))
    detail = event["detail"]
    landed_object = LandedObject(
        detail["bucket"]["name"], detail["object"]["key"], detail["object"]["version-id"], detail["object"]["size"]
    )
    key = f"{backup_prefix(BackupTable.OBJECTS)}{landed_object.id}.json"
    handle(event)
    assert key not in world.lake.keys("")
    table_rows.by_owner[BackupTable.OBJECTS, landed_object.id] = [{"id": str(landed_object.id)}]
    handle(event)
    assert world.lake.read_json(key)["rows"] == [{"id": str(landed_object.id)}]
