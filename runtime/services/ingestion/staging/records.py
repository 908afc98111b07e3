"""The records of a CSV text (RFC 4180), each with the line it starts on; a malformed one does not affect the others."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runtime.services.ingestion.staging.lines import MAX_RECORD, Block, Lines, RecordTooLong

EXCERPT = 500
_UNCLOSED_QUOTE = "opens a quote that is not closed properly"
_TOO_LONG = "is longer than 1 MiB"
_NUL = "contains a NUL byte"

# The limit of the csv module is 128 KiB per field; here a record is limited.
csv.field_size_limit(2 * MAX_RECORD)


class Record(NamedTuple):
    """One record: its fields, or (fields None) why it could not be read and how it starts."""

    line: int
    fields: list[str] | None
    fault: str = ""
    excerpt: str = ""


class Batch(NamedTuple):
    """The records of lines that are one record each, blank lines among them as empty lists."""

    block: Block
    rows: list[list[str]]

    def records(self) -> Iterator[Record]:
        """Yield the records without the blank lines."""
        return (Record(number, fields) for number, fields in enumerate(self.rows, self.block.first) if fields)


class Records:
    """The records of a text that are not blank lines, in their order.

    When a quote is not closed, the first line is unreadable and each of the following lines is read on its own: no other row is lost,
    and no line is read more than three times.
    """

    def __init__(self, lines: Lines, separator: str = ",") -> None:
        self._lines = lines
        self._separator = separator
        self._reader = csv.reader(self._lines, strict=True, delimiter=separator)

    def __iter__(self) -> Iterator[Record]:
        for part in self.read():
            if isinstance(part, Batch):
                yield from part.records()
            else:
                yield part

    def read(self) -> Iterator[Batch | Record]:
        """Yield whole blocks as long as each of their lines is a record, at the speed of the csv module, and the others one by one."""
        while True:
            if block := self._lines.read_block():
                if (rows := self._split(block)) is not None:
                    yield Batch(block, rows)
                    continue
                self._lines.put_back(block)
            records = self.read_next()
            if records is None:
                return
            yield from records

    def read_next(self) -> Iterable[Record] | None:
        """Read one record; several when it turns out that its first line is none, none for a blank line, and None at the end."""
        self._lines.begin_record()
        try:
            fields = next(self._reader)
        except StopIteration:
            return None
        except RecordTooLong as error:
            return self._one_by_one(_TOO_LONG if len(self._lines.record_lines) == 1 else _UNCLOSED_QUOTE, error.cut)
        except csv.Error as error:
            return self._one_by_one(_in_words(error) if len(self._lines.record_lines) == 1 else _UNCLOSED_QUOTE)
        if self._lines.has_nul:
            return (_unreadable(self._lines.first, _NUL, "".join(self._lines.record_lines)),)
        return (Record(self._lines.first, fields),) if fields else ()

    def text_of_current(self) -> str:
        """Return the text of the record that was read last on its own."""
        return "".join(self._lines.record_lines)

    def _split(self, block: Block) -> list[list[str]] | None:
        try:
            rows = list(csv.reader(io.StringIO(block.text, newline="\n"), strict=True, delimiter=self._separator))
        except csv.Error:
            return None
        return rows if len(rows) == block.line_count else None

    def _one_by_one(self, fault: str, last_is_cut: bool = False) -> Iterator[Record]:
        record_lines = self._lines.record_lines
        yield _unreadable(self._lines.first, fault, record_lines[0])
        for number, line in enumerate(record_lines[1:], self._lines.first + 1):
            self._lines.record_lines = [line]
            if last_is_cut and line is record_lines[-1]:
                yield _unreadable(number, _TOO_LONG, line)
            else:
                yield from self._alone(number, line)

    def _alone(self, number: int, line: str) -> Iterator[Record]:
        try:
            fields = next(csv.reader([line], strict=True, delimiter=self._separator))
        except csv.Error as error:
            yield _unreadable(number, _in_words(error), line)
            return
        if "\0" in line:
            yield _unreadable(number, _NUL, line)
        elif fields:
            yield Record(number, fields)


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if message.startswith("unexpected end of data"):
        return _UNCLOSED_QUOTE
    if message.startswith("new-line character"):
        return "contains a carriage return outside quotes"
    if "expected after" in message:
        return 'has text after a closing quote (write a quote inside a quoted value as "")'
    return f"is not CSV ({message})"


def _unreadable(number: int, fault: str, text: str) -> Record:
    return Record(number, None, fault, excerpt_of(text))


def excerpt_of(text: str) -> str:
    """Return the start of a record as an excerpt: up to 500 characters, NUL replaced by a visible symbol."""
    return text[:EXCERPT].rstrip("\r\n").replace("\0", "␀")
