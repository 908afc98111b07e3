"""Read the logistics documents of a run, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from contracts.paths import logistics_report_key
from runtime.errors import NotFound, NothingPublished
from runtime.services.logistics.json_rows import JsonObject as Row
from runtime.services.object_ports import Lake
from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.read_ports import JsonRows

NAMED_VALUES = 10
PARAMETERS = {"level": "group_by"}
"""Parameters that have another name than the field."""
EARLIER_RUNS = 5
"""How many earlier runs are searched for a report while the published run has none yet."""


@dataclass(frozen=True)
class RowFilters:
    """Values that rows must have by the name of their field, and the run (None: the published one)."""

    values: Mapping[str, str]
    run_id: UUID | None = None

    def accept(self, row: Row) -> bool:
        """Return whether a row has all values."""
        return all(row.get(name) == value for name, value in self.values.items())


@dataclass(frozen=True)
class DocumentPage:
    """A page of the rows of a document, and the document without its rows."""

    page: Page
    head: Row
    warnings: Sequence[str]


@dataclass(frozen=True)
class LogisticsReading:
    """Read the documents of the published run, or of the newest run before it that has them; or of one run."""

    lake: Lake
    runs: RunRepository
    cursors: Cursors

    def read_scopes(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return efficiency by scope, the whole first. Raises BadCursor, RunNotFound, NothingPublished, NotFound without a report."""
        return self._read("efficiency", "scopes", filters, limit, cursor)

    def read_capacity(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return the capacity of the resources, by site and resource. Raises as `read_scopes`."""
        return self._read("capacity", "capacity", filters, limit, cursor)

    def read_plan(self, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return the consolidation plan by group, in order of lane and day. Raises as `read_scopes`."""
        return self._read("consolidation", "groups", filters, limit, cursor)

    def _read(self, name: str, list_name: str, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        document, warnings = self._find_document(name, filters.run_id)
        rows = [row for row in document[list_name] if filters.accept(row)]
        # The cursor is bound to the run, so that a run that is published meanwhile is not read from the middle.
        cursor_filters = {"l": name, "f": dict(filters.values), "r": document["run_id"]}
        page = self.cursors.read_page(cursor_filters, limit, cursor, _slice(rows, limit))
        head = {key: value for key, value in document.items() if key not in (list_name, "warnings")}
        return DocumentPage(page, head, [*warnings, *_warn_of_filters(filters, document[list_name]), *document["warnings"]])

    def _find_document(self, name: str, run_id: UUID | None) -> tuple[Row, list[str]]:
        if run_id is not None:
            self.runs.get(run_id)
            return self._load(name, run_id), []
        published = self.runs.find_published()
        if published is None:
            raise NothingPublished("No run has been published yet, so there is no logistics report.")
        try:
            return self._load(name, published.run_id), []
        except NotFound as error:
            # Runs of the same day among them: an upload in the afternoon has a run of its own.
            candidates = self.runs.list_published_before(published.as_of_date + timedelta(days=1))
            for earlier in [run for run in candidates if run.run_id != published.run_id][:EARLIER_RUNS]:
                try:
                    document = self._load(name, earlier.run_id)
                except NotFound:
                    continue
                return document, [f"The published run {published.run_id} is not measured yet; this is run {earlier.run_id}."]
            raise error from None

    def _load(self, name: str, run_id: UUID) -> Row:
        try:
            document: Row = self.lake.read_json(logistics_report_key(run_id, name))
        except NotFound:
            raise NotFound(f"Run {run_id} has no logistics report: it is not measured yet, failed before, or is too old.") from None
        return document


def _warn_of_filters(filters: RowFilters, rows: Sequence[Row]) -> Iterator[str]:
    """Yield a warning for each value that no row has: nobody should take an empty page for an operation without trucks or risks."""
    for name, value in filters.values.items():
        names = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        if value not in names:
            namesakes = [each for each in names if each.casefold() == value.casefold()]
            hint = f"did you mean {namesakes[0]}? Upper and lower case differ." if namesakes else f"it has {_list_names(names)}."
            yield f"{PARAMETERS.get(name, name)} = {value!r} is not in this report; {hint}"


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_VALUES} more" if len(names) > NAMED_VALUES else ""
    return (", ".join(names[:NAMED_VALUES]) or "no rows") + more


def _slice(rows: Sequence[Row], limit: int) -> Callable[[Sequence[str] | None], JsonRows]:
    def read(after: Sequence[str] | None) -> JsonRows:
        start = int(after[0]) if after else 0
        end = start + limit
        return JsonRows(json.dumps(rows[start:end]), (str(end),), has_more=end < len(rows))

    return read
