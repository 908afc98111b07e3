"""What people write into fields: dates as YYYY-MM-DD and in no other form, and text that can be stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

STORABLE = r"^[^\x00]*$"
"""PostgreSQL stores every character but NUL."""


def _written_as_date(value: object) -> object:
    """Left alone, pydantic would read 0 as the first of January 1970 and take a time for its day."""
    if isinstance(value, str) and (len(value) != len("2026-11-24") or value.count("-") != 2):
        raise ValueError("write the date as YYYY-MM-DD")
    if isinstance(value, int | float):
        raise ValueError("write the date as YYYY-MM-DD, in quotes")  # noqa: TRY004 - pydantic reports ValueError only
    return value


Day = Annotated[date, BeforeValidator(_written_as_date)]
