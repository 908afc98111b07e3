"""Records of quarantined rows: against the fakes and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from runtime.errors import RecordsClosed
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode, Withdrawal
from runtime.models.domain.quarantine import QuarantineChange
from runtime.models.domain.row_checks import BadRow, RowCheck
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_row_check, an_accepted_object

LINES = (3, 5, 8)


def an_event(action: AuditAction, object_id: UUID) -> AuditEvent:
    return AuditEvent(uuid4(), STARTED_AT, "data_processor", action, str(object_id), "why", {"lines": [3]})


def record_original(books: Books) -> IngestedObject:
    bad_rows = [BadRow(line, "TYPE", f"line {line} is 'x'", {"quantity": "x"}, {"quantity": "1"}) for line in LINES]
    return books.objects.record(an_accepted_object("a.csv"), QuarantineChange(bad_rows=bad_rows))


def record_replay(books: Books, original: IngestedObject, *lines: int, name: str = "a.bad-rows.csv") -> IngestedObject:
    change = QuarantineChange(replayed_lines=lines, event=an_event(AuditAction.REPLAY_RECORDS, original.id))
    return books.objects.record(an_accepted_object(name, replay_of=original.id), change)


def test_the_bad_rows_of_a_new_object_are_open_until_they_are_replayed(books: Books) -> None:
    original = record_original(books)
    assert books.objects.list_open_lines(original.id) == [3, 5, 8]
    replay = record_replay(books, original, 3, 8)
    assert books.objects.find(replay.id) == replay
    assert replay.replay_of == original.id
    assert books.objects.list_open_lines(original.id) == [5]
    assert books.objects.list_replays(original.id) == [replay]
    assert books.audit_reads.rows({"subject": str(original.id)}, None, 10).json.count("REPLAY_RECORDS") == 1


def test_a_second_delivery_of_a_replay_changes_nothing(books: Books) -> None:
    original = record_original(books)
    first = record_replay(books, original, 3)
    assert record_replay(books, original, 3) == first
    assert books.objects.list_open_lines(original.id) == [5, 8]


def test_of_two_replays_of_one_row_the_second_is_not_recorded_at_all(books: Books) -> None:
    original = record_original(books)
    record_replay(books, original, 3)
    with pytest.raises(RecordsClosed):
        record_replay(books, original, 3, 5, name="b.csv")
    assert books.objects.list_open_lines(original.id) == [5, 8]
    assert len(books.objects.list_replays(original.id)) == 1


def test_a_withdrawn_replay_opens_its_rows_again(books: Books) -> None:
    original = record_original(books)
    replay = record_replay(books, original, 3, 5, 8)
    withdrawal = Withdrawal(replay.id, STARTED_AT, "ana", "mended wrongly")
    books.objects.withdraw(withdrawal, an_event(AuditAction.WITHDRAW_OBJECT, replay.id))
    assert books.objects.list_open_lines(original.id) == [3, 5, 8]
    assert record_replay(books, original, 3, name="again.csv").replay_of == original.id


def test_a_corrected_file_fixes_the_rows_that_are_open(books: Books) -> None:
    original = record_original(books)
    record_replay(books, original, 3)
    books.objects.supersede(original.id, an_event(AuditAction.SUPERSEDE_OBJECT, original.id))
    assert books.objects.list_open_lines(original.id) == []


def test_an_erased_object_has_no_records(books: Books) -> None:
    original = record_original(books)
    books.objects.withdraw(Withdrawal(original.id, STARTED_AT, "ana", "x"), an_event(AuditAction.WITHDRAW_OBJECT, original.id))
    books.objects.mark_erased(original.id, STARTED_AT, an_event(AuditAction.ERASE_OBJECT, original.id))
    assert books.objects.list_open_lines(original.id) == []


def conflict(line: int) -> BadRow:
    return BadRow(line, "CONFLICT", f"line {line} has another quantity", {"quantity": "x"})


def test_rows_that_a_run_set_aside_have_records_until_the_next_run(books: Books) -> None:
    original = record_original(books)
    books.objects.replace_run_records({original.id: [conflict(9), BadRow(10, "UNKNOWN_SKU", "no entry", {"sku_id": "B"})]})
    assert books.objects.list_open_lines(original.id) == [3, 5, 8, 9, 10]
    books.objects.replace_run_records({original.id: [conflict(11)]})
    assert books.objects.list_open_lines(original.id) == [3, 5, 8, 11]
    books.objects.replace_run_records({})
    assert books.objects.list_open_lines(original.id) == [3, 5, 8]


def test_a_row_of_a_run_that_was_replayed_stays_closed_and_opens_again_with_the_withdrawal_of_the_replay(books: Books) -> None:
    original = record_original(books)
    books.objects.replace_run_records({original.id: [conflict(9)]})
    replay = record_replay(books, original, 9)
    books.objects.replace_run_records({original.id: [conflict(9)]})
    assert books.objects.list_open_lines(original.id) == [3, 5, 8]
    books.objects.withdraw(Withdrawal(replay.id, STARTED_AT, "ana", "wrong"), an_event(AuditAction.WITHDRAW_OBJECT, replay.id))
    assert books.objects.list_open_lines(original.id) == [3, 5, 8, 9]


def test_an_object_that_was_withdrawn_in_the_meantime_gets_no_records_of_a_run(books: Books) -> None:
    original = record_original(books)
    books.objects.withdraw(Withdrawal(original.id, STARTED_AT, "ana", "wrong"), an_event(AuditAction.WITHDRAW_OBJECT, original.id))
    books.objects.replace_run_records({original.id: [conflict(9)]})
    assert 9 not in books.objects.list_open_lines(original.id)


def test_open_rows_are_those_of_arrival_that_nobody_mended_of_files_that_nothing_replaced(books: Books) -> None:
    def row_check(bad_rows: int) -> RowCheck:
        return replace(a_row_check(), codes={"TYPE": bad_rows}, usable_rows=0)

    bad_rows = [BadRow(line, "TYPE", "x", {}) for line in LINES]
    original = an_accepted_object("many.csv", row_check=row_check(30_000))
    books.objects.record(original, QuarantineChange(bad_rows=bad_rows))
    books.objects.replace_run_records({original.id: [conflict(9)]})
    assert books.objects.count_open_rows() == 30_000
    record_replay(books, original, 3, 9)
    assert books.objects.count_open_rows() == 29_999
    rejection = {"status": ObjectStatus.REJECTED, "reason_code": ReasonCode.NO_USABLE_ROWS, "reason": "none", "staging_key": None}
    books.objects.record(an_accepted_object("bad.csv", **rejection, row_check=row_check(7)))
    assert books.objects.count_open_rows() == 30_006
    later = {"id": UUID(int=77), "version_id": "v2", "received_at": STARTED_AT + timedelta(hours=1)}
    books.objects.record(an_accepted_object("bad.csv", **later))
    assert books.objects.count_open_rows() == 29_999
