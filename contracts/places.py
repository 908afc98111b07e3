"""The place of a row in its file as one number, and in words.

In a plain file it is the line (for Parquet the number of the row). A row of one sheet of several, or of one cell of a file whose columns
are days, has a number of 14 to 16 digits: 1 and the number of the sheet (0 where there is only one), the line in 8 digits, and the column
in 5 (0 for the whole line). Numbers follow the order of the file, and every one is exact in a double, so that JSON keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_SHEETS = 898
"""Sheets that can be told apart."""

LINES = 10**8
COLUMNS = 10**5
SHEET = LINES * COLUMNS
"""What the numbers of two sheets are apart; every smaller number is a plain line."""

DIGITS = 16
_REFERENCE = re.compile(r"R(?P<line>\d{1,8})C(?P<column>\d{1,5})", re.IGNORECASE)


class Place(NamedTuple):
    """A line; the number of its sheet, where the rows are of several (from 1); and a column, where the row is of one cell (from 1)."""

    line: int
    sheet: int = 0
    column: int = 0

    @property
    def number(self) -> int:
        """The place as one number; a plain line is its own."""
        return encode_place(self.line, self.sheet, self.column) if self.sheet or self.column else self.line


def encode_place(line: int, sheet: int = 0, column: int = 0) -> int:
    """Return the number of 14 to 16 digits, also for a whole line (column 0) of a file whose other places are cells."""
    return (1 + sheet) * SHEET + line * COLUMNS + column


def place_of(number: int) -> Place:
    """Return the place that a number stands for.

    >>> place_of(17), place_of(Place(17, sheet=2).number), place_of(Place(17, column=5).number)
    (Place(line=17, sheet=0, column=0), Place(line=17, sheet=2, column=0), Place(line=17, sheet=0, column=5))
    """
    if number < SHEET:
        return Place(number)
    sheet, rest = divmod(number, SHEET)
    line, column = divmod(rest, COLUMNS)
    return Place(line, sheet - 1, column)


def describe_place(number: int, sheets: Sequence[str] = ()) -> str:
    """Return a place in words. sheets: the names of the sheets that were read, where they are known.

    >>> describe_place(17), describe_place(Place(17, sheet=2).number, ["Year 2009-2010", "Year 2010-2011"])
    ('line 17', "sheet 'Year 2010-2011', line 17")
    >>> describe_place(Place(17, column=5).number)
    'line 17, column 5'
    """
    place = place_of(number)
    name = repr(sheets[place.sheet - 1]) if 0 < place.sheet <= len(sheets) else str(place.sheet)
    parts = [f"sheet {name}"] if place.sheet else []
    return ", ".join([*parts, f"line {place.line}", *([f"column {place.column}"] if place.column else [])])


def render_place(number: int, sheets: Sequence[str] = ()) -> str:
    """Return a place as a file of bad rows writes it, which spreadsheets leave as it is: 17, Sheet name!17, R17C5.

    A whole line of a file whose other places are cells is R17C0.

    >>> render_place(Place(17, sheet=2, column=5).number, ["2009", "2010"])
    '2010!R17C5'
    """
    place = place_of(number)
    name = f"{sheets[place.sheet - 1] if place.sheet <= len(sheets) else place.sheet}!" if place.sheet else ""
    is_cell = place.column or number != place.number
    return f"{name}R{place.line}C{place.column}" if is_cell else f"{name}{place.line}"


def parse_place(text: str, sheets: Sequence[str] = ()) -> int | None:
    """Return the number of a place that render_place wrote, also one that a spreadsheet has made a decimal; None for any other text.

    >>> parse_place("2010!R17C5", ["2009", "2010"]) == Place(17, sheet=2, column=5).number, parse_place("17.0")
    (True, 17)
    """
    name, mark, text = text.strip().rpartition("!")
    if mark and name.removeprefix("'") not in sheets:
        return None
    sheet = list(sheets).index(name.removeprefix("'")) + 1 if mark else 0
    if match := _REFERENCE.fullmatch(text):
        return encode_place(int(match["line"]), sheet, int(match["column"]))
    digits = text.removesuffix(".0")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= DIGITS
    if not is_number or (sheet and len(digits) > 8):
        return None
    return Place(int(digits), sheet).number
