"""Files as other people keep them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

DAYS = [date(2026, 10, 25) + timedelta(days=number) for number in range(30)]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",", encoding: str = "utf-8") -> Path:
    """Write a CSV file; values as they are, without quotes."""
    lines = [header, *rows] if header else list(rows)
    text = "\n".join(separator.join(map(str, line)) for line in lines) + "\n"
    path.write_text(text, encoding=encoding)
    return path


def sales(date_format: str = "%d/%m/%Y") -> list[tuple[str, str, str, int]]:
    """Rows of day, SKU, warehouse and units."""
    return [(day.strftime(date_format), "A-1", site, number) for number, day in enumerate(DAYS) for site in ("Leeds", "Tilburg")]
