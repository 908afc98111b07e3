"""The values of cells as text: numbers without the noise of floating point, dates and times as the contract writes them."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of the date and time formats that every workbook has (ECMA-376 part 1, 18.8.30)."""

_PLAIN_NUMBER = re.compile(r"0|-?[1-9]\d{0,14}")
_NO_PART_OF_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_SERIAL = 2_958_466
_DIGITS = 15
"""Significant digits that Excel shows."""


def is_date_format(number: int, code: str | None) -> bool:
    """Return whether a number format shows dates or times; code: that of a format of the workbook's own."""
    if code is None:
        return number in _DATE_FORMATS
    letters = _NO_PART_OF_A_DATE.sub("", code.split(";")[0])
    return bool(re.search(r"[ymdhs]", letters, re.IGNORECASE)) and "general" not in letters.casefold()


def number_text(text: str) -> str:
    """Return a stored number with the 15 digits that Excel shows: 0.30000000000000004 is 0.3; text that is no number stays."""
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    if not abs(number) < 1e20:
        return text
    plain = format(Decimal(format(number, f".{_DIGITS}g")), "f")
    if number == 0:
        return "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def moment_text(text: str, counts_from_1904: bool) -> str:
    """Return a serial number of days as a date, a date and time, or (below 1) a time; text that is no such number stays."""
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial < _MAX_SERIAL:
        return text
    # Excel counts 29 February 1900, a day that never was.
    first_day = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 30) if serial >= 61 else date(1899, 12, 31)
    moment = datetime.combine(first_day, time()) + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return moment.strftime("%H:%M:%S")
    return moment.date().isoformat() if moment.hour == moment.minute == moment.second == 0 else moment.isoformat()


def unescape(text: str) -> str:
    """Return text with the characters that XML cannot have, which a workbook writes as _x000D_."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
