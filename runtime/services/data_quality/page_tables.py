"""The tables of the data-quality page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from contracts.feeds import RECENT_DAYS

COMPLETE = f"Complete of {RECENT_DAYS} days"
NUMBERS = (
    *("Behind", COMPLETE, "Volume", "Drift", "Bad rows", "In", "Usable", "In quarantine", "Duplicates", "Discarded", "Rows", "Line"),
    *("History", "With demand", "Unknown", "Longest quiet", "Outliers"),
)
"""The columns of numbers, which are aligned to the right."""
NUMBER_CLASS = ' class="number"'


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; columns of NUMBERS are aligned to the right."""
    head = "".join(f'<th scope="col"{NUMBER_CLASS if name in NUMBERS else ""}>{escape(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<div class="wide"><table class="cards"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def cell(value: object, *, kind: str = "", label: str = "") -> str:
    """Return a cell. kind: its class; label: what it is called where the table becomes a list."""
    attributes = (f' class="{escape(kind, quote=True)}"' if kind else "") + (f' data-label="{escape(label, quote=True)}"' if label else "")
    return f"<td{attributes}>{escape(str(value))}</td>"


def more(count: int, limit: int, what: str) -> str:
    """Return how many entries the page leaves out, blank when it has all."""
    return f'<p class="soft">and {count - limit:,} more {what}, in the JSON report</p>' if count > limit else ""


def capitalise(text: str) -> str:
    """Return the text, escaped, with a capital first letter."""
    return escape(text[:1].upper() + text[1:])
