"""Records of uploaded objects in memory."""

from __future__ import annotations

from uuid import UUID

from typing_extensions import override

from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.services.ports import IngestedObjects


class InMemoryObjects(IngestedObjects):
    """Records by id."""

    def __init__(self, *records: IngestedObject) -> None:
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
