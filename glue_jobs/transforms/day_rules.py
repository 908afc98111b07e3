"""The rules about days: dates that can be read in two ways, and numbers that stand for days elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Column
from contracts.quality_codes import QuarantineCode
from glue_jobs.transforms import moments
from glue_jobs.transforms.reasons import Rule
from glue_jobs.transforms.texts import text_name, text_of
from glue_jobs.transforms.values import value_of

SPREADSHEET_DAY = r"^[2-6]\d{4}(\.\d+)?\z"
"""The number of a day in a spreadsheet: 46345 is 19 November 2026."""

COUNTS_SINCE_1970 = " counts time since 1970, which says nothing about a time zone: "


def day_rules(column: Column) -> Iterator[Rule]:
    """Yield the rules about a date that cannot be read in one way only."""
    name, text = column.name, text_of(column.name)
    reason = F.lit(" is a moment: on which day it lies depends on the time zone of the site; write the day alone, as YYYY-MM-DD")
    end_of_day = F.lit(" is the end of that day and the beginning of the next one: write the day that is meant, as YYYY-MM-DD")
    yield moments.is_end_of_day(name), QuarantineCode.AMBIGUOUS, end_of_day
    yield moments.is_moment(name), QuarantineCode.AMBIGUOUS, reason
    yield either_day(column)
    is_unread = text.isNotNull() & value_of(column).isNull()
    since_1970 = F.lit(f"{COUNTS_SINCE_1970}write the day as YYYY-MM-DD")
    yield is_unread & text.rlike(moments.SINCE_1970), QuarantineCode.TYPE, since_1970
    serial = F.lit(" is how a spreadsheet counts days: format the column as dates and export it again, or write the day as YYYY-MM-DD")
    yield is_unread & text.rlike(SPREADSHEET_DAY), QuarantineCode.TYPE, serial


def either_day(column: Column) -> Rule:
    """Return the rule about a day such as 03/04/2026, alone or before a time."""
    name = text_name(column.name)
    month, day = (f"lpad({_extract(name, group)}, 2, '0')" for group in (1, 2))
    year = _extract(name, 3)
    full_year = f"concat(case when length({year}) = 2 then '20' else '' end, {year})"
    month_first, day_first = (_day(full_year, *parts) for parts in ((month, day), (day, month)))
    which = F.concat(F.lit(" can be "), day_first, F.lit(" or "), month_first, F.lit(": write the one that is meant"))
    is_either = text_of(column.name).rlike(moments.DAY_OR_MONTH_FIRST) & (F.expr(month) != F.expr(day))
    return is_either, QuarantineCode.AMBIGUOUS, which


def _day(year: str, month: str, day: str) -> SparkColumn:
    return F.expr(f"concat({year}, '-', {month}, '-', {day})")


def _extract(name: str, group: int) -> str:
    return f"regexp_extract({name}, '{moments.DAY_OR_MONTH_FIRST}', {group})".replace("\\", "\\\\")
