"""Dates and timestamps from text, in the forms that can be read in one way only.

A date is a year, month and day in this order (2026-11-19, 2026/11/19, 2026.11.19, 20261119), alone or with a time. Midnight says nothing.
Another time without an offset is local time, so the date as written stays. A time with an offset other than at midnight is refused: which
day it is at the site cannot be known from the row. 03/04/2026 is refused as well: it is a day in April and one in March.

A timestamp is RFC 3339 in the spellings of common software: any number of decimals (those after the sixth are cut off), a blank for the T,
no seconds, offsets such as +0100, +01, Z and UTC. Without an offset it is no moment and is refused.

The functions take the name of a column of text.
"""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

PLAIN_DATE = r"^\d{4}-\d{2}-\d{2}\z"
PLAIN_TIMESTAMP = r"^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-](0\d|1[0-7]):[0-5]\d|[+-]18:00)\z"

_DAY = r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}|\d{8})"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_SECONDS = r"(?::[0-5]\d(?:[.,]\d{1,12})?)?"
_OFFSET = r"(?:[Zz]|[Uu][Tt][Cc]|[Gg][Mm][Tt]|[+-](?:(?:0\d|1[0-7])(?::?[0-5]\d)?|18(?::?00)?))"
_TIME = rf"(?:[Tt]| +){_CLOCK}{_SECONDS}"

ANY_TIMESTAMP = rf"^\d{{4}}-\d{{2}}-\d{{2}}{_TIME} *{_OFFSET}(?:\[[A-Za-z_/+-]+\])?\z"
LOCAL_TIMESTAMP = rf"^\d{{4}}-\d{{2}}-\d{{2}}{_TIME}\z"
_PARTS = (r"^\d{4}[^0-9]?(\d{1,2})", r"(\d{1,2})\z")
"""Month and day of a text that is a year, a month and a day."""
_PARTS_WITH_YEAR_LAST = (
    r"^(\d{1,2})[/.-]\d{1,2}[/.-]\d{4}",
    r"^\d{1,2}[/.-](\d{1,2})[/.-]\d{4}",
    r"^\d{1,2}[/.-]\d{1,2}[/.-](\d{4})",
)
_AFTER_DAY = r"^.{10}(?:[Tt]| +)"
_WHOLE_SECONDS = r"(:[0-5]\d)"
_FRACTION = r":[0-5]\d[.,](\d{1,6})"
_OFFSET_HOURS = r"([+-]\d{2})(?::?\d{2})?(?:\[[^\]]*\])?\z"
_OFFSET_MINUTES = r"[+-]\d{2}:?(\d{2})(?:\[[^\]]*\])?\z"

MIDNIGHT = r"00:00(?::00(?:[.,]0*)?)?"
AT_MIDNIGHT = rf"^{_DAY}(?:(?:[Tt]| +){MIDNIGHT}(?: *{_OFFSET})?)?\z"
WITH_LOCAL_TIME = rf"^{_DAY}{_TIME}\z"
WITH_OFFSET = rf"^{_DAY}{_TIME} *{_OFFSET}\z"
DAY_OR_MONTH_FIRST = r"^(0?[1-9]|1[0-2])[/.-](0?[1-9]|1[0-2])[/.-](\d{4}|\d{2})\b"
"""Dates that end in the year and whose first two numbers can both be a month."""


def date_of(name: str) -> SparkColumn:
    """Return the date; null when the text is none, or is a moment whose day depends on the time zone."""
    text = F.col(name)
    is_day = text.rlike(AT_MIDNIGHT) | text.rlike(WITH_LOCAL_TIME)
    return F.when(text.rlike(PLAIN_DATE), F.expr(f"try_cast({name} as date)")).when(is_day, F.expr(f"try_cast({_iso_day(name)} as date)"))


def has_local_time(name: str) -> SparkColumn:
    """Return whether a date comes with a time of day other than midnight."""
    text = F.col(name)
    return ~text.rlike(PLAIN_DATE) & text.rlike(WITH_LOCAL_TIME) & ~text.rlike(AT_MIDNIGHT)


def is_moment(name: str) -> SparkColumn:
    """Return whether the text is a moment other than midnight, so that its date depends on the time zone."""
    text = F.col(name)
    return ~text.rlike(PLAIN_DATE) & text.rlike(WITH_OFFSET) & ~text.rlike(AT_MIDNIGHT)


def timestamp_of(name: str) -> SparkColumn:
    """Return the moment, exact to the microsecond; null when the text is none or has no offset."""
    text = F.col(name)
    # Upper case, because RFC 3339 allows a timestamp's T and Z in lower case and the engines do not.
    plain = F.expr(f"try_cast(upper({name}) as timestamp)")
    rewritten = F.expr(f"try_cast({_iso_moment(name)} as timestamp)")
    return F.when(text.rlike(PLAIN_TIMESTAMP), plain).when(text.rlike(ANY_TIMESTAMP), rewritten)


def written_day(name: str) -> SparkColumn:
    """Return the day of a text that begins with a year, a month and a day, whatever follows; null for any other text."""
    return F.when(F.col(name).rlike(r"^\d{4}-\d{2}-\d{2}"), F.expr(f"try_cast(substring({name}, 1, 10) as date)"))


def days_with_year_last(name: str) -> tuple[SparkColumn, SparkColumn]:
    """Return the day of a text such as 13/08/2026 when the day comes first, and when the month does; null where there is no such day."""
    first, second, year = (_extract(name, pattern) for pattern in _PARTS_WITH_YEAR_LAST)

    def day(month: str, number: str) -> SparkColumn:
        return F.expr(f"try_cast(concat({year}, '-', lpad({month}, 2, '0'), '-', lpad({number}, 2, '0')) as date)")

    return day(second, first), day(first, second)


def _iso_day(name: str) -> str:
    # The parts one by one: a replacement would write its groups differently for each engine.
    day = _extract(name, f"^({_DAY})")
    month, last = (f"lpad({_extract(day, pattern)}, 2, '0')" for pattern in _PARTS)
    return f"concat(substring({name}, 1, 4), '-', {month}, '-', {last})"


def _iso_moment(name: str) -> str:
    clock = _extract(name, _AFTER_DAY + f"({_CLOCK})")
    seconds = f"coalesce(nullif({_extract(name, _AFTER_DAY + _CLOCK + _WHOLE_SECONDS)}, ''), ':00')"
    fraction = f"rpad({_extract(name, _CLOCK + _FRACTION)}, 6, '0')"
    hours = f"coalesce(nullif({_extract(name, _OFFSET_HOURS)}, ''), '+00')"
    minutes = f"coalesce(nullif({_extract(name, _OFFSET_MINUTES)}, ''), '00')"
    return f"concat(substring({name}, 1, 10), 'T', {clock}, {seconds}, '.', {fraction}, {hours}, ':', {minutes})"


def _extract(text: str, pattern: str) -> str:
    """Return the SQL of the first group of a pattern; SQL writes a backslash twice."""
    sql_pattern = pattern.replace("\\", "\\\\")
    return f"regexp_extract({text}, '{sql_pattern}', 1)"
