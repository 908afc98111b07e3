"""Records of landed objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode, Withdrawal
from runtime.models.domain.quarantine import QuarantineChange
from runtime.models.domain.row_checks import BadRow
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_row_check, an_accepted_object


def test_a_record_comes_back_as_it_was_stored(books: Books) -> None:
    stored_object = an_accepted_object(warnings=("ignored column: colour",), unreadable_rows=2)
    assert books.objects.record(stored_object) == stored_object
    assert books.objects.find(stored_object.id) == stored_object


def test_the_outcome_of_the_rows_comes_back_with_the_record(books: Books) -> None:
    stored_object = an_accepted_object(row_check=a_row_check())
    assert books.objects.record(stored_object) == stored_object
    assert books.objects.list_accepted() == [stored_object]


def test_an_erased_object_keeps_counts_and_loses_the_row_it_quoted(books: Books) -> None:
    record = books.objects.record(an_accepted_object(row_check=a_row_check()))
    rejected_version = an_accepted_object(
        id=UUID(int=7), version_id="v2", row_check=a_row_check(), status=ObjectStatus.REJECTED, reason_code=ReasonCode.NO_USABLE_ROWS
    )
    books.objects.record(rejected_version)
    books.objects.withdraw(Withdrawal(record.id, STARTED_AT, "ana", "wrong"), an_event())
    books.objects.mark_erased(record.id, STARTED_AT, an_event())
    for object_id in (record.id, rejected_version.id):
        stored_object = books.objects.find(object_id)
        assert stored_object is not None
        assert stored_object.row_check == replace(a_row_check(), first_bad_row=None)


def test_a_superseded_object_is_not_accepted_any_more_and_may_be_withdrawn_and_restored(books: Books) -> None:
    record = books.objects.record(an_accepted_object(key="landing/orders/v1/ingest_date=2026-11-20/north/a.csv"))
    assert books.objects.list_files("landing/orders/v1/north/a.csv") == [record]
    assert books.objects.list_files("landing/orders/v1/a.csv") == []
    event = replace(an_event(), action=AuditAction.SUPERSEDE_OBJECT, reason="replaced by object 7")
    books.objects.supersede(record.id, event)
    expected = replace(record, status=ObjectStatus.SUPERSEDED, reason="replaced by object 7")
    assert books.objects.find(record.id) == expected
    assert books.objects.list_files("landing/orders/v1/north/a.csv") == books.objects.list_accepted() == []
    books.objects.withdraw(Withdrawal(record.id, STARTED_AT, "ana", "wrong"), an_event())
    books.objects.restore(record.id, an_event())
    assert books.objects.find(record.id) == expected


def a_rejection(key: str, hour: int, number: int, **changes: object) -> IngestedObject:
    record = an_accepted_object(key=f"landing/{key}", id=UUID(int=number), version_id=f"v{number}", sha256=f"{number}")
    rejection = replace(record, status=ObjectStatus.REJECTED, reason_code=ReasonCode.UNREADABLE, reason="damaged", staging_key=None)
    return replace(rejection, received_at=STARTED_AT + timedelta(hours=hour), **changes)  # type: ignore[arg-type]


def test_unusable_objects_that_nothing_replaces_are_found_by_name_and_by_source(books: Books) -> None:
    day_1, day_2 = "orders/v1/ingest_date=2026-11-27", "orders/v1/ingest_date=2026-11-28"
    acceptance = {"status": ObjectStatus.ACCEPTED, "reason_code": None, "reason": None, "staging_key": "staging/x"}
    records = [
        a_rejection(f"{day_1}/north/a-2026-11-27.csv", 1, 1),
        a_rejection(f"{day_2}/north/a-2026-11-28.csv", 2, 8, **acceptance),
        a_rejection(f"{day_2}/south/replay_of=6f0c1b52/c.csv", 3, 9),
        a_rejection(f"{day_1}/south/d.csv", 1, 10),
        a_rejection(f"{day_1}/south/lds1.csv", 1, 11),
        a_rejection(f"{day_2}/south/lds2.csv", 2, 12, **acceptance),
        a_rejection(f"{day_2}/south/lds1_28.csv", 2, 13, **acceptance | {"status": ObjectStatus.WITHDRAWN}),
        a_rejection(f"{day_1}/north/b.csv", 2, 2),
        a_rejection(f"{day_2}/north/b.csv", 4, 3, **acceptance),
        a_rejection(f"{day_1}/south/c.csv", 1, 4),
        a_rejection(f"{day_2}/south/c.csv", 3, 5),
        a_rejection(f"{day_2}/north/late.csv", 9, 6),
        a_rejection(f"{day_1}/west/header.csv", 0, 7, **acceptance, rows=0),
    ]
    for record in records:
        books.objects.record(record)
    until = STARTED_AT + timedelta(hours=5)

    def list_numbers(since: datetime | None) -> list[int]:
        return [record.id.int for record in books.objects.list_unusable(since, until)]

    # b.csv came again and was accepted, c.csv was rejected twice, and late.csv came after the run began.
    assert list_numbers(None) == list_numbers(STARTED_AT) == [5, 1, 10, 11, 7]
    # Before the last run: a came again on the next day, whatever other files of the folder did.
    assert list_numbers(STARTED_AT + timedelta(hours=4)) == [5, 10, 11, 7]


def test_a_rejected_object_whose_rows_were_all_replayed_or_discarded_is_not_unusable(books: Books) -> None:
    rejection = a_rejection("orders/v1/a.csv", 1, 1, rows=2, reason_code=ReasonCode.NO_USABLE_ROWS)
    bad_rows = [BadRow(line, "TYPE", "not a number", {"quantity": "x"}, None) for line in (2, 3)]
    books.objects.record(rejection, QuarantineChange(bad_rows))
    until = STARTED_AT + timedelta(hours=5)
    for number, line in enumerate((2, 3), start=2):
        assert [record.id for record in books.objects.list_unusable(None, until)] == [rejection.id]
        replay = an_accepted_object(f"{number}.csv", id=UUID(int=number), replay_of=rejection.id)
        books.objects.record(replay, QuarantineChange(replayed_lines=[line], event=an_event()))
    assert books.objects.list_unusable(None, until) == []


def an_event() -> AuditEvent:
    return AuditEvent(uuid4(), STARTED_AT, "ana", AuditAction.WITHDRAW_OBJECT, "subject")


def test_an_object_that_never_came_is_not_found(books: Books) -> None:
    assert books.objects.find(an_accepted_object().id) is None


def test_the_first_record_of_an_object_stays(books: Books) -> None:
    first = books.objects.record(an_accepted_object(rows=10))
    assert books.objects.record(replace(first, rows=99)) == first


def test_the_same_bytes_are_accepted_once_per_dataset(books: Books) -> None:
    first = books.objects.record(an_accepted_object("a.csv", sha256="same"))
    with pytest.raises(ContentAlreadyAccepted):
        books.objects.record(an_accepted_object("b.csv", sha256="same"))
    books.objects.record(an_accepted_object("c.csv", sha256="same", dataset="orders"))
    assert books.objects.find_accepted("demand_history", "same") == first


def test_rejected_and_duplicate_objects_are_recorded_and_not_accepted(books: Books) -> None:
    original = books.objects.record(an_accepted_object("a.csv", sha256="same"))
    double = an_accepted_object("b.csv", sha256="same", status=ObjectStatus.DUPLICATE, duplicate_of=original.id, staging_key=None)
    books.objects.record(double)
    rejected_object = replace(
        an_accepted_object("c.csv"), status=ObjectStatus.REJECTED, reason_code=ReasonCode.EMPTY, reason="holds no row", dataset=None
    )
    assert books.objects.record(rejected_object) == rejected_object
    assert books.objects.list_accepted() == [original]


def test_accepted_objects_come_in_the_order_received(books: Books) -> None:
    later = books.objects.record(an_accepted_object("a.csv", received_at=STARTED_AT + timedelta(hours=1)))
    earlier = books.objects.record(an_accepted_object("b.csv", received_at=STARTED_AT))
    assert books.objects.list_accepted() == [earlier, later]
