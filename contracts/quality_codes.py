"""The codes under which rows are quarantined and warnings are reported, each with its cause and the way to fix it.

A row is quarantined under the first rule it breaks. A warning costs no row: the row is used, and the warning states what was changed or
is doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class _Code(StrEnum):
    """A code with one sentence on the cause and one on the fix, both for the people who send the data."""

    cause: str
    fix: str

    def __new__(cls, name: str, cause: str, fix: str) -> _Code:
        """Make the member whose text is the code."""
        code = str.__new__(cls, name)
        code._value_ = name
        code.cause = cause
        code.fix = fix
        return code


class QuarantineCode(_Code):
    """Reasons why a row is not used."""

    UNREADABLE = (
        "UNREADABLE",
        "The record cannot be split into the columns of the header.",
        "Check its separators and quotes: every record needs as many fields as the header.",
    )
    NULL_REQUIRED = (
        "NULL_REQUIRED",
        "A value that every row needs is blank.",
        "Fill the value in at the source, or leave the row out.",
    )
    TYPE = (
        "TYPE",
        "A value is not of the type of its column.",
        "Write the value as the reason states, for instance 12.5, 2026-11-21 or true.",
    )
    AMBIGUOUS = (
        "AMBIGUOUS",
        "A value can be read in two ways, for instance 1.250 as one and a quarter or as one thousand two hundred and fifty.",
        "Write numbers with a decimal point and without thousands separators, and dates as YYYY-MM-DD.",
    )
    CODE = (
        "CODE",
        "A code or an identifier is not one of the allowed ones, is too long, or has characters that it must not have.",
        "Write one of the codes that the reason lists, or remove the characters that it names.",
    )
    RANGE = (
        "RANGE",
        "A number is below the minimum or above the maximum of its column.",
        "Correct the number at the source; send returns and corrections as a data set of their own.",
    )
    DATE_PAST = (
        "DATE_PAST",
        "The business date is before the earliest date of the data set.",
        "Check the year and the order of day, month and year.",
    )
    DATE_FUTURE = (
        "DATE_FUTURE",
        "The business date is after the latest date that the data set may hold on the day of the run.",
        "Check the year and the order of day, month and year: actuals cannot lie in the future.",
    )
    BLANK_CELL = (
        "BLANK_CELL",
        "A cell is blank in a file whose columns are days or series: the demand of that day is unknown, which is not zero.",
        'Nothing, where it is unknown; else fill in 0 at the source, or state blank_cells = "zero" in the mapping of the file.',
    )
    CONSISTENCY = (
        "CONSISTENCY",
        "Two values of the row contradict each other, for instance more units shipped than ordered.",
        "Check both values that the reason names.",
    )
    CONFLICT = (
        "CONFLICT",
        "Several rows have the same key and different values, and nothing states which of them is right.",
        "Send one row per key, or fill in updated_at so that the latest row is used.",
    )
    UNKNOWN_SKU = (
        "UNKNOWN_SKU",
        "The SKU is not in sku_master.",
        "Upload the SKU in sku_master, or correct its identifier; the row is used in the first run after that.",
    )
    UNKNOWN_SITE = (
        "UNKNOWN_SITE",
        "The site is not in site_master.",
        "Upload the site in site_master, or correct its identifier; the row is used in the first run after that.",
    )
    UNKNOWN_LANE = (
        "UNKNOWN_LANE",
        "The lane is not in lane_master.",
        "Upload the lane in lane_master, or correct its identifier; the row is used in the first run after that.",
    )
    UNKNOWN_ZONE = (
        "UNKNOWN_ZONE",
        "A time has no offset from UTC, and the time zone of its site is not known, so that the moment is not.",
        "Upload the site with its time_zone in site_master, state time_zone in the mapping of the source, or send times with an offset; "
        "once site_master has the zone, the row is used in the first run after that.",
    )
    UNIT = (
        "UNIT",
        "The quantity cannot be converted into the base unit of the SKU.",
        "State the conversion in sku_master (for instance units_per_case), or send the quantity in the base unit.",
    )


PARKED_CODES = frozenset(
    {QuarantineCode.UNKNOWN_SKU, QuarantineCode.UNKNOWN_SITE, QuarantineCode.UNKNOWN_LANE, QuarantineCode.UNKNOWN_ZONE}
)
"""The codes of rows that take part without being sent again, in the first run after the missing master data arrived."""

MASTERS: Mapping[str, str] = {
    QuarantineCode.UNKNOWN_SKU: "sku_master",
    QuarantineCode.UNKNOWN_SITE: "site_master",
    QuarantineCode.UNKNOWN_LANE: "lane_master",
    QuarantineCode.UNKNOWN_ZONE: "site_master",
}
"""The data set in which a parked row misses its entry, by code."""

ABSENT_SERIES_CODES = frozenset({QuarantineCode.UNKNOWN_SKU, QuarantineCode.UNKNOWN_SITE})
"""The codes of parked rows whose series takes no part before its master data arrive, so that no day of it could be unknown."""

SERIES_CODES = PARKED_CODES | {QuarantineCode.UNIT, QuarantineCode.CONFLICT}
"""The codes of rows that say nothing about the other series of their site: it did deliver them, and the day is complete."""


UNKNOWN_CODES = frozenset({QuarantineCode.BLANK_CELL})
"""The codes of rows that state nothing: there is nothing to mend in them, so that they have no record and do not count as bad rows."""


class WarningCode(_Code):
    """Reasons to look at rows that are used."""

    BLANK = (
        "BLANK",
        "A column that should be filled is blank in some rows.",
        "Fill the column in at the source where the value is known.",
    )
    OPTIONAL_TYPE = (
        "OPTIONAL_TYPE",
        "A value of an optional column is not of the type of its column; the row is used without it.",
        "Write the value as the sample states, or leave it blank.",
    )
    OPTIONAL_AMBIGUOUS = (
        "OPTIONAL_AMBIGUOUS",
        "A value of an optional column can be read in two ways; the row is used without it.",
        "Write numbers with a decimal point and without thousands separators, and dates as YYYY-MM-DD.",
    )
    OPTIONAL_CODE = (
        "OPTIONAL_CODE",
        "A value of an optional column is not an allowed code or has characters that it must not have; the row is used without it.",
        "Write one of the codes that the sample lists, or leave the value blank.",
    )
    OPTIONAL_RANGE = (
        "OPTIONAL_RANGE",
        "A number of an optional column is out of its range; the row is used without it.",
        "Correct the number at the source, or leave it blank.",
    )
    ROUNDED = (
        "ROUNDED",
        "A number has more decimals than are stored; it was rounded, a half to the even neighbour.",
        "Nothing, unless the digits matter: then send the number in a smaller unit.",
    )
    TIME_DROPPED = (
        "TIME_DROPPED",
        "A date column holds a time of day other than midnight; the date as written was used.",
        "Send the date alone, in the time zone of the site.",
    )
    LOCAL_TIME = (
        "LOCAL_TIME",
        "A time has no offset from UTC: it is one of the clock of its site, and site_master says in which time zone that is.",
        "Upload site_master with the time zone of every site, state time_zone in the mapping of the source, or send times with an offset.",
    )
    REPEATED_HOUR = (
        "REPEATED_HOUR",
        "A time without an offset came twice, in the night on which the clocks of its site go back; the first one was used.",
        "Nothing, if an hour does not matter; else send times with an offset.",
    )
    RUINED_IDENTIFIER = (
        "RUINED_IDENTIFIER",
        "An identifier looks as if a spreadsheet had changed it, for instance 9.78014E+12; it may stand for several items.",
        "Export the file again with the column formatted as text.",
    )
    SUMMED = (
        "SUMMED",
        "Several rows of one key differ in a column that tells them apart; their quantities were added.",
        "Nothing, if the rows are parts of one total; else send one row per key.",
    )
    REPEATED = (
        "REPEATED",
        "A large share of the rows of a file repeats other rows of it.",
        "Check whether the export repeats rows, or leaves out a column that tells them apart.",
    )
    RESTATED = (
        "RESTATED",
        "Rows of an earlier file were replaced by rows of a newer file with the same keys.",
        "Nothing, if the newer file corrects the earlier one.",
    )
