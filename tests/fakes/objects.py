"""Records of uploaded objects in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from contracts.paths import file_identity, file_source, replayed_object
from contracts.quality_codes import SERIES_CODES
from runtime.errors import ContentAlreadyAccepted, RecordsClosed
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, Withdrawal
from runtime.models.domain.quarantine import NO_CHANGE, DiscardOutcome, Discards, QuarantineChange, RecordStatus
from runtime.models.domain.row_checks import BadRow
from runtime.services.object_ports import IngestedObjects, RecordDiscards
from runtime.services.ports import AuditLog
from runtime.services.read_ports import JsonRows, QuarantineReads
from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.reads import page_of


@dataclass(frozen=True)
class StoredRow:
    """A quarantined row and what became of it."""

    bad_row: BadRow
    status: RecordStatus = RecordStatus.OPEN
    replay_id: UUID | None = None


class InMemoryObjects(IngestedObjects, RecordDiscards, QuarantineReads):
    """Records by id, and withdrawals by the id of their object."""

    def __init__(self, *records: IngestedObject, audit_log: AuditLog | None = None) -> None:
        self.withdrawals: dict[UUID, Withdrawal] = {}
        self.audit_log = audit_log or InMemoryAuditLog()
        self.records: dict[UUID, IngestedObject] = {record.id: record for record in records}
        self.quarantine: dict[UUID, dict[int, StoredRow]] = {}
        self.discards: dict[UUID, tuple[dict[str, object], list[int]]] = {}

    @override
    def find(self, object_id: UUID) -> IngestedObject | None:
        return self.records.get(object_id)

    @override
    def find_accepted(self, dataset: str, sha256: str) -> IngestedObject | None:
        return next((record for record in self.list_accepted() if (record.dataset, record.sha256) == (dataset, sha256)), None)

    @override
    def record(self, new_record: IngestedObject, change: QuarantineChange = NO_CHANGE) -> IngestedObject:
        if new_record.id not in self.records:
            if new_record.status is ObjectStatus.ACCEPTED and self.find_accepted(new_record.dataset or "", new_record.sha256 or ""):
                raise ContentAlreadyAccepted(new_record.key)
            if new_record.replay_of is not None:
                self._close(new_record.replay_of, change.replayed_lines, RecordStatus.REPLAYED, new_record.id)
            elif change.bad_rows:
                self.quarantine[new_record.id] = {row.line: StoredRow(row) for row in change.bad_rows}
            self.records[new_record.id] = new_record
            if change.event:
                self.audit_log.record(change.event)
        return self.records[new_record.id]

    @override
    def list_open_lines(self, object_id: UUID) -> list[int]:
        rows = self.quarantine.get(object_id, {})
        return sorted(line for line, row in rows.items() if row.status is RecordStatus.OPEN)

    @override
    def list_discarded_lines(self) -> Mapping[UUID, Sequence[int]]:
        lines = {
            record.id: sorted(line for line, row in self.quarantine.get(record.id, {}).items() if row.status is RecordStatus.DISCARDED)
            for record in self.list_accepted()
        }
        return {object_id: discarded_lines for object_id, discarded_lines in lines.items() if discarded_lines}

    @override
    def list_replays(self, object_id: UUID) -> list[IngestedObject]:
        return self._sort(record for record in self.records.values() if record.replay_of == object_id)

    @override
    def list_accepted(self) -> list[IngestedObject]:
        accepted_records = (record for record in self.records.values() if record.status is ObjectStatus.ACCEPTED)
        return sorted(accepted_records, key=lambda record: (record.received_at, record.id))

    @override
    def list_versions(self, key: str) -> list[IngestedObject]:
        return self._sort(record for record in self.records.values() if record.key == key)

    @override
    def list_with_name(self, name: str) -> list[IngestedObject]:
        dataset, _, file_name = name.rpartition("/")
        records = (each for each in self.records.values() if dataset in ("", each.key.split("/")[1]))
        return self._sort(record for record in records if file_name and record.key.rpartition("/")[2] == file_name)

    @override
    def list_duplicates(self, object_id: UUID) -> list[IngestedObject]:
        return self._sort(record for record in self.records.values() if record.duplicate_of == object_id)

    @override
    def count_open_rows(self) -> int:
        newest = {file_identity(record.key): record.id for record in self._sort(self.records.values())}
        return sum(
            max(0, record.row_check.quarantined_rows - self._count_closed(record.id))
            for record in self.records.values()
            if record.row_check
            and record.replay_of is None
            and (
                record.status is ObjectStatus.ACCEPTED
                or (record.status is ObjectStatus.REJECTED and newest[file_identity(record.key)] == record.id)
            )
        )

    def _count_closed(self, object_id: UUID) -> int:
        rows = self.quarantine.get(object_id, {}).values()
        return sum(row.status is not RecordStatus.OPEN and row.bad_row.code not in SERIES_CODES for row in rows)

    @override
    def replace_run_records(self, records: Mapping[UUID, Sequence[BadRow]]) -> None:
        for rows in self.quarantine.values():
            for line in [line for line, row in rows.items() if row.status is RecordStatus.OPEN and row.bad_row.code in SERIES_CODES]:
                del rows[line]
        for object_id, bad_rows in records.items():
            if self.records[object_id].status is ObjectStatus.ACCEPTED:
                rows = self.quarantine.setdefault(object_id, {})
                rows |= {row.line: StoredRow(row) for row in bad_rows if row.line not in rows}

    @override
    def list_unusable(self, since: datetime | None, until: datetime) -> list[IngestedObject]:
        uploads = [each for each in self.records.values() if each.received_at <= until and replayed_object(each.key) is None]
        newest = {file_identity(record.key): record for record in self._sort(uploads)}
        unusable = [record for record in newest.values() if record.is_unusable and not self._is_settled(record)]
        usable = [record for record in uploads if record.status is ObjectStatus.ACCEPTED and record.rows]
        return [
            record
            for record in sorted(unusable, key=lambda each: each.received_at, reverse=True)
            if since is None
            or record.received_at >= since
            or not any(_source(other) == _source(record) and other.received_at > record.received_at for other in usable)
        ]

    def _is_settled(self, record: IngestedObject) -> bool:
        rows = self.quarantine.get(record.id, {})
        return len(rows) >= record.rows > 0 and all(row.status is not RecordStatus.OPEN for row in rows.values())

    @override
    def list_files(self, identity: str) -> list[IngestedObject]:
        return [record for record in self.list_accepted() if file_identity(record.key) == identity]

    @override
    def supersede(self, object_id: UUID, event: AuditEvent) -> None:
        record = self.records[object_id]
        if record.status is ObjectStatus.ACCEPTED:
            self.records[object_id] = replace(record, status=ObjectStatus.SUPERSEDED, reason=event.reason)
            self._close(object_id, self.list_open_lines(object_id), RecordStatus.FIXED)
            self.audit_log.record(event)

    @override
    def find_withdrawal(self, object_id: UUID) -> Withdrawal | None:
        return self.withdrawals.get(object_id)

    @override
    def withdraw(self, withdrawal: Withdrawal, event: AuditEvent) -> None:
        record = self.records[withdrawal.object_id]
        if record.status in {ObjectStatus.ACCEPTED, ObjectStatus.SUPERSEDED}:
            self.records[record.id] = replace(record, status=ObjectStatus.WITHDRAWN)
            self.withdrawals[record.id] = withdrawal
            if record.replay_of is not None:
                rows = self.quarantine[record.replay_of]
                rows |= {line: StoredRow(row.bad_row) for line, row in rows.items() if row.replay_id == record.id}
            self.audit_log.record(event)

    @override
    def mark_erased(self, object_id: UUID, at: datetime, event: AuditEvent) -> None:
        if self.withdrawals[object_id].erased_at is None:
            self.withdrawals[object_id] = replace(self.withdrawals[object_id], erased_at=at)
            for record in list(self.records.values()):
                if record.id == object_id or record.duplicate_of == object_id or self._is_rejected_version(record, object_id):
                    self._forget_rows(record)
                    self.quarantine.pop(record.id, None)
            self.audit_log.record(event)

    @override
    def restore(self, object_id: UUID, event: AuditEvent) -> None:
        record = self.records[object_id]
        if record.status is ObjectStatus.WITHDRAWN:
            if self.find_accepted(record.dataset or "", record.sha256 or ""):
                raise ContentAlreadyAccepted(record.key)
            status = ObjectStatus.ACCEPTED if record.reason is None else ObjectStatus.SUPERSEDED
            self.records[object_id] = replace(record, status=status)
            del self.withdrawals[object_id]
            self.audit_log.record(event)

    @override
    def discard(self, event: AuditEvent, object_id: UUID, lines: Sequence[int] | None) -> Discards:
        request: dict[str, object] = {"subject": str(object_id), "reason": event.reason, "lines": lines and list(lines)}
        if event.id in self.discards:
            earlier_request, discarded_lines = self.discards[event.id]
            is_same = earlier_request == request
            return Discards(*((DiscardOutcome.REPEATED, discarded_lines) if is_same else (DiscardOutcome.KEY_TAKEN, [])))
        open_lines = [line for line in self.list_open_lines(object_id) if lines is None or line in lines]
        if open_lines:
            self._close(object_id, open_lines, RecordStatus.DISCARDED)
            self.discards[event.id] = (request, open_lines)
            self.audit_log.record(replace(event, detail={**event.detail, "requested_lines": lines, "lines": open_lines}))
        return Discards(DiscardOutcome.DISCARDED, open_lines)

    @override
    def objects(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        rows = [
            ((f"{number:06}",), {"object_id": record.id, "key": record.key, "quarantined_rows": len(self.quarantine[record.id])})
            for number, record in enumerate(self._sort(self.records[object_id] for object_id in self.quarantine))
            if filters.get("dataset") in (None, record.dataset)
        ]
        return page_of(rows, after, limit)

    @override
    def records_of(self, object_id: UUID, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        rows = [
            ((f"{line:06}",), {"line": line, "code": row.bad_row.code, "status": row.status.value, "reason": row.bad_row.reason})
            for line, row in sorted(self.quarantine.get(object_id, {}).items())
            if filters.get("status") in (None, row.status) and filters.get("code") in (None, row.bad_row.code)
        ]
        return page_of(rows, after, limit)

    @override
    def find_open_rows(self, object_id: UUID, limit: int) -> list[BadRow]:
        return [self.quarantine[object_id][line].bad_row for line in self.list_open_lines(object_id)][:limit]

    def _close(self, object_id: UUID, lines: Sequence[int], status: RecordStatus, replay_id: UUID | None = None) -> None:
        if not set(lines) <= set(self.list_open_lines(object_id)):
            raise RecordsClosed(f"some of the lines {lines} are not open")
        for line in lines:
            row = self.quarantine[object_id][line]
            self.quarantine[object_id][line] = replace(row, status=status, replay_id=replay_id)

    def _is_rejected_version(self, record: IngestedObject, object_id: UUID) -> bool:
        return record.status is ObjectStatus.REJECTED and record.key == self.records[object_id].key

    def _forget_rows(self, record: IngestedObject) -> None:
        if record.row_check:
            self.records[record.id] = replace(record, row_check=replace(record.row_check, first_bad_row=None))

    def _sort(self, records: Iterable[IngestedObject]) -> list[IngestedObject]:
        return sorted(records, key=lambda record: (record.received_at, record.id))


def _source(record: IngestedObject) -> str:
    return file_source(file_identity(record.key))
