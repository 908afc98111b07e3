"""The shape of the rows of a file: from the fields of one record to the staged rows, of which there may be one for each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from contracts.datasets import Contract
from contracts.places import COLUMNS, Place, encode_place
from runtime.services.ingestion.staging.header import Header, quantity_column
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

StagedRow = Sequence[str]
"""The present contract columns in the contract's order, then line, fault and excerpt ("" when the row is fine)."""

ZERO = "zero"
MAX_CELLS = 20_000_000
"""Cells that a function can stage in the 15 minutes of Lambda, at 24,000 a second on a busy machine."""


@dataclass
class CellCounts:
    """What became of the cells of a file whose header names days or series."""

    rows: int = 0
    unknown_cells: int = 0
    before_first: int = 0
    """Blank cells before the first number of their line, or in a line without one: they say nothing, and make no row."""
    zero: int = 0
    """Blank cells that the layout takes for zero."""


@dataclass(frozen=True)
class RowShape:
    """How the fields of a record become rows with `columns`.

    sheet, sheet_name: the number of the sheet where several are read, and its name. max_rows limits the rows of all records.
    """

    header: Header
    contract: Contract
    layout: FileLayout
    columns: tuple[str, ...]
    max_rows: int
    sheet: int = 0
    sheet_name: str = ""
    counts: CellCounts = field(default_factory=CellCounts)

    @property
    def has_cells(self) -> bool:
        """Whether each cell of a record is a row."""
        return bool(self.header.cell_names)

    @property
    def is_plain(self) -> bool:
        """Whether a row has the fields of its record and nothing else."""
        return not (self.has_cells or self.header.date_positions or self.sheet or self.layout.sheet_column)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The counts of the cells, once all records are read."""
        if not self.has_cells:
            return ()
        counts, days = self.counts, len(self.header.cell_names)
        kind = "days" if self.layout.header_column == self.contract.business_date else f"the {self.layout.header_column}"
        parts = [
            f"{counts.rows:,} rows",
            f"{counts.unknown_cells:,} of them blank: their demand is unknown, not zero" if counts.unknown_cells else "",
            f"{counts.zero:,} of them blank, read as zero as the layout states" if counts.zero else "",
            f"{counts.before_first:,} blank cells before the first number of their line made no row" if counts.before_first else "",
        ]
        return (f"the names of {days:,} columns are {kind}; each cell is a row: {', '.join(filter(None, parts))}",)

    def rows(self, fields: Sequence[str], line: int) -> Iterable[StagedRow]:
        """Return the rows of a record that starts at a line."""
        values = {name: fields[position] for name, position in self.header.positions.items()}
        if self.layout.sheet_column:
            values[self.layout.sheet_column] = self.sheet_name
        if self.header.date_positions and self.contract.business_date:
            values[self.contract.business_date] = join_date([fields[position] for position in self.header.date_positions])
        if self.has_cells:
            return self._cells(fields, values, line)
        return ([*(values.get(name, "") for name in self.columns), str(Place(line, self.sheet).number), "", ""],)

    def unreadable_row(self, line: int, fault: str, excerpt: str) -> StagedRow:
        """Return the row of a record that cannot be read."""
        place = encode_place(line, self.sheet) if self.has_cells else Place(line, self.sheet).number
        return [*[""] * len(self.columns), str(place), fault, excerpt]

    def _cells(self, fields: Sequence[str], values: dict[str, str], line: int) -> Iterator[StagedRow]:
        positions = list(self.header.cell_names)
        texts = [fields[position] for position in positions]
        first = next((index for index, text in enumerate(texts) if text.strip()), len(texts))
        is_zero = self.layout.blank_cells == ZERO
        start = 0 if is_zero else first
        self.counts.before_first += start
        start_of_line = encode_place(line, self.sheet)
        name_column, quantity = self.layout.header_column or "", quantity_column(self.contract) or ""
        for position, text in zip(positions[start:], texts[start:], strict=True):
            self._count(text, is_zero=is_zero)
            values[name_column] = self.header.cell_names[position]
            values[quantity] = text if text.strip() or not is_zero else "0"
            yield [*(values.get(name, "") for name in self.columns), str(start_of_line + position + 1), "", ""]

    def _count(self, text: str, *, is_zero: bool) -> None:
        self.counts.rows += 1
        if not text.strip():
            self.counts.zero += is_zero
            self.counts.unknown_cells += not is_zero
        if self.counts.rows > self.max_rows:
            reason = f"the file has more than {self.max_rows:,} cells; split it into several files"
            raise ObjectRejected(ReasonCode.TOO_LARGE, reason)


def make_shape(header: Header, contract: Contract, layout: FileLayout, max_rows: int) -> RowShape:
    """Return the shape of the rows of a file with this header. Raises ObjectRejected for more columns than a place can name."""
    if header.cell_names and header.width >= COLUMNS:
        raise ObjectRejected(ReasonCode.TOO_LARGE, f"the file has more than {COLUMNS - 1:,} columns; split it into several files")
    return RowShape(header, contract, layout, list_columns(header, contract, layout), min(max_rows, MAX_CELLS))


def list_columns(header: Header, contract: Contract, layout: FileLayout) -> tuple[str, ...]:
    """Return the columns of the contract that the rows of a file have, in the contract's order."""
    names: set[str | None] = {*header.positions, layout.sheet_column}
    names |= {contract.business_date} if header.date_positions else set()
    names |= {layout.header_column, quantity_column(contract)} if header.cell_names else set()
    return tuple(column.name for column in contract.columns if column.name in names)


def join_date(parts: Sequence[str]) -> str:
    """Return the parts of a date as one text, blank when all are; 2026.0 is how data frames write a year beside blank ones."""
    return " ".join(part.strip().removesuffix(".0") for part in parts).strip()
