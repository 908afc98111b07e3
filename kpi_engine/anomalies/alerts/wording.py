"""Numbers, days and places in words, the same in every locale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = {"site_id": "site", "site": "site", "location": "site", "sku_id": "SKU", "sku": "SKU", "item_id": "SKU"}
MOST_LISTED = 5
MINUS = "−"


def signed_percent(value: float) -> str:
    """-38.2 as "−38 %", with a true minus sign; a plus for what is positive."""
    whole = round(value)
    sign = MINUS if whole < 0 else "+" if whole > 0 else ""
    return f"{sign}{abs(whole)} %"


def days(first: date, last: date) -> str:
    """ "21 Nov", "21–22 Nov", "30 Nov–2 Dec", "31 Dec 2026–1 Jan 2027"."""
    if first.year != last.year:
        return f"{_day(first)} {first.year}–{_day(last)} {last.year}"
    if first.month != last.month:
        return f"{_day(first)}–{_day(last)}"
    return _day(first) if first == last else f"{first.day}–{_day(last)}"


def place(values: dict[str, tuple[str, ...]]) -> str:
    """ "at site LDS1, 12 SKUs": one value by name, several by their number; sites first and SKUs last."""
    names = sorted((name for name in values if values[name]), key=lambda name: (NAMES.get(name) == "SKU", NAMES.get(name) != "site", name))
    words = [_value(_name(name), values[name]) for name in names]
    return f"at {', '.join(words)}" if words else ""


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _value(name: str, found: tuple[str, ...]) -> str:
    if len(found) > 1:
        return f"{len(found)} {name}s"
    return found[0] if name == "SKU" else f"{name} {found[0]}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _name(dimension: str) -> str:
    return NAMES.get(dimension, dimension.removesuffix("_id"))
