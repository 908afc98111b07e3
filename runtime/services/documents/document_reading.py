"""Read the documents of a run in the lake, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from runtime.errors import NotFound, NothingPublished
from runtime.services.documents.json_rows import JsonObject as Row
from runtime.services.object_ports import Lake
from runtime.services.paging import Cursors, Page
from runtime.services.ports import RunRepository
from runtime.services.read_ports import JsonRows

NAMED_VALUES = 10
PARAMETERS = {"level": "group_by", "site_ids": "site_id", "categories": "category"}
"""Parameters that have another name than the field."""
EARLIER_RUNS = 5
"""How many earlier runs are searched for a document while the published run has none yet."""


@dataclass(frozen=True)
class RowFilters:
    """Values that rows must have by the name of their field, and the run (None: the published one).

    A field that is a list accepts the row when it contains the value.
    """

    values: Mapping[str, str]
    run_id: UUID | None = None

    def accept(self, row: Row) -> bool:
        """Return whether a row has all values."""
        return all(_has(row.get(name), value) for name, value in self.values.items())


@dataclass(frozen=True)
class DocumentPage:
    """A page of the rows of a document, and the document without its rows."""

    page: Page
    head: Row
    warnings: Sequence[str]


@dataclass(frozen=True)
class DocumentReading:
    """Read the documents of the published run, or of the newest run before it that has them; or of one run.

    title: what the documents are called in messages. key_of: the key of a document by its run and name.
    """

    lake: Lake
    runs: RunRepository
    cursors: Cursors
    title: str
    key_of: Callable[[UUID, str], str]

    def read_page(self, name: str, list_name: str, filters: RowFilters, limit: int, cursor: str | None) -> DocumentPage:
        """Return a page of the rows in the list of a document.

        Raises BadCursor, RunNotFound, NothingPublished, NotFound without a document.
        """
        document, warnings = self.find(name, filters.run_id)
        rows = [row for row in document[list_name] if filters.accept(row)]
        # The cursor is bound to the run, so that a run that is published meanwhile is not read from the middle.
        cursor_filters = {"l": name, "f": dict(filters.values), "r": document["run_id"]}
        page = self.cursors.read_page(cursor_filters, limit, cursor, _slice(rows, limit))
        head = {key: value for key, value in document.items() if key not in (list_name, "warnings")}
        return DocumentPage(page, head, [*warnings, *self._warn_of_filters(filters, document[list_name]), *document["warnings"]])

    def find(self, name: str, run_id: UUID | None) -> tuple[Row, list[str]]:
        """Return a document, and a warning when it is that of an earlier run. Raises as `read_page`."""
        if run_id is not None:
            self.runs.get(run_id)
            return self.load(name, run_id), []
        published = self.runs.find_published()
        if published is None:
            raise NothingPublished(f"No run has been published yet, so there is no {self.title}.")
        try:
            return self.load(name, published.run_id), []
        except NotFound as error:
            # Runs of the same day among them: an upload in the afternoon has a run of its own.
            candidates = self.runs.list_published_before(published.as_of_date + timedelta(days=1))
            for earlier in [run for run in candidates if run.run_id != published.run_id][:EARLIER_RUNS]:
                try:
                    document = self.load(name, earlier.run_id)
                except NotFound:
                    continue
                return document, [f"The published run {published.run_id} is not measured yet; this is run {earlier.run_id}."]
            raise error from None

    def load(self, name: str, run_id: UUID) -> Row:
        """Return a document of a run. Raises NotFound."""
        try:
            document: Row = self.lake.read_json(self.key_of(run_id, name))
        except NotFound:
            raise NotFound(f"Run {run_id} has no {self.title}: it is not measured yet, failed before, or is too old.") from None
        return document

    def _warn_of_filters(self, filters: RowFilters, rows: Sequence[Row]) -> Iterator[str]:
        """Yield a warning for each value that no row has: nobody should take an empty page for an operation without trucks or risks."""
        for name, value in filters.values.items():
            names = sorted({text for row in rows for text in _texts(row.get(name))})
            if value not in names:
                namesakes = [each for each in names if each.casefold() == value.casefold()]
                hint = f"did you mean {namesakes[0]}? Upper and lower case differ." if namesakes else f"it has {_list_names(names)}."
                yield f"{PARAMETERS.get(name, name)} = {value!r} is not in this {self.title.rpartition(' ')[2]}; {hint}"


def _texts(field: object) -> list[str]:
    """Return the values of a field: none, one, or those of a list."""
    values = field if isinstance(field, list) else [field]
    return [str(value) for value in values if value is not None]


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_VALUES} more" if len(names) > NAMED_VALUES else ""
    return (", ".join(names[:NAMED_VALUES]) or "no rows") + more


def _has(field: object, value: str) -> bool:
    return value in field if isinstance(field, list) else field == value


def _slice(rows: Sequence[Row], limit: int) -> Callable[[Sequence[str] | None], JsonRows]:
    def read(after: Sequence[str] | None) -> JsonRows:
        start = int(after[0]) if after else 0
        end = start + limit
        return JsonRows(json.dumps(rows[start:end]), (str(end),), has_more=end < len(rows))

    return read
