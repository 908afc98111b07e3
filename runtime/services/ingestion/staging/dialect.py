"""The separator of a CSV file, from its layout, from a first line such as sep=; or from the header, which must then match the contract."""

import csv
import re
from dataclasses import dataclass

from contracts.datasets import Contract
from runtime.services.ingestion.staging.header import match_header
from runtime.services.ingestion.staging.layout import SEPARATORS, FileLayout
from runtime.services.ingestion.staging.lines import Lines
from runtime.services.ingestion.staging.rejection import ObjectRejected

_SEPARATOR_LINE = re.compile(r'"?sep=(?P<separator>[,;|\t])"?[,;|\t]*\r?\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """The separator, and what the sender should know about how it was found."""

    separator: str = ","
    warnings: tuple[str, ...] = ()


def find_dialect(lines: Lines, contract: Contract, layout: FileLayout) -> Dialect:
    """Return the separator of the file; afterwards the next line is the header, or the first row of a file without one."""
    line = _next_written_line(lines)
    if separator := stated_separator(line):
        next(lines)
        return Dialect(layout.separator or separator)
    if layout.separator or not layout.has_header:
        return Dialect(layout.separator or ",")
    matches = [separator for separator in SEPARATORS if _header_matches(line, separator, contract, layout)]
    if len(matches) != 1 or matches[0] == ",":
        return Dialect()
    return Dialect(matches[0], (f"the columns are separated by {SEPARATORS[matches[0]]}; the header matches the contract with them",))


def stated_separator(line: str) -> str | None:
    """Return the separator that a first line such as sep=; states, None when the line is anything else."""
    statement = _SEPARATOR_LINE.fullmatch(line)
    return statement["separator"] if statement else None


def _next_written_line(lines: Lines) -> str:
    while (line := lines.peek()) and not line.strip("\r\n"):
        next(lines)
    return line


def _header_matches(line: str, separator: str, contract: Contract, layout: FileLayout) -> bool:
    try:
        match_header(next(csv.reader([line], strict=True, delimiter=separator)), contract, layout)
    except (csv.Error, ObjectRejected):
        return False
    return True
