"""A corrected file replaces the earlier one of its name; a file with other days or sites is added."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from contracts.paths import file_identity, same_name_choice
from runtime.models.domain.audit import AuditAction
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from tests.fakes import FixedClock
from tests.fakes.audit import InMemoryAuditLog
from tests.unit.runtime.ingestion.conftest import KEY, World, history, line

YESTERDAY, TODAY = f"{KEY}ingest_date=2026-11-20/", f"{KEY}ingest_date=2026-11-21/"
BAD = "many"


def days(first: int, last: int, site: str = "S1", quantity: str = "5") -> Iterable[str]:
    return (line(site_id=site, demand_date=f"2026-11-{day:02}", quantity=quantity) for day in range(first, last + 1))


def receive(world: World, key: str, *lines: str, version: str = "v1") -> IngestedObject:
    clock = world.ingestion.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds=60)
    record = world.receive(key, history(*lines), version)
    world.ingestion.supersede_earlier(record)
    return record


def status_of(world: World, record: IngestedObject) -> ObjectStatus:
    return world.objects.records[record.id].status


def test_a_corrected_file_of_the_next_day_replaces_good_rows_and_bad(world: World) -> None:
    first = receive(world, f"{YESTERDAY}sales.csv", *days(1, 7), *days(8, 9, quantity=BAD))
    second = receive(world, f"{TODAY}sales.csv", *days(1, 9))
    assert (status_of(world, first), status_of(world, second)) == (ObjectStatus.SUPERSEDED, ObjectStatus.ACCEPTED)
    assert world.objects.records[first.id].reason == f"replaced by object {second.id}, a later file of the same name"
    assert second.warnings[-1].startswith("the earlier file of this name, received on 2026-11-22 with 9 rows, 2026-11-01 to 2026-11-07")
    assert second.warnings[-1].endswith("is replaced")
    assert isinstance(world.objects.audit_log, InMemoryAuditLog)
    (event,) = world.objects.audit_log.events
    assert (event.action, event.subject, event.detail["replaced_by"]) == (AuditAction.SUPERSEDE_OBJECT, str(first.id), str(second.id))


def test_a_file_of_every_day_under_one_name_is_added(world: World) -> None:
    first = receive(world, f"{YESTERDAY}export.csv", *days(1, 7))
    second = receive(world, f"{TODAY}export.csv", *days(8, 8))
    assert (status_of(world, first), status_of(world, second)) == (ObjectStatus.ACCEPTED, ObjectStatus.ACCEPTED)
    assert second.warnings[-1].endswith("stays in use beside this one, which does not cover its days and sites")


def test_the_file_of_another_site_is_added_though_its_days_are_the_same(world: World) -> None:
    first = receive(world, f"{TODAY}export.csv", *days(1, 7, "Leeds"))
    receive(world, f"{TODAY}export.csv", *days(1, 7, "Tilburg"), version="v2")
    assert status_of(world, first) is ObjectStatus.ACCEPTED


def test_a_site_that_ends_earlier_than_before_is_not_covered(world: World) -> None:
    first = receive(world, f"{YESTERDAY}export.csv", *days(1, 7, "Leeds"), *days(1, 7, "Tilburg"))
    receive(world, f"{TODAY}export.csv", *days(1, 9, "Leeds"), *days(1, 5, "Tilburg"))
    assert status_of(world, first) is ObjectStatus.ACCEPTED


def test_a_useless_later_file_replaces_nothing_and_says_so(world: World) -> None:
    first = receive(world, f"{YESTERDAY}sales.csv", *days(1, 7))
    second = receive(world, f"{TODAY}sales.csv", *days(1, 7, quantity=BAD))
    assert (status_of(world, first), second.status) == (ObjectStatus.ACCEPTED, ObjectStatus.REJECTED)
    assert (second.reason or "").endswith("received on 2026-11-22 with 7 rows, 2026-11-01 to 2026-11-07 stays in use")


def test_a_file_with_less_than_half_of_the_usable_rows_replaces_nothing(world: World) -> None:
    first = receive(world, f"{YESTERDAY}sales.csv", *days(1, 9))
    receive(world, f"{TODAY}sales.csv", *days(1, 1), *days(9, 9), *days(2, 8, quantity=BAD))
    assert status_of(world, first) is ObjectStatus.ACCEPTED


@pytest.mark.parametrize(
    ("choice", "last_day", "status"),
    [("replace", 2, ObjectStatus.SUPERSEDED), ("add", 9, ObjectStatus.ACCEPTED), ("other", 9, ObjectStatus.SUPERSEDED)],
)
def test_the_key_states_what_the_sender_wants(world: World, choice: str, last_day: int, status: ObjectStatus) -> None:
    first = receive(world, f"{YESTERDAY}sales.csv", *days(1, 7))
    receive(world, f"{TODAY}same_name={choice}/sales.csv", *days(1, last_day))
    assert status_of(world, first) is status


def test_files_in_other_folders_or_data_sets_are_other_files() -> None:
    assert file_identity(f"{YESTERDAY}leeds/a.csv") == file_identity(f"{TODAY}same_name=add/leeds/a.csv") == f"{KEY}leeds/a.csv"
    assert file_identity(f"{YESTERDAY}tilburg/a.csv") != file_identity(f"{YESTERDAY}leeds/a.csv")
    assert same_name_choice(f"{KEY}a.csv") is None


def test_the_earlier_content_may_come_back_and_replaces_the_correction(world: World) -> None:
    first = receive(world, f"{TODAY}sales.csv", *days(1, 7))
    second = receive(world, f"{TODAY}sales.csv", *days(1, 7, quantity="6"), version="v2")
    third = receive(world, f"{TODAY}sales.csv", *days(1, 7), version="v3")
    assert [status_of(world, each) for each in (first, second, third)] == [
        ObjectStatus.SUPERSEDED,
        ObjectStatus.SUPERSEDED,
        ObjectStatus.ACCEPTED,
    ]


def test_a_second_delivery_of_a_superseded_file_changes_nothing(world: World) -> None:
    first = receive(world, f"{YESTERDAY}sales.csv", *days(1, 7))
    second = receive(world, f"{TODAY}sales.csv", *days(1, 7, quantity="6"))
    again = receive(world, f"{YESTERDAY}sales.csv", *days(1, 7))
    assert (again.id, again.status) == (first.id, ObjectStatus.SUPERSEDED)
    assert status_of(world, second) is ObjectStatus.ACCEPTED
