"""The records of a CSV text (RFC 4180), each with the line it starts on; a malformed one does not affect the others."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from runtime.services.ingestion.staging.lines import MAX_RECORD, Lines, RecordTooLong

EXCERPT = 500
_UNCLOSED_QUOTE = "opens a quote that is not closed properly"
_TOO_LONG = "is longer than 1 MiB"
_NUL = "contains a NUL byte"
_WORDS = {
    "unexpected end of data": _UNCLOSED_QUOTE,
    "new-line character": "contains a carriage return outside quotes",
    "',' expected after '\"'": 'has text after a closing quote (write a quote inside a quoted value as "")',
}

# The limit of the csv module is 128 KiB per field; here a record is limited.
csv.field_size_limit(2 * MAX_RECORD)


class Record(NamedTuple):
    """One record: its fields, or (fields None) why it could not be read and how it starts."""

    line: int
    fields: list[str] | None
    fault: str = ""
    excerpt: str = ""


def read_records(lines: Lines) -> Iterator[Record]:
    """Yield every record that is not a blank line; lines.record_lines is then its text.

    When a quote is not closed, the first line is unreadable and each of the following lines is read on its own: no other row is lost,
    and no line is read more than twice.
    """
    reader = csv.reader(lines, strict=True)
    while True:
        lines.begin_record()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except RecordTooLong as error:
            yield from _one_by_one(lines, _TOO_LONG if len(lines.record_lines) == 1 else _UNCLOSED_QUOTE, error.cut)
        except csv.Error as error:
            yield from _one_by_one(lines, _in_words(error) if len(lines.record_lines) == 1 else _UNCLOSED_QUOTE)
        else:
            if lines.has_nul:
                yield _unreadable(lines.first, _NUL, "".join(lines.record_lines))
            elif fields:
                yield Record(lines.first, fields)


def _one_by_one(lines: Lines, fault: str, last_is_cut: bool = False) -> Iterator[Record]:
    record_lines = lines.record_lines
    yield _unreadable(lines.first, fault, record_lines[0])
    for number, line in enumerate(record_lines[1:], lines.first + 1):
        lines.record_lines = [line]
        if last_is_cut and line is record_lines[-1]:
            yield _unreadable(number, _TOO_LONG, line)
        else:
            yield from _alone(number, line)


def _alone(number: int, line: str) -> Iterator[Record]:
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error as error:
        yield _unreadable(number, _in_words(error), line)
        return
    if "\0" in line:
        yield _unreadable(number, _NUL, line)
    elif fields:
        yield Record(number, fields)


def _in_words(error: csv.Error) -> str:
    return next((words for start, words in _WORDS.items() if str(error).startswith(start)), f"is not CSV ({error})")


def _unreadable(number: int, fault: str, text: str) -> Record:
    return Record(number, None, fault, excerpt_of(text))


def excerpt_of(text: str) -> str:
    """Return the start of a record as an excerpt: up to 500 characters, NUL replaced by a visible symbol."""
    return text[:EXCERPT].rstrip("\r\n").replace("\0", "␀")
