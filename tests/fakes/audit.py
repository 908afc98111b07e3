"""The audit log in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from typing_extensions import override

from runtime.models.domain.audit import AuditEvent
from runtime.services.ports import AuditLog
from runtime.services.read_ports import AuditReads, JsonRows
from tests.fakes.reads import page_of


class InMemoryAuditLog(AuditLog, AuditReads):
    """Events in the order recorded; reads return the newest first."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    @override
    def record(self, event: AuditEvent) -> None:
        if event.id not in {other.id for other in self.events}:
            self.events.append(event)

    @override
    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        newest_first = sorted(self.events, key=lambda event: (event.at, event.id), reverse=True)
        matches = [event for event in newest_first if filters.items() <= asdict(event).items()]
        return page_of([((f"{position:06}",), asdict(event)) for position, event in enumerate(matches)], after, limit)

    @override
    def find(self, event_id: UUID) -> AuditEvent | None:
        return next((event for event in self.events if event.id == event_id), None)
