"""Numbers, days and lists in the texts of findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MOST_DAYS = 3


def format_number(value: float, digits: int = 0) -> str:
    """Return a number with thousands separators, without its sign.

    >>> format_number(-12345.678, 1)
    '12,345.7'
    """
    return f"{abs(value):,.{digits}f}"


def format_period(first_day: date, last_day: date) -> str:
    """Return a period in words.

    >>> format_period(date(2026, 11, 27), date(2026, 11, 28)), format_period(date(2026, 11, 30), date(2026, 11, 30))
    ('27–28 Nov', '30 Nov')
    >>> format_period(date(2026, 11, 30), date(2026, 12, 1))
    '30 Nov–1 Dec'
    """
    last = f"{last_day.day} {last_day:%b}"
    if first_day == last_day:
        return last
    is_same_month = (first_day.year, first_day.month) == (last_day.year, last_day.month)
    return f"{first_day.day}{'' if is_same_month else f' {first_day:%b}'}–{last}"


def format_count(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> format_count(1, "SKU"), format_count(1200, "SKU")
    ('1 SKU', '1,200 SKUs')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_place(site_ids: Sequence[str], sku_ids: Sequence[str]) -> str:
    """Return where a finding is: one site or SKU by its name, several by their number.

    >>> format_place(["LDS1"], ["A", "B"])
    'at site LDS1, 2 SKUs'
    """
    sites = f"at site {site_ids[0]}" if len(site_ids) == 1 else f"at {format_count(len(site_ids), 'site')}" if site_ids else ""
    skus = name_sku(sku_ids[0]) if len(sku_ids) == 1 else format_count(len(sku_ids), "SKU") if sku_ids else ""
    return ", ".join(filter(None, (sites, skus)))


def name_sku(sku_id: str) -> str:
    """Return a SKU by its id, which says by itself what it is where it begins so.

    >>> name_sku("00417"), name_sku("SKU-01265")
    ('SKU 00417', 'SKU-01265')
    """
    return sku_id if sku_id.upper().startswith("SKU") else f"SKU {sku_id}"


def format_days(days: Sequence[date], preposition: str = "on") -> str:
    """Return days in their order: as a period when they follow one another, each of up to three, else the first and the last.

    >>> format_days([date(2026, 11, 27), date(2026, 11, 28)]), format_days([date(2026, 11, 27), date(2026, 12, 1)], "to")
    ('on 27–28 Nov', 'to 27 Nov and 1 Dec')
    >>> format_days([date(2026, 11, day) for day in (3, 5, 7, 9)])
    'on days between 3 Nov and 9 Nov'
    """
    first, last = days[0], days[-1]
    if (last - first).days == len(days) - 1:
        return f"{preposition} {format_period(first, last)}"
    names = [f"{day.day} {day:%b}" for day in days]
    if len(days) <= MOST_DAYS:
        return f"{preposition} {', '.join(names[:-1])} and {names[-1]}"
    return f"{preposition} days between {names[0]} and {names[-1]}"
