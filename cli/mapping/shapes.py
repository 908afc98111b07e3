"""Files of which a line is not a row with a date and a quantity: days or series as columns, and dates in several columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cli.mapping.aliases import letters_of
from cli.mapping.file_sample import ColumnSample, FileSample
from cli.mapping.value_forms import DATE_FORMATS, FIRST_YEAR, FIT, PERIOD_FORMATS, describe_date, describe_period, is_number
from runtime.services.ingestion.days import parse_day
from runtime.services.ingestion.staging.row_shape import join_date

LEAST_DAYS = 2
CELLS_READ = 200
COLUMNS_READ = 50

YEARS = ("year", "yr", "jahr", "annee", "ano", "anio", "anno", "jaar", "rok", "calendar year", "sales year", "order year", "fiscal year")
MONTHS = ("month", "mon", "mth", "monat", "mois", "mes", "mese", "maand", "miesiac", "month name", "month number", "month no",
          "month of year")  # fmt: skip
DAYS = ("day", "dom", "tag", "jour", "dia", "giorno", "dag", "dzien", "day of month", "day number", "date")
WEEKS = ("week", "wk", "kw", "cw", "isoweek", "iso week", "week no", "week number", "week of year", "weekofyear", "woche", "kalenderwoche",
         "semaine", "semana", "settimana", "tydzien")  # fmt: skip
CALENDAR = (*YEARS, *MONTHS, *DAYS, *WEEKS, "hour", "weekday", "weekday name", "day name", "day of week", "quarter", "season", "holiday")
"""Names of columns that are no series, although they hold numbers."""


LEAST_NUMBERED = 6
_NUMBERED = re.compile(r"(?P<prefix>[^\d\s][^\d]*?)[ _-]?\d{1,4}")


@dataclass(frozen=True)
class FileShape:
    """How the rows of a file are found in its lines. The fields are those of FileLayout.

    cell_columns: the names of the columns whose cells are quantities. first, last: the first and last day of the header. other_formats fit
    the header as well, with another meaning.
    """

    header_column: str | None = None
    cell_columns: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    date_format: str | None = None
    other_formats: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @property
    def names(self) -> set[str]:
        """The columns of the file that the shape reads."""
        return {*self.cell_columns, *self.date_columns}


def find_day_header(sample: FileSample, column: str, date_format: str | None = None) -> FileShape | None:
    """Return the shape of a file with a column for each day, week or month; None for other files. column: that of the date."""
    formats = (date_format,) if date_format else (*DATE_FORMATS, *PERIOD_FORMATS)
    names = [name for name in sample.names if name]
    fits = {each: {name: day for name in names if (day := _parse(name, each))} for each in formats}
    best = max(fits, key=lambda each: len(fits[each]))
    days = fits[best]
    if len(days) < LEAST_DAYS or (len(days) < 7 and 2 * len(days) < len(names)) or not sample.has_header:
        return None
    if not holds_numbers([each for each in sample.columns if each.name in days]):
        return None
    others = tuple(each for each in formats if each != best and len(fits[each]) == len(days) and _is_rival(best, each, fits))
    return FileShape(column, tuple(days), date_format=best, other_formats=others, first=min(days.values()), last=max(days.values()))


def find_series_header(sample: FileSample, known_columns: Collection[str], column: str) -> FileShape | None:
    """Return the shape of a file with a line for each day and a column for each series; None for other files.

    known_columns: those that are something else. column: that of the series, a SKU or a site.
    """
    calendar_names = {letters_of(name) for name in CALENDAR}
    free = [each for each in sample.columns if each.name and each.name not in known_columns and letters_of(each.name) not in calendar_names]
    numbers = [each for each in free if holds_numbers([each])]
    if len(numbers) < LEAST_DAYS or len(numbers) < len(free) or not sample.has_header:
        return None
    return FileShape(column, tuple(each.name for each in numbers))


def find_date_parts(sample: FileSample, free_columns: Collection[str]) -> FileShape | None:
    """Return the shape of a file with the year, the month (and the day) or the ISO week in columns of their own; None for other files."""
    columns = {each.name: each for each in sample.columns if each.name in free_columns}
    year = _find(columns, YEARS, {"%Y": r"(19|20)\d\d(\.0)?", "%y": r"\d\d(\.0)?"})
    if year is None:
        return None
    month = _find(columns, MONTHS, {"%m": r"(0?[1-9]|1[0-2])(\.0)?"}) or _find_month_names(columns)
    if month is not None:
        day = _find(columns, DAYS, {"%d": r"(0?[1-9]|[12]\d|3[01])(\.0)?"})
        return _parts(year, month, *([day] if day else []))
    week = _find(columns, WEEKS, {"%V": r"(0?[1-9]|[1-4]\d|5[0-3])(\.0)?"})
    if week is None:
        return None
    return _parts((year[0], "%G"), week) if year[1] == "%Y" else None


def describe_undated_columns(sample: FileSample) -> str | None:
    """Return what is wrong with numbered columns, and with months without a year, whose days no file states; None for other files."""
    numbers = [match for name in sample.names if (match := _NUMBERED.fullmatch(name))]
    prefixes = Counter(match["prefix"].casefold() for match in numbers)
    prefix, count = prefixes.most_common(1)[0] if prefixes else ("", 0)
    names = [match[0] for match in numbers if match["prefix"].casefold() == prefix]
    months = [name for name in sample.names if parse_day(f"2000 {name}", "%Y %b") or parse_day(f"2000 {name}", "%Y %B")]
    names, kind = (names, "numbered") if count >= LEAST_NUMBERED else (months, "months without a year")
    if len(names) < LEAST_NUMBERED or not holds_numbers([column for column in sample.columns if column.name in set(names)]):
        return None
    return (
        f"{len(names):,} columns from {names[0]} to {names[-1]} are {kind}, and the file does not state which days they are: name them "
        "by their dates, such as 2026-11-02, Nov 2026 or 2026-W45"
    )


def describe_shape(shape: FileShape, sample: FileSample, blank_cells: str | None) -> str:
    """Return in words what the names of the columns are, and what a blank cell means."""
    count = len(shape.cell_columns)
    blank_count = sum(not text.strip() for texts in _cells(sample, shape) for text in texts)
    meaning = "zero" if blank_cells == "zero" else "an unknown demand, not zero (--blank-cells zero)"
    blanks = f"; a blank cell is {meaning}: {blank_count:,} in the lines read" if blank_count else ""
    if shape.date_format is None:
        return f"{count:,} columns from {shape.cell_columns[0]} to {shape.cell_columns[-1]} are its values{blanks}"
    period = describe_period(shape.date_format)
    spacing = "" if period == "day" else f"; a {period} counts on its first day"
    return f"{period if period != 'day' else 'date'}s are columns: {count:,} columns from {shape.first} to {shape.last}{spacing}{blanks}"


def describe_date_parts(shape: FileShape, sample: FileSample, *, adds_rows: bool) -> str:
    """Return what the parts of the date of the first row mean together, and on which day a period counts."""
    places = [sample.names.index(name) for name in shape.date_columns]
    texts = (join_date([row[place] for place in places if place < len(row)]) for row in sample.rows)
    text = next((text for text in texts if text), "")
    period = describe_period(shape.date_format or "")
    spacing = f"; a {period} counts on its first day" if period != "day" else ""
    parts = f"; the rows of a {period} are added" if adds_rows else ""
    return f"{text} is {describe_date(text, shape.date_format or '')}{spacing}{parts}"


def _cells(sample: FileSample, shape: FileShape) -> list[Sequence[str]]:
    places = [place for place, name in enumerate(sample.names) if name in set(shape.cell_columns)]
    return [[row[place] for place in places if place < len(row)] for row in sample.rows]


def holds_numbers(columns: Sequence[ColumnSample]) -> bool:
    """Whether most of the texts are numbers, and none of the columns is without any."""
    texts = [text for column in columns[:COLUMNS_READ] for text in column.written_texts[:CELLS_READ]]
    return bool(texts) and sum(map(is_number, texts)) >= len(texts) / 2


def _parse(name: str, date_format: str) -> date | None:
    day = parse_day(name, date_format)
    return day if day and FIRST_YEAR <= day.year <= 2100 else None


def _is_rival(best: str, other: str, fits: Mapping[str, Mapping[str, date]]) -> bool:
    """Whether a format of the same kind of period gives some column another day: a month is not asked for where days fit."""
    is_same_kind = (best in PERIOD_FORMATS) == (other in PERIOD_FORMATS) and describe_period(best) == describe_period(other)
    return is_same_kind and any(fits[best][name] != fits[other].get(name) for name in fits[best])


def _find(columns: Mapping[str, ColumnSample], names: Sequence[str], patterns: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first column of these names that holds what a pattern says, and the directive of that pattern."""
    for name in names:
        for column in columns.values():
            texts = [text.strip() for text in column.written_texts]
            if letters_of(column.name) != letters_of(name) or not texts:
                continue
            for directive, pattern in patterns.items():
                if sum(bool(re.fullmatch(pattern, text)) for text in texts) >= FIT * len(texts):
                    return column.name, directive
    return None


def _find_month_names(columns: Mapping[str, ColumnSample]) -> tuple[str, str] | None:
    for name in MONTHS:
        for column in columns.values():
            texts = [text.strip() for text in column.written_texts]
            if letters_of(column.name) != letters_of(name) or not texts:
                continue
            for directive in ("%B", "%b"):
                if sum(parse_day(f"2000 {text}", f"%Y {directive}") is not None for text in texts) >= FIT * len(texts):
                    return column.name, directive
    return None


def _parts(*parts: tuple[str, str]) -> FileShape:
    return FileShape(date_columns=tuple(name for name, _ in parts), date_format=" ".join(directive for _, directive in parts))
