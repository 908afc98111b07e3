"""Records of landed objects in memory."""

from __future__ import annotations

from uuid import UUID

from typing_extensions import override

from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.services.ports import IngestedObjects


class InMemoryObjects(IngestedObjects):
    """IngestedObjects: records by id."""

    def __init__(self, *records: IngestedObject) -> None:
        self.records: dict[UUID, IngestedObject] = {record.id: record for record in records}

    @override
    def find(self, object_id: UUID) -> IngestedObject | None:
        return self.records.get(object_id)

    @override
    def accepted_with_content(self, dataset: str, sha256: str) -> IngestedObject | None:
        return next((found for found in self.accepted() if (found.dataset, found.sha256) == (dataset, sha256)), None)

    @override
    def record(self, landed: IngestedObject) -> IngestedObject:
        known = self.records.get(landed.id)
        if known is not None:
            return known
        if landed.status is ObjectStatus.ACCEPTED and self.accepted_with_content(landed.dataset or "", landed.sha256 or ""):
            raise ContentAlreadyAccepted(landed.key)
        self.records[landed.id] = landed
        return landed

    @override
    def accepted(self) -> list[IngestedObject]:
        found = (record for record in self.records.values() if record.status is ObjectStatus.ACCEPTED)
        return sorted(found, key=lambda record: (record.received_at, record.id))
