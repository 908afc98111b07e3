"""CSV text as staged rows: the contract's columns as in the file, the line number, and the fault of a line that cannot be read."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, count, repeat
from operator import itemgetter

from contracts.datasets import Contract
from runtime.services.ingestion.staging.amazon_forecast import SAMPLE_LINES, Recognition, recognise_target_series
from runtime.services.ingestion.staging.dialect import find_dialect
from runtime.services.ingestion.staging.header import Header, match_header
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Lines
from runtime.services.ingestion.staging.records import Batch, Record, Records, excerpt_of
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.row_shape import StagedRow, make_shape


class CsvRows(Iterable[StagedRow]):
    """The rows below the header, read lazily and once; the header is read at once.

    `records`: the same rows as they are in the file, for callers that need every field; they too can be read once.
    """

    def __init__(self, lines: Lines, contract: Contract, layout: FileLayout) -> None:
        recognition = _recognise(lines, contract, layout)
        self.layout = layout = recognition.layout
        self._assumptions = recognition.warnings
        self._dialect = find_dialect(lines, contract, layout)
        self.records = Records(lines, self._dialect.separator)
        names = _header_fields(self.records) if layout.has_header else layout.column_names
        self.header: Header = match_header(names, contract, layout)
        self._shape = make_shape(self.header, contract, layout, lines.limits.max_lines)
        self._positions = list(self.header.positions.values())
        self._blank_rows = 0

    @property
    def columns(self) -> Sequence[str]:
        """The contract columns with which every row begins."""
        return self._shape.columns

    @property
    def sheets(self) -> tuple[str, ...]:
        """None: a text has no sheets."""
        return ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the file, once all rows are read."""
        rows = "row" if self._blank_rows == 1 else "rows"
        blank = (f"{self._blank_rows:,} {rows} without any value skipped",) if self._blank_rows else ()
        return (*self._assumptions, *self._dialect.warnings, *self.header.warnings, *self._shape.warnings, *blank)

    def __iter__(self) -> Iterator[StagedRow]:
        return chain.from_iterable(map(self._stage, self.records.read()))

    def _stage(self, part: Batch | Record) -> Iterable[StagedRow]:
        if isinstance(part, Record):
            return self._stage_record(part, self.records.text_of_current)
        rows = part.rows
        if self._shape.is_plain and set(map(len, rows)) == {self.header.width} and all(map(any, rows)):
            columns = (map(itemgetter(position), rows) for position in self._positions)
            return zip(*columns, map(str, count(part.block.first)), repeat(""), repeat(""), strict=False)
        lines = part.block.text.split("\n")
        first = part.block.first
        return chain.from_iterable(self._stage_record(one, partial(lines.__getitem__, one.line - first)) for one in part.records())

    def _stage_record(self, record: Record, read_text: Callable[[], str]) -> Iterable[StagedRow]:
        line, fields, fault, excerpt = record
        if fields is None:
            return (self._shape.unreadable_row(line, fault, excerpt),)
        if not any(fields):
            self._blank_rows += 1
            return ()
        if len(fields) == self.header.width or self._fits(fields):
            return self._shape.rows(fields, line)
        fault = f"has {len(fields)} field{'s' * (len(fields) != 1)}, the header has {self.header.width}"
        return (self._shape.unreadable_row(line, fault, excerpt_of(read_text())),)

    def _fits(self, fields: Sequence[str]) -> bool:
        """Whether the fields differ from the header only by separators at the end of the line."""
        return len(fields) >= self.header.named_width and not "".join(fields[self.header.width :]).strip()


def _recognise(lines: Lines, contract: Contract, layout: FileLayout) -> Recognition:
    """Return the layout, or that of a known kind of file when none is stated."""
    if layout != FileLayout():
        return Recognition(layout)
    try:
        return recognise_target_series(lines.peek_lines(SAMPLE_LINES), contract) or Recognition(layout)
    except csv.Error:
        return Recognition(layout)


def _header_fields(records: Records) -> list[str]:
    first_records = records.read_next()
    while first_records == ():
        first_records = records.read_next()
    first = next(iter(first_records or ()), None)
    if first is None:
        raise ObjectRejected(ReasonCode.EMPTY, "the file has only blank lines; upload a file with a header and rows")
    if first.fields is None:
        reason = f"the header (line {first.line}) {first.fault}; is this a text file? It starts with {first.excerpt[:60]!r}"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason)
    return first.fields
