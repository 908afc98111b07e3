"""Read the logistics documents of a run, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.services.documents.document_reading import DocumentPage, DocumentReading, RowFilters


@dataclass(frozen=True)
class LogisticsReading:
    """Read the documents of the published run, or of the newest run before it that has them; or of one run."""

    documents: DocumentReading

    def read_scopes(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return efficiency by scope, the whole first. Raises BadCursor, RunNotFound, NothingPublished, NotFound without a report."""
        return self.documents.read_page("efficiency", "scopes", filters, limit, cursor)

    def read_capacity(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return the capacity of the resources, by site and resource. Raises as `read_scopes`."""
        return self.documents.read_page("capacity", "capacity", filters, limit, cursor)

    def read_plan(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return the consolidation plan by group, in order of lane and day. Raises as `read_scopes`."""
        return self.documents.read_page("consolidation", "groups", filters, limit, cursor)
