"""The sheets of an Excel workbook: their names, and their rows as a stream."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from typing_extensions import override

from runtime.services.ingestion.staging.lines import MAX_RECORD
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.typed_numbers import NumberText
from runtime.services.ingestion.staging.xlsx_parts import Attributes, PartHandler, Workbook, part_path
from runtime.services.ingestion.staging.xlsx_values import is_date_format, moment_text, number_text, unescape

MAX_SHARED_TEXTS = 100_000_000
"""Bytes of the part with the texts that cells share; it is held in memory."""

_WORKBOOK = "xl/workbook.xml"
_MAX_COLUMNS = 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")
_TRUE = ("1", "true")


@dataclass(frozen=True)
class Sheet:
    """A sheet by its name, and the part with its cells."""

    name: str
    part: str
    is_hidden: bool


@dataclass
class SheetRow:
    """One row of a sheet, counted from 1, with the text of its cells by column (counted from 0), or the fault of the row."""

    number: int
    is_hidden: bool
    cells: dict[int, str] = field(default_factory=dict)
    size: int = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the texts of the row exceed what a record may have."""
        return self.size > MAX_RECORD


@dataclass
class SheetNotes:
    """What the sender should know about the cells of a sheet."""

    hidden_rows: int = 0
    merged_ranges: int = 0
    formulas_without_value: int = 0


class Sheets:
    """The sheets of a workbook; the texts that cells share and the formats of cells are read once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        if not workbook.has(_WORKBOOK):
            reason = "the zip archive is no Excel workbook of the kind .xlsx (it has no xl/workbook.xml); save it as .xlsx or as CSV UTF-8"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason)
        contents, relations = _WorkbookHandler(), _RelationsHandler()
        self._read(_WORKBOOK, contents)
        self._read("xl/_rels/workbook.xml.rels", relations)
        self.counts_from_1904 = contents.counts_from_1904
        parts = {key: part_path(_WORKBOOK, target) for key, target in relations.targets.items()}
        self.all = [Sheet(name, parts[key], is_hidden) for name, key, is_hidden in contents.sheets if workbook.has(parts.get(key, ""))]
        styles, texts = _StylesHandler(), _TextsHandler()
        self._read("xl/styles.xml", styles)
        self._read("xl/sharedStrings.xml", texts, MAX_SHARED_TEXTS)
        self.date_styles = styles.date_styles()
        self.texts = texts.texts

    def rows(self, sheet: Sheet, notes: SheetNotes) -> Iterator[SheetRow]:
        """Yield the rows of a sheet that have cells, their stored numbers as NumberText; notes are complete afterwards."""
        handler = _SheetHandler(self, notes)
        for _ in self._workbook.parse(sheet.part, handler):
            while handler.rows:
                yield handler.rows.popleft()

    def _read(self, part: str, handler: PartHandler, max_bytes: int | None = None) -> None:
        if self._workbook.has(part):
            for _ in self._workbook.parse(part, handler, max_bytes):
                pass


class _WorkbookHandler(PartHandler):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.counts_from_1904 = False

    @override
    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            key = next((value for attribute, value in attributes.items() if attribute.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), key, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "") in _TRUE


class _RelationsHandler(PartHandler):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    @override
    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _StylesHandler(PartHandler):
    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._is_in_cell_formats = False

    def date_styles(self) -> frozenset[int]:
        """Return the styles whose cells show dates or times."""
        return frozenset(style for style, number in enumerate(self._formats) if is_date_format(number, self._codes.get(number)))

    @override
    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_in_cell_formats = True
        elif name == "xf" and self._is_in_cell_formats:
            self._formats.append(_whole(attributes.get("numFmtId")))

    @override
    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_in_cell_formats = False


class _TextsHandler(PartHandler):
    """The texts that cells share, without the reading aids of Japanese texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_in_text = False
        self._is_in_aid = False

    @override
    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._parts = []
        self._is_in_aid = self._is_in_aid or name == "rPh"
        self._is_in_text = name == "t" and not self._is_in_aid

    @override
    def text(self, text: str) -> None:
        if self._is_in_text:
            self._parts.append(text)

    @override
    def end(self, name: str) -> None:
        self._is_in_text = False
        if name == "rPh":
            self._is_in_aid = False
        elif name == "si":
            self.texts.append(unescape("".join(self._parts)))


class _SheetHandler(PartHandler):
    def __init__(self, sheets: Sheets, notes: SheetNotes) -> None:
        self.rows: deque[SheetRow] = deque()
        self._sheets = sheets
        self._notes = notes
        self._row = SheetRow(0, is_hidden=False)
        self._cell: Attributes = {}
        self._column = -1
        self._parts: list[str] = []
        self._element = ""
        self._has_formula = False
        self._is_in_aid = False

    @override
    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            number = _whole(attributes.get("r"))
            # A number that goes back is none: every row is counted once, in the order in which they are stored.
            self._row = SheetRow(max(number, self._row.number + 1), attributes.get("hidden", "") in _TRUE)
            self._column = -1
        elif name == "c":
            self._cell, self._parts, self._has_formula = attributes, [], False
            self._column = _column_of(attributes.get("r", ""), self._column + 1)
        elif name == "mergeCell":
            self._notes.merged_ranges += 1
        elif name == "rPh":
            self._is_in_aid = True
        self._has_formula = self._has_formula or name == "f"
        self._element = name

    @override
    def text(self, text: str) -> None:
        if self._element in ("v", "t") and not self._is_in_aid and not self._row.is_too_long:
            self._row.size += len(text)
            self._parts.append(text)

    @override
    def end(self, name: str) -> None:
        self._element = ""
        if name == "c":
            self._end_cell()
        elif name == "rPh":
            self._is_in_aid = False
        elif name == "row" and self._row.cells:
            self._notes.hidden_rows += self._row.is_hidden
            self.rows.append(self._row)

    def _end_cell(self) -> None:
        if not self._parts:
            self._notes.formulas_without_value += self._has_formula
            return
        value = self._value("".join(self._parts))
        if value.strip():
            self._row.size += len(value)
            self._row.cells[self._column] = value

    def _value(self, text: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            index, texts = _whole(text), self._sheets.texts
            return texts[index] if 0 <= index < len(texts) else f"#TEXT {text[:20]}"
        if kind == "b":
            return "true" if text in _TRUE else "false"
        if kind == "n" and _whole(self._cell.get("s")) in self._sheets.date_styles:
            return moment_text(text, self._sheets.counts_from_1904)
        if kind == "n":
            return NumberText(number_text(text))
        return unescape(text)


def _column_of(reference: str, following: int) -> int:
    match = _REFERENCE.fullmatch(reference)
    column = following
    if match:
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        column -= 1
    if column >= _MAX_COLUMNS:
        raise ObjectRejected(ReasonCode.UNREADABLE, f"the sheet has more than {_MAX_COLUMNS:,} columns; save the table alone")
    return column


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
