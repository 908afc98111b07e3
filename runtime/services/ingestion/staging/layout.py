"""The layout of a file: everything that its own content does not state, or states differently from the contract."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.datasets import CodeList, Column, ColumnType, Contract, load_codes

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""The characters that may separate columns, and their names."""

IGNORED = ""
"""The rename of a column that is not read, although its name is one of the contract."""

DECIMAL_MARKS = (".", ",")

BLANK_CELLS = ("unknown", "zero")
"""What a blank cell can mean, where the cells of a line are quantities of several days or series."""

_DATE_DIRECTIVES = "dmYybBjHMSfGV"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_ISO_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_ENCODING = re.compile(
    r"utf-8|utf-16|windows-?\d+|cp\d+|iso-?8859-?\d+|latin-?\d+|mac-roman|shift-jis|gb18030|gbk|big5|euc-(kr|jp)|koi8-[ru]"
)


class LayoutError(ValueError):
    """A field of a layout has a value that cannot be used; the message names the field, the value and the fix."""


@dataclass(frozen=True)
class FileLayout:
    """How one file, or every file of one source, is written.

    The default states nothing: commas or the separator that the header shows, UTF-8 (UTF-16 with its byte order mark), the names of the
    contract, decimal points, and dates as YYYY-MM-DD.
    """

    separator: str | None = None
    """The character between two columns of a CSV file; None: found in the header."""
    encoding: str | None = None
    """Such as "windows-1252"; None: UTF-8, or UTF-16 when its byte order mark is there."""
    column_names: tuple[str, ...] = ()
    """Names of the columns of a CSV file without a header, in their order (a blank name: ignored); empty: the first line is the header."""
    decimal_mark: str = "."
    """"," makes 1.250,5 and 1 250,5 and 1250,5 the number 1250.5."""
    date_format: str | None = None
    """strptime format of dates other than YYYY-MM-DD, such as "%d/%m/%Y"; a time after it is read too."""
    adds_rows: bool = False
    """Several rows of one key are parts of one total, such as the sales of a day: each is told apart by its line."""
    inverts_sign: bool = False
    """What leaves a site is written as a negative number, as in goods movements: the sign of required quantities is inverted."""
    sheets: tuple[str, ...] = ()
    """The sheets of a workbook that are read; empty: all visible ones with the same columns."""
    sheet_column: str | None = None
    """Column of the contract that the name of the sheet is, such as the site in a workbook with a sheet for each."""
    date_columns: tuple[str, ...] = ()
    """Names of the columns whose texts, joined by blanks, are the date in `date_format`, such as year, month and day."""
    header_column: str | None = None
    """Column of the contract whose values are names of columns in the header, such as the days; their cells are the quantities."""
    blank_cells: str | None = None
    """What a blank cell means where `header_column` is stated, one of BLANK_CELLS; None: unknown."""
    time_zone: str | None = None
    """IANA time zone of times without an offset, such as "Europe/Amsterdam"; None: that of the site of the row, by site_master."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit in the file -> unit code of the contract, such as "ST" -> "EA" for the pieces of SAP; in any case."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Name in the file -> column of the contract, or IGNORED."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Column of the contract that the file does not have -> its value in every row."""

    def __post_init__(self) -> None:
        """Refuse values that no file can have. Raises LayoutError."""
        if self.separator is not None and self.separator not in SEPARATORS:
            options = ", ".join(f"{mark!r} ({name})" for mark, name in SEPARATORS.items())
            raise LayoutError(f"separator {self.separator!r} cannot separate columns: use one of {options}")
        if self.decimal_mark not in DECIMAL_MARKS:
            raise LayoutError(f"decimal_mark {self.decimal_mark!r} is not used in numbers: use '.' or ','")
        if self.encoding is not None and not is_encoding(self.encoding):
            raise LayoutError(
                f"encoding {self.encoding!r} is not the name of a text encoding: write for example 'windows-1252' or 'utf-16'"
            )
        if self.blank_cells is not None and self.blank_cells not in BLANK_CELLS:
            raise LayoutError(f"blank_cells {self.blank_cells!r} is no meaning of a blank cell: use {' or '.join(map(repr, BLANK_CELLS))}")
        if self.date_format is not None:
            _check_date_format(self.date_format)
        if self.date_columns and self.date_format is None:
            raise LayoutError(f"date_columns {list(self.date_columns)} need the date_format of their texts, such as '%Y %m %d'")
        if self.time_zone is not None and self.time_zone not in load_codes(CodeList.TIME_ZONES):
            raise LayoutError(f"time_zone {self.time_zone!r} is no time zone of the IANA database: write for example 'Europe/Amsterdam'")
        for name, unit in self.units.items():
            if unit not in load_codes(CodeList.UNITS):
                codes = ", ".join(load_codes(CodeList.UNITS))
                raise LayoutError(f"units: {name!r} = {unit!r} is no unit code: write one of {codes}")

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return not self.column_names

    @property
    def rewrites_values(self) -> bool:
        """Whether staging must rewrite values to the form of the contract."""
        is_other = self.decimal_mark != "." or self.date_format is not None or self.time_zone is not None
        return bool(self.constants or self.units) or is_other or self.adds_rows or self.inverts_sign

    @property
    def reshapes_rows(self) -> bool:
        """Whether rows have other columns than the lines of the file: mended ones are then written with those of the contract."""
        return bool(self.header_column or self.date_columns or self.sheet_column)

    def check_columns(self, contract: Contract) -> None:
        """Refuse renames to, and constants for, columns that the contract does not have. Raises LayoutError."""
        names = [column.name for column in contract.columns]
        others = [name for name in (self.sheet_column, self.header_column) if name]
        for part, targets in (("renames", self.renames.values()), ("constants", self.constants), ("sheet_column, header_column", others)):
            for name in targets:
                if name not in names and not (part == "renames" and name == IGNORED):
                    raise LayoutError(f"{part}: {contract.dataset} has no column {name!r}; its columns are {', '.join(names)}")


def write_in_layout(column: Column, value: str, layout: FileLayout) -> str:
    """Return a value of the contract as a file of the layout has it, so that staging reads it as the same value.

    >>> from contracts import datasets
    >>> german, history = FileLayout(decimal_mark=",", date_format="%d.%m.%Y"), datasets.load("demand_history")
    >>> write_in_layout(history.column("quantity"), "1250.5", german), write_in_layout(history.column("demand_date"), "2026-11-01", german)
    ('1250,5', '01.11.2026')
    """
    if column.is_number:
        if layout.inverts_sign and column.is_required_quantity and _NUMBER.fullmatch(value) and value.strip("+-0."):
            value = value[1:] if value.startswith("-") else f"-{value.removeprefix('+')}"
        return value.replace(".", layout.decimal_mark) if _NUMBER.fullmatch(value) else value
    if column.type in (ColumnType.DATE, ColumnType.TIMESTAMP) and layout.date_format and "%H" not in layout.date_format:
        match = _ISO_DAY.match(value)
        return f"{date.fromisoformat(match[0]).strftime(layout.date_format)}{value[match.end() :]}" if match else value
    if column.code_list is CodeList.UNITS and layout.units.get(value, value) != value:
        return next((name for name, unit in layout.units.items() if unit == value), value)
    return value


def is_encoding(name: str) -> bool:
    """Return whether name is an encoding in which text files are written."""
    try:
        return bool(_ENCODING.fullmatch(name.casefold().replace("_", "-"))) and codecs.lookup(name).name != ""
    except LookupError:
        return False


def _check_date_format(date_format: str) -> None:
    directives = re.findall(r"%(.)", date_format)
    others = [directive for directive in directives if directive not in _DATE_DIRECTIVES]
    has_month_or_day = "j" in directives or bool({"m", "b", "B"} & set(directives))
    is_day_or_month = ("Y" in directives or "y" in directives) and has_month_or_day and not {"G", "V"} & set(directives)
    is_week = {"G", "V"} == set(directives)
    if others or not (is_day_or_month or is_week) or len(set(directives)) != len(directives):
        raise LayoutError(
            f"date_format {date_format!r} does not name a day, a month and a year once each: write for example '%d/%m/%Y', "
            f"'%m/%d/%Y', '%d.%m.%Y', '%Y%m%d' or '%d-%b-%Y'; '%b %Y' for months and '%G-W%V' for ISO weeks, which count on their first day"
        )
