"""Numbers read from outside, and numbers, days and places written for people: the same in every locale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

LARGEST_COUNT = 2.0**53
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CATEGORIES = ("category_l1", "category_l2", "category_l3")
"""Attributes of a SKU, the coarsest first."""
DIMENSION_NAMES = {
    "site_id": "site",
    "site": "site",
    "location": "site",
    "sku_id": "SKU",
    "sku": "SKU",
    "item_id": "SKU",
    **dict.fromkeys(CATEGORIES, "category"),
}
MAX_LISTED = 5
MOST_PERCENT = 999.0
"""Beyond it, with hardly any demand expected, a percentage says nothing."""
WHOLE_AMOUNT_FROM = 10
WHOLE_FROM = 100
MINUS = "−"


def parse_number(value: object) -> float:
    """Return a float up to 2^53 in size, or NaN for everything else: None, text that is not a number, infinities, booleans.

    Beyond 2^53 a float no longer counts single units; a quantity of that size is an error of the sender.

    >>> parse_number("12.5"), parse_number(None), parse_number(1e17)
    (12.5, nan, nan)
    """
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if abs(number) <= LARGEST_COUNT else math.nan


def format_percent(value: float) -> str:
    """Write a change in whole percent, with a sign unless it is zero.

    >>> format_percent(-38.2), format_percent(52), format_percent(0.4)
    ('−38 %', '+52 %', '0 %')
    """
    whole = round(value)
    sign = MINUS if whole < 0 else "+" if whole > 0 else ""
    return f"{sign}{abs(whole)} %"


def format_number(value: float, *, has_sign: bool = False) -> str:
    """Write a quantity: whole from 100 on, with at most two decimals below.

    >>> format_number(1920.4), format_number(-0.25), format_number(720, has_sign=True)
    ('1,920', '−0.25', '+720')
    """
    size = abs(value)
    digits = f"{size:,.0f}" if size >= WHOLE_FROM else f"{size:.2f}".rstrip("0").rstrip(".")
    sign = "" if not float(digits.replace(",", "")) else MINUS if value < 0 else "+" if has_sign else ""
    return f"{sign}{digits}"


def format_amount(value: float) -> str:
    """Write a quantity of a day as briefly as it says something: whole from 10 on, with at most two figures below.

    >>> format_amount(31.8), format_amount(0.3012), format_amount(0.0)
    ('32', '0.3', '0')
    """
    return f"{value:,.0f}" if abs(value) >= WHOLE_AMOUNT_FROM else f"{value:.2g}"


def format_days(first: date, last: date) -> str:
    """Write a period of whole days as briefly as it stays clear.

    >>> format_days(date(2026, 11, 21), date(2026, 11, 22)), format_days(date(2026, 12, 31), date(2027, 1, 1))
    ('21–22 Nov', '31 Dec 2026–1 Jan 2027')
    """
    if first.year != last.year:
        return f"{_format_day(first)} {first.year}–{_format_day(last)} {last.year}"
    if first.month != last.month:
        return f"{_format_day(first)}–{_format_day(last)}"
    return _format_day(first) if first == last else f"{first.day}–{_format_day(last)}"


def format_location(values: Mapping[str, Sequence[str]]) -> str:
    """Write dimension values: a single value by its name, several by their number; sites first and SKUs last.

    >>> format_location({"sku_id": ("A", "B"), "site_id": ("LDS1",)})
    'at site LDS1, 2 SKUs'
    """
    names = sorted(
        (name for name in values if values[name]),
        key=lambda name: (DIMENSION_NAMES.get(name) == "SKU", DIMENSION_NAMES.get(name) != "site", name),
    )
    parts = [_format_values(DIMENSION_NAMES.get(name, name.removesuffix("_id")), values[name]) for name in names]
    return f"at {', '.join(parts)}" if parts else ""


def format_list(names: Sequence[str]) -> str:
    """Write the first five names, and how many more there are.

    >>> format_list(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e and 2 more'
    """
    more = len(names) - MAX_LISTED
    return ", ".join(names[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")


def _format_values(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        return f"{len(values)} {name}s"
    return values[0] if name == "SKU" else f"{name} {values[0]}"


def _format_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
