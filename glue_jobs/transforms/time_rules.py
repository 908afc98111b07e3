"""The rules that a time has to keep, and what is doubtful about one that keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Column, Contract
from contracts.quality_codes import QuarantineCode, WarningCode
from glue_jobs.transforms import moments, zones
from glue_jobs.transforms.day_rules import COUNTS_SINCE_1970, either_day
from glue_jobs.transforms.reasons import Rule
from glue_jobs.transforms.texts import text_of
from glue_jobs.transforms.values import value_of

WITH_OFFSET = "write RFC 3339 with an offset, such as 2026-11-21T08:30:00+01:00"


def time_rules(column: Column, contract: Contract, *, in_run: bool) -> Iterator[Rule]:
    """Yield the rules about a time that cannot be read; in_run: the rows have the zones of their sites, as far as those are known."""
    text, place = text_of(column.name), zones.place_of(column, contract)
    lacks_zone = zones.lacks_zone(column)
    no_such_zone = " names a time zone that the IANA database does not have: write one such as [Europe/Amsterdam], or an offset"
    yield zones.has_unknown_zone(column), QuarantineCode.TYPE, F.lit(no_such_zone)
    if place is None:
        no_zone = f" has no offset from UTC, so it is no moment: {WITH_OFFSET}, or state time_zone in the mapping of the source"
        yield lacks_zone, QuarantineCode.TYPE, F.lit(no_zone)
    elif in_run and not column.nullable:
        advice = f"upload site_master with its time_zone, state time_zone in the mapping of the source, or {WITH_OFFSET}"
        parts = (" has no offset from UTC, and the time zone of ", place, " is not known: the row is parked; ", advice)
        yield lacks_zone, QuarantineCode.UNKNOWN_ZONE, F.lit("".join(parts))
    never = " is in the hour that clocks in that zone leave out when they go forward, so it never was: correct it at the source"
    yield zones.is_left_out(column), QuarantineCode.TYPE, F.lit(never)
    is_unread = text.isNotNull() & value_of(column).isNull()
    if place is not None:
        is_unread = is_unread & ~lacks_zone
    abbreviation = " ends in an abbreviation, which several time zones share: write the offset from UTC instead, such as +01:00"
    yield is_unread & moments.has_abbreviated_zone(column.name), QuarantineCode.TYPE, F.lit(abbreviation)
    yield is_unread & text.rlike(moments.SINCE_1970), QuarantineCode.TYPE, F.lit(f"{COUNTS_SINCE_1970}{WITH_OFFSET}")
    yield is_unread & moments.is_day_alone(column.name), QuarantineCode.TYPE, F.lit(f" is a day without a time: {WITH_OFFSET}")
    yield either_day(column)
    yield is_unread, QuarantineCode.TYPE, F.lit(f" is not a timestamp: {WITH_OFFSET}")


def time_warnings(column: Column, contract: Contract) -> Iterator[tuple[SparkColumn, WarningCode]]:
    """Yield what is doubtful about a time: the condition and the code."""
    if zones.place_of(column, contract) is not None:
        yield zones.lacks_zone(column), WarningCode.LOCAL_TIME
    yield zones.is_repeated(column), WarningCode.REPEATED_HOUR
