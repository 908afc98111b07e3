"""Texts that name a day, an ISO week or a month; a week or a month counts on its first day."""

from __future__ import annotations

import re
from datetime import date, datetime

WEEK = "%V"
WEEKDAY = " %u"
MONDAY = " 1"
"""An ISO week alone is no day: its Monday is appended, to the text and to its format."""

DIGITS = {"%Y%m%d": 8, "%Y%m": 6, "%G%V": 6}
"""Formats without separators, and the digits that a text of them has: strptime would read 202611 as the first of January too."""

_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?")


def parse_day(text: str, date_format: str) -> date | None:
    """Return the day that a text names in a format of strptime; None for any other text. A time after it must be midnight.

    >>> parse_day("2026-11-02 00:00:00", "%Y-%m-%d"), parse_day("Nov 2026", "%b %Y"), parse_day("2026-W45", "%G-W%V")
    (datetime.date(2026, 11, 2), datetime.date(2026, 11, 1), datetime.date(2026, 11, 2))
    """
    text = text.strip()
    if "%H" not in date_format and (match := _MIDNIGHT.search(text)) and match.end() == len(text):
        text = text[: match.start()]
    if date_format in DIGITS and not (text.isascii() and text.isdigit() and len(text) == DIGITS[date_format]):
        return None
    if WEEK in date_format:
        text, date_format = text + MONDAY, date_format + WEEKDAY
    try:
        day = datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
    # strptime takes the year 26 for %Y, which is a year of two digits that the format does not state.
    return day if day.year >= 1000 else None
