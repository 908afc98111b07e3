r"""Dates and times from text, in the forms that can be read in one way only.

A date is a year, month and day in this order (2026-11-19, 2026/11/19, 2026.11.19, 20261119), or a day, a year and the English name of a
month (19 Nov 2026, Nov 19, 2026), alone or with a time. Midnight says nothing. Another time without an offset is local time, so the date as
written stays. A time with an offset other than at midnight is refused: which day it is at the site cannot be known from the row. So is
24:00, which is the end of one day and the beginning of the next. 03/04/2026 is refused as well: it is a day in April and one in March.

A time is RFC 3339 or ISO 8601, extended or basic, in the spellings of common software: any of the dates above; T, t or blanks before the
clock; hours of one digit, no seconds, a point or a comma before any number of decimals (those after the sixth are cut off), AM and PM; an
offset such as Z, UTC, GMT, +01, +0100 and +01:00. As ISO 8601 has it, 24:00 is the midnight at the end of the day. The second :60, which
is inserted into some days, is read as :59, so that the time stays in its minute. A time without an offset is that of a clock
(transforms.zones).

Every text is taken apart once: `day_of` gives the day that it begins with, `rest_of` what follows. `form_of` gives every time one plain
form: 2026-11-19T08:30:00.000000 with the offset behind it, if there is one. The functions take the name of a column of the contract.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Column, ColumnType, Contract
from glue_jobs.transforms.texts import text_name

PLAIN_DATE = r"^\d{4}-\d{2}-\d{2}\z"
PLAIN_TIMESTAMP = r"^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-](0\d|1[0-7]):[0-5]\d|[+-]18:00)\z"
PLAIN_FORMS = {ColumnType.DATE: PLAIN_DATE, ColumnType.TIMESTAMP: PLAIN_TIMESTAMP}
FORM_LENGTH = 26
"""Characters of a time in its plain form, without its offset."""

MONTHS = "january february march april may june july august september october november december"
_ABBREVIATIONS = "".join(month[:3] for month in MONTHS.split())
_MONTH_WORDS = f" {MONTHS} {' '.join(month[:3] for month in MONTHS.split())} sept "
_WORD = "[A-Za-z]{3,9}"
_WEEKDAY = "(?:[MTWFSmtwfs][A-Za-z]{2,8},? +)?"
_NUMBERS = r"\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}|\d{8}"
_DAY_FIRST = rf"{_WEEKDAY}\d{{1,2}}(?:-{_WORD}-| {_WORD} |{_WORD})\d{{4}}"
_MONTH_FIRST = rf"{_WEEKDAY}{_WORD} +\d{{1,2}},? \d{{4}}"
_DAY = rf"(?:{_NUMBERS}|{_DAY_FIRST}|{_MONTH_FIRST})"
_ZONE = r"(?:\[[A-Za-z0-9_/+-]+\])?"
"""The name of a time zone behind a time, as Java and RFC 9557 write it."""

_DAY_ALONE = rf"^{_DAY}{_ZONE}\z"
_REST = rf"^(?:{_DAY}(?:[Tt]| +)|\d{{8}})([0-9].*)\z"

_FRACTION = r"(?:[.,]\d{1,12})?"
_HOUR = r"(?:[01]?\d|2[0-3])"
_SECONDS = rf"(?::[0-5]\d{_FRACTION})?"
_END_OF_DAY = r"24:?00(?::?00(?:[.,]0*)?)?"
_CLOCK = (
    rf"(?:{_HOUR}:[0-5]\d{_SECONDS}"
    rf"|(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d{_FRACTION})?"
    rf"|[0-2]\d:?(?:14|29|44|59):?60{_FRACTION}|{_END_OF_DAY}"
    rf"|(?:0?[1-9]|1[0-2]):[0-5]\d{_SECONDS} ?[AaPp][Mm])"
)
_OFFSET = r"(?:[Zz]|(?:[Uu][Tt][Cc]|[Gg][Mm][Tt])?[+−-](?:(?:0\d|1[0-7])(?::?[0-5]\d)?|18(?::?00)?)|[Uu][Tt][Cc]|[Gg][Mm][Tt])"
_ANY_TIME = rf"^{_CLOCK}(?: *{_OFFSET})?{_ZONE}\z"
_LOCAL_TIME = rf"^{_CLOCK}{_ZONE}\z"
_MIDNIGHT = rf"^(?:0?0:00(?::00(?:[.,]0*)?)?|0000(?:00(?:[.,]0*)?)?|12:00(?::00(?:[.,]0*)?)? ?[Aa][Mm])(?: *{_OFFSET})?{_ZONE}\z"
_END_OF_DAY_TIME = rf"^{_END_OF_DAY}(?: *{_OFFSET})?{_ZONE}\z"
_ABBREVIATED_ZONE = rf"^{_CLOCK} +[A-Za-z]{{2,5}}\z"
"""A time with an abbreviation such as CET or IST, which several zones share."""

_CLOCK_PARTS = r"^(\d\d|\d):?([0-5]\d)(?::?([0-6]\d)(?:[.,](\d{0,6})\d*)?)?(?: ?([AaPp])[Mm])?"
_OFFSET_PARTS = rf"([+−-])(\d\d):?(\d\d)?{_ZONE}\z"
_UTC = rf"[Zz]{_ZONE}\z|[Tt][Cc]{_ZONE}\z|[Mm][Tt]{_ZONE}\z"
_ZONE_NAME = r"\[([A-Za-z0-9_/+-]+)\]\z"

SINCE_1970 = r"^\d{10}(\d{3}){0,3}(\.\d+)?\z"
"""Seconds, milliseconds, microseconds or nanoseconds since 1970, of days since the year 2001."""

_PARTS = (r"^\d{4}[^0-9]?(\d{1,2})", r"(\d{1,2})\z")
"""Month and day of a text that is a year, a month and a day."""
_PARTS_WITH_YEAR_LAST = (
    r"^(\d{1,2})[/.-]\d{1,2}[/.-]\d{4}",
    r"^\d{1,2}[/.-](\d{1,2})[/.-]\d{4}",
    r"^\d{1,2}[/.-]\d{1,2}[/.-](\d{4})",
)
DAY_OR_MONTH_FIRST = r"^(0?[1-9]|1[0-2])[/.-](0?[1-9]|1[0-2])[/.-](\d{4}|\d{2})\b"
"""Dates that end in the year and whose first two numbers can both be a month."""


def taken_apart(contract: Contract) -> dict[str, SparkColumn]:
    """Return the day and the rest of every date and time, from the columns of `texts.texts`; null for plain times, which need neither."""
    columns = [column for column in contract.columns if column.type in PLAIN_FORMS]
    days = {day_name(column.name): day_of(column) for column in columns}
    return days | {rest_name(column.name): rest_of(column) for column in columns}


def day_name(name: str) -> str:
    """Return the name of the column with the day that a text begins with."""
    return f"day__{name}"


def rest_name(name: str) -> str:
    """Return the name of the column with what follows that day."""
    return f"rest__{name}"


def day_of(column: Column) -> SparkColumn:
    """Return the day that a text begins with, as YYYY-MM-DD, null when it begins with none; such a day need not be in the calendar."""
    text = text_name(column.name)
    plain = text if column.type is ColumnType.DATE else "cast(null as string)"
    is_number = f"{text} rlike '{_sql(f'^(?:{_NUMBERS})')}'"
    return F.expr(f"case when {_is_plain(column)} then {plain} when {is_number} then {_numbers(text)} else {_words(text)} end")


def rest_of(column: Column) -> SparkColumn:
    """Return what follows the day at the beginning of a text, blank for a day alone; null when it is no time."""
    text = text_name(column.name)
    plain = "''" if column.type is ColumnType.DATE else "cast(null as string)"
    is_day = f"{text} rlike '{_sql(_DAY_ALONE)}'"
    return F.expr(f"case when {_is_plain(column)} then {plain} when {is_day} then '' else nullif({_extract(text, _REST)}, '') end")


def date_of(name: str) -> SparkColumn:
    """Return the date; null when the text is none, or is a moment whose day depends on the time zone."""
    rest, date = F.col(rest_name(name)), F.expr(f"try_cast({day_name(name)} as date)")
    is_day = rest.rlike(_MIDNIGHT) | (rest.rlike(_LOCAL_TIME) & ~rest.rlike(_END_OF_DAY_TIME))
    return F.when(is_day_alone(name), date).when(is_day, date)


def has_local_time(name: str) -> SparkColumn:
    """Return whether a date comes with a time of day other than midnight."""
    return _follows(name, lambda rest: rest.rlike(_LOCAL_TIME) & ~rest.rlike(_MIDNIGHT))


def is_moment(name: str) -> SparkColumn:
    """Return whether the text is a moment other than midnight, so that its date depends on the time zone."""
    return _follows(name, lambda rest: rest.rlike(_ANY_TIME) & ~rest.rlike(_LOCAL_TIME) & ~rest.rlike(_MIDNIGHT))


def is_end_of_day(name: str) -> SparkColumn:
    """Return whether the text is a day at 24:00, so that it is about that day or about the next one."""
    return _follows(name, lambda rest: rest.rlike(_END_OF_DAY_TIME))


def is_day_alone(name: str) -> SparkColumn:
    """Return whether the text is a day without a time."""
    return F.col(rest_name(name)) == F.lit("")


def has_abbreviated_zone(name: str) -> SparkColumn:
    """Return whether an abbreviation such as CET or IST follows the time, which several zones share."""
    return _follows(name, lambda rest: rest.rlike(_ABBREVIATED_ZONE))


def form_of(name: str, *, reads_days: bool) -> SparkColumn:
    """Return a time in its plain form, null when the text is none; with reads_days a day alone is its first instant."""
    text, rest = text_name(name), F.col(rest_name(name))
    # Upper case, because RFC 3339 allows a timestamp's T and Z in lower case and the engines do not.
    plain = F.when(F.col(text).rlike(PLAIN_TIMESTAMP), F.expr(f"upper({text})"))
    with_time = plain.when(rest.rlike(_ANY_TIME), F.expr(_iso_moment(name)))
    first_instant = F.expr(f"concat({day_name(name)}, 'T00:00:00.000000')")
    return with_time.when(rest == F.lit(""), first_instant) if reads_days else with_time


def zone_name(name: str) -> str:
    """Return the SQL of the name of the time zone behind a time, blank when there is none."""
    text = text_name(name)
    # Nearly no text has one, and to see that costs less than a pattern.
    return f"(case when right({text}, 1) = ']' then {_extract(text, _ZONE_NAME)} else '' end)"


def written_day(name: str) -> SparkColumn:
    """Return the day that a text begins with, whatever follows; null for any other text."""
    return F.expr(f"try_cast({day_name(name)} as date)")


def days_with_year_last(name: str) -> tuple[SparkColumn, SparkColumn]:
    """Return the day of a text such as 13/08/2026 when the day comes first, and when the month does; null where there is no such day."""
    first, second, year = (_extract(text_name(name), pattern) for pattern in _PARTS_WITH_YEAR_LAST)

    def day(month: str, number: str) -> SparkColumn:
        return F.expr(f"try_cast(concat({year}, '-', lpad({month}, 2, '0'), '-', lpad({number}, 2, '0')) as date)")

    return day(second, first), day(first, second)


def _follows(name: str, condition: Callable[[SparkColumn], SparkColumn]) -> SparkColumn:
    """Return a condition on what follows the day; false for a day alone, as nearly all dates are, without a look at a pattern."""
    rest = F.col(rest_name(name))
    return F.coalesce(F.when(rest != F.lit(""), condition(rest)), F.lit(False))


def _is_plain(column: Column) -> str:
    return f"{text_name(column.name)} rlike '{_sql(PLAIN_FORMS[column.type])}'"


def _numbers(text: str) -> str:
    # The parts one by one: a replacement would write its groups differently for each engine.
    day = _extract(text, f"^({_NUMBERS})")
    month, last = (f"lpad({_extract(day, pattern)}, 2, '0')" for pattern in _PARTS)
    return f"concat(substring({text}, 1, 4), '-', {month}, '-', {last})"


def _words(text: str) -> str:
    """Return the SQL of a day with the name of its month, null for any other word."""
    day = _extract(text, f"^({_DAY_FIRST}|{_MONTH_FIRST})")
    word = f"lower({_extract(day, rf'({_WORD})(?:[- ]?| +[0-9]{{1,2}},? )[0-9]{{4}}$')})"
    number = _extract(day, r"(\d{1,2})")
    position = f"instr('{_ABBREVIATIONS}', substring({word}, 1, 3))"
    month = f"substring('01.02.03.04.05.06.07.08.09.10.11.12', {position}, 2)"
    is_month = f"instr('{_MONTH_WORDS}', concat(' ', {word}, ' ')) > 0"
    return f"case when {is_month} then concat(right({day}, 4), '-', {month}, '-', lpad({number}, 2, '0')) end"


def _iso_moment(name: str) -> str:
    day, rest = day_name(name), rest_name(name)
    hour, minute, second, fraction, half = (_extract(rest, _CLOCK_PARTS, group) for group in range(1, 6))
    sign, hours, minutes = (_extract(rest, _OFFSET_PARTS, group) for group in range(1, 4))
    whole_hour = (
        f"case when upper({half}) = 'P' and {hour} <> '12' then cast(cast({hour} as int) + 12 as string) "
        f"when (upper({half}) = 'A' and {hour} = '12') or {hour} = '24' then '00' else lpad({hour}, 2, '0') end"
    )
    whole_second = f"case when {second} = '60' then '59' when {second} = '' then '00' else {second} end"
    next_day = f"cast(cast(try_cast({day} as date) + interval 1 day as date) as string)"
    clock = f"concat('T', {whole_hour}, ':', {minute}, ':', {whole_second}, '.', rpad({fraction}, 6, '0'))"
    plain_sign = f"case when {sign} = '+' then '+' else '-' end"
    offset = (
        f"case when {sign} <> '' then concat({plain_sign}, {hours}, ':', coalesce(nullif({minutes}, ''), '00')) "
        f"when {rest} rlike '{_sql(_UTC)}' then '+00:00' else '' end"
    )
    return f"concat(case when {hour} = '24' then {next_day} else {day} end, {clock}, {offset})"


def _extract(text: str, pattern: str, group: int = 1) -> str:
    """Return the SQL of a group of a pattern, blank where it is not there."""
    return f"regexp_extract({text}, '{_sql(pattern)}', {group})"


def _sql(pattern: str) -> str:
    """Return a pattern as SQL has it between its quotes, which writes a backslash twice."""
    return pattern.replace("\\", "\\\\")
