"""What a file shows of itself before anybody has said how to read it: its columns, and the different texts of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from local.errors import DataError

MAX_ROWS = 300_000
MAX_CELLS = 6_000_000
"""Cells that are read of a file, about 400 MB: fewer rows of a wide one."""

MAX_TEXTS = 20_000


@dataclass
class ColumnSample:
    """The different texts of one column in the order in which they occur, at most MAX_TEXTS."""

    name: str
    texts: dict[str, None] = field(default_factory=dict)

    @property
    def written_texts(self) -> list[str]:
        """The texts without blanks."""
        return [text for text in self.texts if text.strip()]


@dataclass(frozen=True)
class FileSample:
    """The columns of a file as they are written in it, and its first MAX_ROWS rows."""

    columns: tuple[ColumnSample, ...]
    rows: Sequence[Sequence[str]]
    has_header: bool = True
    separator: str | None = None
    encoding: str | None = None
    """Only where it is neither UTF-8 nor UTF-16 with its mark."""
    is_whole: bool = True
    """Whether every row of the file was read."""
    sheets: tuple[tuple[str, int], ...] = ()
    """The sheets of a workbook of which the rows are, each with the number of its rows."""

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def with_names(self, names: Sequence[str]) -> FileSample:
        """Return the sample as that of a file without a header, whose columns have these names. Raises DataError for another number."""
        if len(names) != len(self.columns):
            raise DataError(f"--column-names has {len(names)} names, and the file has {len(self.columns)} columns; name them all in order")
        rows = [self.names, *self.rows] if self.has_header else self.rows
        sample = make_sample(names, rows, has_header=False, separator=self.separator, encoding=self.encoding)
        return replace(sample, is_whole=self.is_whole)

    def without(self, names: Collection[str]) -> FileSample:
        """Return the sample without these columns."""
        places = [place for place, name in enumerate(self.names) if name not in names]
        rows = [[row[place] for place in places if place < len(row)] for row in self.rows]
        return replace(self, columns=tuple(self.columns[place] for place in places), rows=rows)

    def repeats_across_sheets(self, names: Sequence[str]) -> bool:
        """Whether rows of different sheets are alike in all of these columns."""
        places = [self.names.index(name) for name in names]
        sheet_of: dict[tuple[str, ...], str] = {}
        rows = iter(self.rows)
        for sheet, count in self.sheets:
            for row in islice(rows, count):
                if sheet_of.setdefault(tuple(row[place] for place in places if place < len(row)), sheet) != sheet:
                    return True
        return False

    def has_repeats(self, names: Sequence[str], *, within_sheets: bool = False) -> bool:
        """Whether two rows, of one sheet if that is asked, are alike in all of these columns."""
        places = [self.names.index(name) for name in names]
        keys = [tuple(row[place] for place in places if place < len(row)) for row in self.rows]
        counts = [count for _, count in self.sheets] if within_sheets else [len(keys)]
        parts = iter(keys)
        return any(len(set(part)) < len(part) for part in (list(islice(parts, count)) for count in counts))


def until_full(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Yield rows up to MAX_ROWS and MAX_CELLS, at least the first two."""
    cells = 0
    for number, row in enumerate(rows):
        cells += len(row)
        if number > MAX_ROWS or (number > 1 and cells > MAX_CELLS):
            return
        yield row


def make_sample(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    has_header: bool = True,
    separator: str | None = None,
    encoding: str | None = None,
) -> FileSample:
    """Return the sample of a file with these columns and rows."""
    columns = tuple(ColumnSample(name.strip()) for name in names)
    for column, texts in zip(columns, _transpose(rows, len(names)), strict=True):
        column.texts.update(dict.fromkeys(islice(dict.fromkeys(texts), MAX_TEXTS)))
    return FileSample(columns, rows, has_header, separator, encoding)


def _transpose(rows: Sequence[Sequence[str]], width: int) -> Iterator[Iterable[str]]:
    return ((row[index] if index < len(row) else "" for row in rows) for index in range(width))
