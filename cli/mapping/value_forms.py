"""How the values of a column are written: the format of its dates, the decimal mark of its numbers, and readings that fit as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from runtime.services.ingestion.days import parse_day

ISO = "%Y-%m-%d"

DATE_FORMATS = (
    ISO, "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d%b%Y",
)  # fmt: skip
"""The formats that are tried, the usual ones first."""

PERIOD_FORMATS = (
    "%Y-%m", "%Y/%m", "%Y.%m", "%m/%Y", "%m-%Y", "%m.%Y", "%Y%m",
    "%b %Y", "%B %Y", "%b-%Y", "%B-%Y", "%Y %b", "%Y %B", "%Y-%b", "%b %y", "%b-%y", "%b%y", "%b%Y",
    "%G-W%V", "%GW%V", "%G W%V", "W%V %G", "W%V-%G", "W%V/%G", "%G-KW%V", "KW%V %G", "KW %V %G", "KW%V/%G", "CW%V %G",
    "Week %V %G", "%G Week %V", "%G%V", "%V/%G", "%G-%V",
)  # fmt: skip
"""The formats of months and of ISO weeks, which count on their first day; tried after those of days."""

_OFFSET = r" ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})"
TIME_OF_DAY = rf"[T ]\d{{1,2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?( ?[AaPp][Mm])?(?P<offset>{_OFFSET})?"
_TIME = re.compile(rf"(?P<day>.*?\S)(?P<time>{TIME_OF_DAY})")
_CLOCK = re.compile(TIME_OF_DAY)
_MIDNIGHT = re.compile(rf"[T ]0?0:00(:00(\.0+)?)?({_OFFSET})?|[T ]12:00(:00)? ?[Aa][Mm]")
FIRST_YEAR = 1900
"""The platform refuses years before 2000 with a reason of its own; earlier ones than this are no dates."""

FIT = 0.9
"""Share of the values that a format must fit; the others are reported row by row when the file arrives."""

_NUMBER = re.compile(r"[+-]?[\d.,'\s]*\d[\d.,]*|[\d.,'\s]*\d[\d.,]*-|\([\d.,'\s]*\d[\d.,]*\)")
_NEGATIVE = re.compile(r"-.*[1-9].*|.*[1-9].*-|\(.*[1-9].*\)")
_GROUPS_BY_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPS_BY_POINT = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")


@dataclass(frozen=True)
class DateForm:
    """The format of the dates of a column. `other_formats` fit as many values, with another meaning.

    `has_time`: some are not midnight; `has_offset`: some of these are followed by an offset from UTC; `days_apart`: the fewest days
    between two different days, such as 7 in a file of weeks.
    """

    date_format: str
    other_formats: tuple[str, ...] = ()
    has_time: bool = False
    has_offset: bool = False
    days_apart: int = 1

    @property
    def is_iso(self) -> bool:
        """Whether the contract reads the dates as they are."""
        return self.date_format == ISO


def find_date_form(texts: Sequence[str]) -> DateForm | None:
    """Return how dates are written, None when no format fits nine of ten values.

    >>> find_date_form(["31/10/2026", "01/11/2026"])
    DateForm(date_format='%d/%m/%Y', other_formats=(), has_time=False, has_offset=False, days_apart=1)
    >>> find_date_form(["01/11/2026", "02/11/2026"])
    DateForm(date_format='%d/%m/%Y', other_formats=('%m/%d/%Y',), has_time=False, has_offset=False, days_apart=1)
    """
    days, times = (
        zip(*(_split_time(text.strip()) for text in texts if text.strip()), strict=True) if any(map(str.strip, texts)) else ((), ())
    )
    counts = count_fits(days)
    best = max(counts, key=lambda date_format: counts[date_format])
    if not days or counts[best] < FIT * len(days):
        return None
    daytimes = [time for time in times if time and not _MIDNIGHT.fullmatch(time)]
    has_offset = any(match["offset"] for time in daytimes if (match := _CLOCK.fullmatch(time)))
    rivals = (other for other in DATE_FORMATS if other != best and counts[other] == counts[best])
    others = (other for other in rivals if best not in PERIOD_FORMATS and _differs(days, best, other))
    return DateForm(best, tuple(others), bool(daytimes), has_offset, _days_apart(days, best))


def count_fits(days: Sequence[str]) -> dict[str, int]:
    """Return how many texts each format of days fits; where none fits FIT of them, also each format of months and weeks."""
    counts = {date_format: sum(_parse(day, date_format) is not None for day in days) for date_format in DATE_FORMATS}
    if max(counts.values()) < FIT * len(days):
        counts |= {date_format: sum(_parse(day, date_format) is not None for day in days) for date_format in PERIOD_FORMATS}
    return counts


def describe_period(date_format: str) -> str:
    """Return what a date of the format is: a day, a month or a week.

    >>> describe_period("%b %Y"), describe_period("%G-W%V"), describe_period("%d/%m/%Y")
    ('month', 'week', 'day')
    """
    if "%V" in date_format:
        return "week"
    return "day" if "%d" in date_format or "%j" in date_format else "month"


def find_decimal_marks(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the decimal marks with which the numbers can be read, the likelier first: one when the numbers show it.

    >>> find_decimal_marks(["1.250,5", "3"]), find_decimal_marks(["8,00", "7,5"]), find_decimal_marks(["1,250", "980"])
    ((',',), (',',), ('.', ','))
    """
    numbers = [text.strip().strip("()-+") for text in texts if is_number(text)]
    marked_numbers = [number for number in numbers if "," in number or "." in number]
    fits_point = all(_GROUPS_BY_COMMA.fullmatch(number) or "," not in number for number in marked_numbers)
    fits_comma = all(_GROUPS_BY_POINT.fullmatch(number) or "." not in number for number in marked_numbers)
    if not any("," in number for number in marked_numbers):
        # Points alone are decimal points, as in the contract: three digits after each of them are no proof of thousands.
        return (".",)
    return tuple(mark for mark, fits in ((".", fits_point), (",", fits_comma)) if fits) or (".",)


def describe_date(text: str, date_format: str) -> str:
    """Return the day that a text means, in words that no country reads otherwise.

    >>> describe_date("03/04/2026 08:00", "%d/%m/%Y")
    '3 April 2026'
    """
    day = _parse(_split_time(text.strip())[0], date_format)
    return f"{day.day} {day:%B %Y}" if day else "not a date"


def is_number(text: str) -> bool:
    """Return whether the text could be a number, in any country's spelling."""
    return bool(_NUMBER.fullmatch(text.strip()))


def is_negative(text: str) -> bool:
    """Return whether a number is below zero: -8, 8- as SAP writes it, or (8) as accountants do."""
    return bool(_NEGATIVE.fullmatch(text.strip()))


def _split_time(text: str) -> tuple[str, str]:
    match = _TIME.fullmatch(text)
    return (match["day"], match["time"]) if match else (text, "")


def _parse(text: str, date_format: str) -> date | None:
    day = parse_day(text, date_format)
    return day if day and FIRST_YEAR <= day.year <= 2100 else None


def _days_apart(texts: Sequence[str], date_format: str) -> int:
    days = sorted({day for text in set(texts) if (day := _parse(text, date_format))})
    return min(((later - earlier).days for earlier, later in pairwise(days)), default=1)


def _differs(days: Sequence[str], first: str, second: str) -> bool:
    return any(_parse(day, first) != _parse(day, second) for day in days)
