"""How a bad row should read, where only one reading is possible: dates, times and numbers as other countries write them, names of units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.datasets import CodeList, Column, ColumnType, Contract, unit_spellings
from runtime.models.domain.row_checks import Texts

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
YEAR_FIRST = re.compile(r"(\d{4})[/.]?(\d{2})[/.]?(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
NAMED_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})")
NAMED_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9}) +(\d{1,2}),? (\d{4})")
DAY_AND_CLOCK = re.compile(r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?:[T ] *)(?P<clock>\d{1,2}:\d{2}.*)")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
SIGNED = re.compile(
    r"(?P<minus>[\u2212\u2013-]) *(?P<size>[^ ()+-].*)"
    r"|(?P<size_before>.*[^ ()+-]) *[\u2212\u2013-]"
    r"|\( *(?P<size_inside>[^()+-]*[^ ()+-]) *\)"
)
_GROUP = r"_'\u2019 \u00a0\u2009\u202f"
COMMA_DECIMALS = re.compile(rf"([+-]?)(\d{{1,3}}(?:[.{_GROUP}]\d{{3}})*|\d+),(\d+)")
POINT_DECIMALS = re.compile(rf"([+-]?)(\d{{1,3}}(?:[,{_GROUP}]\d{{3}})+)(?:\.(\d+))?")
NOT_DIGITS = re.compile(r"\D")
THOUSAND = 3
LAST_MONTH = 12
DAYS = (ColumnType.DATE, ColumnType.TIMESTAMP)


@dataclass(frozen=True)
class _Days:
    """The days that a contract allows."""

    first: date
    last: date

    def iso(self, year: str, month: str, day: str) -> str | None:
        """Return a plausible date as YYYY-MM-DD, None for any other."""
        try:
            value = date(int(year), int(month), int(day))
        except ValueError:
            return None
        return value.isoformat() if self.first <= value <= self.last else None


def suggest_values(rows: Sequence[Texts], contract: Contract, today: date) -> list[Texts | None]:
    """Return each row as it should read, or None where that is not certain; the rows together show the order of day and month."""
    days = _Days(contract.not_before, today + timedelta(days=contract.days_after_today))
    day_first = {column.name: _is_day_first(row.get(column.name, "") for row in rows) for column in contract.columns if column.type in DAYS}
    return [_suggest(row, contract, days, day_first) for row in rows]


def _suggest(row: Texts, contract: Contract, days: _Days, day_first: dict[str, bool | None]) -> Texts | None:
    changes: dict[str, str] = {}
    for column in contract.columns:
        text = row.get(column.name, "").strip()
        if not text or _is_plain(text, column):
            continue
        value = _read(text, column, days, day_first.get(column.name))
        if value is None:
            return None  # a row that is corrected in part is still a bad row
        changes[column.name] = value
    return {**row, **changes} if changes else None


def _is_plain(text: str, column: Column) -> bool:
    """Return whether a value needs no correction, as far as is examined here: dates, numbers and codes."""
    if column.type is ColumnType.DATE:
        return ISO_DATE.fullmatch(text) is not None
    if column.type is ColumnType.TIMESTAMP:
        return DAY_AND_CLOCK.fullmatch(text) is None and YEAR_LAST.fullmatch(text) is None
    if column.is_number:
        return PLAIN_NUMBER.fullmatch(_sign_first(text)) is not None
    return not column.allowed or text in column.allowed


def _read(text: str, column: Column, days: _Days, is_day_first: bool | None) -> str | None:
    """Return the text as the contract writes it; None where it could mean something else."""
    if column.type is ColumnType.DATE:
        return _read_date(text, days, is_day_first)
    if column.type is ColumnType.TIMESTAMP:
        return _read_time(text, days, is_day_first)
    if column.is_number:
        return _read_number(_sign_first(text))
    if column.code_list is CodeList.UNITS:
        names = {name: unit for unit, spellings in unit_spellings().items() for name in (unit, *spellings)}
        return names.get(text.upper())
    return next((value for value in column.allowed if value.casefold() == text.casefold()), None)


def _is_day_first(texts: Iterable[str]) -> bool | None:
    """Return whether the day stands before the month, None when the texts do not show it or contradict each other."""
    matches = [match for text in texts if (match := YEAR_LAST.fullmatch(_day_text(text.strip())))]
    is_day_first = any(int(match[1]) > LAST_MONTH for match in matches)
    is_month_first = any(int(match[3]) > LAST_MONTH for match in matches)
    return None if is_day_first == is_month_first else is_day_first


def _day_text(text: str) -> str:
    """Return the day before a time of day; a day alone, and any other text, as it is."""
    match = DAY_AND_CLOCK.fullmatch(text)
    return match["day"] if match else text


def _read_time(text: str, days: _Days, is_day_first: bool | None) -> str | None:
    """Return a time with its day as YYYY-MM-DD; the clock and the offset behind it stay as they are."""
    match = DAY_AND_CLOCK.fullmatch(text)
    day = _read_date(match["day"] if match else text, days, is_day_first)
    return f"{day} {match['clock']}" if day and match else day


def _read_date(text: str, days: _Days, is_day_first: bool | None) -> str | None:
    if match := YEAR_FIRST.fullmatch(text):
        return days.iso(match[1], match[2], match[3])
    if match := NAMED_MONTH.fullmatch(text):
        return days.iso(match[3], str(_month_number(match[2])), match[1])
    if match := NAMED_MONTH_FIRST.fullmatch(text):
        return days.iso(match[3], str(_month_number(match[1])), match[2])
    match = YEAR_LAST.fullmatch(text)
    if match is None or is_day_first is None:
        return None
    day, month = (match[1], match[3]) if is_day_first else (match[3], match[1])
    return days.iso(match[4], month, day)


def _month_number(name: str) -> int:
    for form in ("%b", "%B"):
        try:
            return datetime.strptime(name, form).month  # noqa: DTZ007 - a month alone has no zone
        except ValueError:
            continue
    return 0


def _sign_first(text: str) -> str:
    """Return a number below zero, such as 8- or (8), with a minus before it; any other text as it is."""
    match = SIGNED.fullmatch(text)
    return f"-{match['size'] or match['size_before'] or match['size_inside']}" if match else text


def _read_number(text: str) -> str | None:
    """Return a number plainly; None for one comma before three digits (1,250), which may stand for decimals or for thousands."""
    if (match := COMMA_DECIMALS.fullmatch(text)) and (len(match[3]) != THOUSAND or NOT_DIGITS.search(match[2])):
        return f"{match[1]}{NOT_DIGITS.sub('', match[2])}.{match[3]}"
    if (match := POINT_DECIMALS.fullmatch(text)) and (match[3] or match[2].count(",") != 1):
        return f"{match[1]}{NOT_DIGITS.sub('', match[2])}" + (f".{match[3]}" if match[3] else "")
    return None
