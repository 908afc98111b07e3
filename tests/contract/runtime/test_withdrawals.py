"""Withdrawing objects: against the fakes and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, Withdrawal
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, an_accepted_object


def an_event(action: AuditAction, object_id: UUID) -> AuditEvent:
    return AuditEvent(uuid4(), STARTED_AT, "ana", action, str(object_id), "wrong file", {"rows": 10})


def withdraw(books: Books, record: IngestedObject, actor: str = "ana") -> Withdrawal:
    withdrawal = Withdrawal(record.id, STARTED_AT, actor, "wrong file")
    books.objects.withdraw(withdrawal, an_event(AuditAction.WITHDRAW_OBJECT, record.id))
    return withdrawal


def count_events(books: Books, **filters: str) -> int:
    return books.audit_reads.rows(filters, None, 100).json.count('"action"')


def test_a_withdrawn_object_is_accepted_no_longer_and_its_record_says_who_and_why(books: Books) -> None:
    record, other = books.objects.record(an_accepted_object("a.csv")), books.objects.record(an_accepted_object("b.csv"))
    withdrawal = withdraw(books, record)
    assert books.objects.list_accepted() == [other]
    stored_record = books.objects.find(record.id)
    assert stored_record is not None
    assert stored_record.status is ObjectStatus.WITHDRAWN
    assert books.objects.find_withdrawal(record.id) == withdrawal
    assert count_events(books, subject=str(record.id), action="WITHDRAW_OBJECT") == 1


def test_the_first_withdrawal_counts(books: Books) -> None:
    record = books.objects.record(an_accepted_object())
    first = withdraw(books, record)
    withdraw(books, record, actor="ben")
    assert books.objects.find_withdrawal(record.id) == first
    assert count_events(books) == 1


def test_a_duplicate_is_not_withdrawn(books: Books) -> None:
    original = books.objects.record(an_accepted_object("a.csv", sha256="same"))
    double = an_accepted_object("b.csv", sha256="same", status=ObjectStatus.DUPLICATE, duplicate_of=original.id, staging_key=None)
    withdraw(books, books.objects.record(double))
    assert books.objects.find(double.id) == double
    assert books.objects.find_withdrawal(double.id) is None
    assert books.objects.list_duplicates(original.id) == [double]
    assert count_events(books) == 0


def test_the_same_bytes_are_accepted_again_and_then_the_first_object_stays_withdrawn(books: Books) -> None:
    first = books.objects.record(an_accepted_object("a.csv", sha256="same"))
    withdraw(books, first)
    assert books.objects.find_accepted("demand_history", "same") is None
    second = books.objects.record(an_accepted_object("b.csv", sha256="same"))
    with pytest.raises(ContentAlreadyAccepted):
        books.objects.restore(first.id, an_event(AuditAction.RESTORE_OBJECT, first.id))
    assert books.objects.list_accepted() == [second]
    assert books.objects.find_withdrawal(first.id) is not None
    assert count_events(books, action="RESTORE_OBJECT") == 0


def test_a_restored_object_is_as_it_was(books: Books) -> None:
    record = books.objects.record(an_accepted_object())
    withdraw(books, record)
    books.objects.restore(record.id, an_event(AuditAction.RESTORE_OBJECT, record.id))
    assert books.objects.find(record.id) == record
    assert books.objects.find_withdrawal(record.id) is None
    books.objects.restore(record.id, an_event(AuditAction.RESTORE_OBJECT, record.id))
    assert count_events(books, action="RESTORE_OBJECT") == 1


def test_the_first_erasure_counts(books: Books) -> None:
    record = books.objects.record(an_accepted_object())
    withdraw(books, record)
    for hours in (1, 2):
        books.objects.mark_erased(record.id, STARTED_AT + timedelta(hours=hours), an_event(AuditAction.ERASE_OBJECT, record.id))
    withdrawal = books.objects.find_withdrawal(record.id)
    assert withdrawal is not None
    assert withdrawal.erased_at == STARTED_AT + timedelta(hours=1)
    assert count_events(books, action="ERASE_OBJECT") == 1


def test_the_versions_of_a_key_come_in_the_order_received(books: Books) -> None:
    later = books.objects.record(an_accepted_object(id=uuid4(), version_id="v2", sha256="2", received_at=STARTED_AT + timedelta(days=1)))
    earlier = books.objects.record(an_accepted_object(id=uuid4(), version_id="v1", sha256="1"))
    books.objects.record(an_accepted_object("other.csv"))
    assert books.objects.list_versions(earlier.key) == [earlier, later]


def test_objects_are_found_by_the_name_of_their_file_with_or_without_the_data_set(books: Books) -> None:
    key = "ingest_date=2026-11-{}/a_1%.csv"
    first = books.objects.record(an_accepted_object(key.format(21), sha256="1"))
    second = books.objects.record(an_accepted_object(key.format(22), id=uuid4(), sha256="2", received_at=STARTED_AT + timedelta(days=1)))
    books.objects.record(an_accepted_object("ba_1%.csv", sha256="3"))
    books.objects.record(an_accepted_object("aX1%.csv", sha256="4"))
    assert books.objects.list_with_name("a_1%.csv") == books.objects.list_with_name("demand_history/a_1%.csv") == [first, second]
    for name in ("shipments/a_1%.csv", "1%.csv", "demand_history/", ""):
        assert books.objects.list_with_name(name) == []
