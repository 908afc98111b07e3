"""Records of uploaded objects in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from contracts.paths import file_identity
from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, Withdrawal
from runtime.services.ports import AuditLog, IngestedObjects
from tests.fakes.audit import InMemoryAuditLog


class InMemoryObjects(IngestedObjects):
    """Records by id, and withdrawals by the id of their object."""

    def __init__(self, *records: IngestedObject, audit_log: AuditLog | None = None) -> None:
        self.withdrawals: dict[UUID, Withdrawal] = {}
        self.audit_log = audit_log or InMemoryAuditLog()
        self.records: dict[UUID, IngestedObject] = {record.id: record for record in records}

    @override
    def find(self, object_id: UUID) -> IngestedObject | None:
        return self.records.get(object_id)

    @override
    def find_accepted(self, dataset: str, sha256: str) -> IngestedObject | None:
        return next((record for record in self.list_accepted() if (record.dataset, record.sha256) == (dataset, sha256)), None)

    @override
    def record(self, new_record: IngestedObject) -> IngestedObject:
        if new_record.id not in self.records:
            if new_record.status is ObjectStatus.ACCEPTED and self.find_accepted(new_record.dataset or "", new_record.sha256 or ""):
                raise ContentAlreadyAccepted(new_record.key)
            self.records[new_record.id] = new_record
        return self.records[new_record.id]

    @override
    def list_accepted(self) -> list[IngestedObject]:
        accepted_records = (record for record in self.records.values() if record.status is ObjectStatus.ACCEPTED)
        return sorted(accepted_records, key=lambda record: (record.received_at, record.id))

    @override
    def list_versions(self, key: str) -> list[IngestedObject]:
        return self._sort(record for record in self.records.values() if record.key == key)

    @override
    def list_duplicates(self, object_id: UUID) -> list[IngestedObject]:
        return self._sort(record for record in self.records.values() if record.duplicate_of == object_id)

    @override
    def list_unusable(self, since: datetime | None, until: datetime) -> list[IngestedObject]:
        uploads = [record for record in self.records.values() if record.received_at <= until]
        newest = {file_identity(record.key): record for record in self._sort(uploads)}
        unusable = [record for record in newest.values() if record.is_unusable]
        usable = [record for record in uploads if not record.is_unusable]
        return [
            record
            for record in sorted(unusable, key=lambda each: each.received_at, reverse=True)
            if since is None
            or record.received_at >= since
            or not any(_folder(other) == _folder(record) and other.received_at > record.received_at for other in usable)
        ]

    @override
    def list_files(self, identity: str) -> list[IngestedObject]:
        return [record for record in self.list_accepted() if file_identity(record.key) == identity]

    @override
    def supersede(self, object_id: UUID, event: AuditEvent) -> None:
        record = self.records[object_id]
        if record.status is ObjectStatus.ACCEPTED:
            self.records[object_id] = replace(record, status=ObjectStatus.SUPERSEDED, reason=event.reason)
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
            self.audit_log.record(event)

    @override
    def mark_erased(self, object_id: UUID, at: datetime, event: AuditEvent) -> None:
        if self.withdrawals[object_id].erased_at is None:
            self.withdrawals[object_id] = replace(self.withdrawals[object_id], erased_at=at)
            for record in list(self.records.values()):
                if record.id == object_id or record.duplicate_of == object_id or self._is_rejected_version(record, object_id):
                    self._forget_rows(record)
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

    def _is_rejected_version(self, record: IngestedObject, object_id: UUID) -> bool:
        return record.status is ObjectStatus.REJECTED and record.key == self.records[object_id].key

    def _forget_rows(self, record: IngestedObject) -> None:
        if record.row_check:
            self.records[record.id] = replace(record, row_check=replace(record.row_check, first_bad_row=None))

    def _sort(self, records: Iterable[IngestedObject]) -> list[IngestedObject]:
        return sorted(records, key=lambda record: (record.received_at, record.id))


def _folder(record: IngestedObject) -> str:
    return file_identity(record.key).rpartition("/")[0]
