"""CSV text as staged rows: the contract's columns as in the file, the line number, and the fault of a line that cannot be read."""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from contracts.datasets import Contract
from runtime.services.ingestion.staging.header import Header, match_header
from runtime.services.ingestion.staging.lines import Lines
from runtime.services.ingestion.staging.records import Record, excerpt_of, read_records
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

StagedRow = Sequence[str]
"""The present contract columns in the contract's order, then line, fault and excerpt ("" when the row is fine)."""


class CsvRows(Iterator[StagedRow]):
    """The rows below the header, read lazily; the header is read at once."""

    def __init__(self, lines: Lines, contract: Contract) -> None:
        self._lines = lines
        self._records = read_records(lines)
        self.header: Header = match_header(_header_fields(self._records), contract)
        self._pick = _picker(list(self.header.positions.values()))
        self._blank = [""] * len(self.header.positions)

    def __next__(self) -> StagedRow:
        line, fields, fault, excerpt = next(self._records)
        if fields is not None and len(fields) == self.header.width:
            return [*self._pick(fields), str(line), "", ""]
        if fields is not None:
            fault = f"has {len(fields)} field{'s' * (len(fields) != 1)}, the header has {self.header.width}"
            excerpt = excerpt_of("".join(self._lines.record_lines))
        return [*self._blank, str(line), fault, excerpt]


def _header_fields(records: Iterator[Record]) -> list[str]:
    first = next(records, None)
    if first is None:
        raise ObjectRejected(ReasonCode.EMPTY, "the file has only blank lines; upload a file with a header and rows")
    if first.fields is None:
        reason = f"the header (line {first.line}) {first.fault}; is this a text file? It starts with {first.excerpt[:60]!r}"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason)
    return first.fields


def _picker(positions: list[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(positions) == 1:
        return lambda fields: [fields[positions[0]]]
    return itemgetter(*positions)
