"""Small demand files of a known pattern: the units of each weekday, Monday first, for a number of days up to the as-of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.unit.pipeline.conftest import AS_OF

WEEK = (8, 9, 10, 11, 12, 6, 4)
MONTH = 240.0
"""Units of 28 days: four weeks of WEEK."""

Row = Mapping[str, str]


def days(count: int, last: date = AS_OF) -> Iterator[date]:
    """Yield `count` days, the last being `last`."""
    return (last - timedelta(days=back) for back in range(count - 1, -1, -1))


def demand(sku: str = "SKU-1", site: str = "SITE-1", count: int = 120, last: date = AS_OF) -> list[dict[str, str]]:
    """Return one row of demand_history per day, of the pattern WEEK."""
    return [
        {"site_id": site, "sku_id": sku, "demand_date": str(day), "quantity": str(WEEK[day.weekday()]), "uom": "EA"}
        for day in days(count, last)
    ]


def write_csv(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows under the names of the first one's columns; text as it is, without quoting."""
    lines = list(rows)
    text = [",".join(lines[0]), *(",".join(row.values()) for row in lines)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path
