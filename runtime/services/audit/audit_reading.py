"""Read the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.services.paging import Cursors, Page
from runtime.services.read_ports import AuditReads


@dataclass(frozen=True)
class AuditReading:
    """Read what people changed by hand."""

    events: AuditReads
    cursors: Cursors

    def read_page(self, filters: Mapping[str, str], limit: int, cursor: str | None) -> Page:
        """Return one page of events, newest first; the filters are action, actor and subject. Raises BadCursor."""
        return self.cursors.read_page({"audit": dict(filters)}, limit, cursor, lambda after: self.events.rows(filters, after, limit))
