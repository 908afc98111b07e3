"""Batches, the time limit and the audit event of the nightly deletion."""

from __future__ import annotations

from datetime import datetime, timedelta

from typing_extensions import override

from contracts.retention import RetentionKind
from runtime.models.domain.audit import AuditAction
from runtime.services.ports import StoredRows
from runtime.services.retention.data_retention import BATCH_ROWS, LONGEST, DataRetention
from tests.fakes import FixedClock, InMemoryAuditLog


class CountedRows(StoredRows):
    """So many old rows of each kind; each batch takes a minute."""

    def __init__(self, clock: FixedClock, **counts: int) -> None:
        self.counts = {RetentionKind(name): count for name, count in counts.items()}
        self.limits: dict[RetentionKind, datetime] = {}
        self._clock = clock

    @override
    def delete_before(self, kind: RetentionKind, before: datetime, limit: int) -> int:
        self.limits[kind] = before
        count = min(limit, self.counts.get(kind, 0))
        self.counts[kind] = self.counts.get(kind, 0) - count
        self._clock.advance(seconds=20 if count else 0)
        return count


def test_every_kind_is_deleted_up_to_its_own_age() -> None:
    clock, log = FixedClock(), InMemoryAuditLog()
    rows = CountedRows(clock, jobs=2 * BATCH_ROWS + 1, runs=3)
    start = clock.now()
    result = DataRetention(rows, log, clock, {RetentionKind.JOBS: 90, RetentionKind.RUNS: 800}).run()
    assert (result.rows, result.is_complete) == ({RetentionKind.JOBS: 2 * BATCH_ROWS + 1, RetentionKind.RUNS: 3}, True)
    assert rows.limits == {RetentionKind.JOBS: start - timedelta(days=90), RetentionKind.RUNS: start - timedelta(days=800)}


def test_what_does_not_fit_into_a_night_waits_for_the_next() -> None:
    clock, log = FixedClock(), InMemoryAuditLog()
    rows = CountedRows(clock, jobs=100 * BATCH_ROWS)
    start = clock.now()
    result = DataRetention(rows, log, clock, dict.fromkeys(RetentionKind, 90)).run()
    assert not result.is_complete
    assert 0 < result.rows[RetentionKind.JOBS] < 100 * BATCH_ROWS
    assert clock.now() - start <= LONGEST + timedelta(minutes=1)


def test_a_night_is_audited_when_it_deleted_rows() -> None:
    clock, log = FixedClock(), InMemoryAuditLog()
    retention = DataRetention(CountedRows(clock, jobs=1), log, clock, {RetentionKind.JOBS: 90, RetentionKind.RUNS: None})
    assert [retention.run().total, retention.run().total] == [1, 0]
    [event] = log.events
    assert (event.action, event.detail["rows"]) == (AuditAction.DELETE_OLD_ROWS, {"jobs": 1})
