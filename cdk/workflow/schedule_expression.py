"""When a schedule fires, as EventBridge Scheduler writes it, checked before anything is deployed.

Source: EventBridge Scheduler user guide, "Schedule types"; its API reference, `ScheduleExpression`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

RATE = re.compile(r"rate\([1-9]\d* (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((.+)\)")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ANY_DAY = "?"


@dataclass(frozen=True)
class Field:
    """One field of a cron expression: numbers from first to last, or words; `alone` is what stands by itself only."""

    name: str
    first: int
    last: int
    words: tuple[str, ...] = ()
    alone: str = "[*]"

    def takes(self, text: str) -> bool:
        """Whether text is a value, a range, a step or a list of those."""
        return bool(re.fullmatch(self.alone, text)) or all(self._is_part(part) for part in text.split(","))

    def _is_part(self, part: str) -> bool:
        span, slash, step = part.partition("/")
        if slash and not re.fullmatch(r"[1-9]\d*", step):
            return False
        low, dash, high = span.partition("-")
        return span == "*" or (self._is_value(low) and (not dash or self._is_value(high)))

    def _is_value(self, text: str) -> bool:
        return text.upper() in self.words or bool(re.fullmatch(r"\d{1,4}", text) and self.first <= int(text) <= self.last)


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31, alone=r"[*?L]|LW|\d{1,2}W"),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 1, 7, DAYS, alone=rf"[*?L]|([1-7]|{'|'.join(DAYS)})(L|#[1-5])"),
    Field("year", 1970, 2199),
)


def checked(expression: str) -> str:
    """The expression itself. Raises ValueError, which says what is wrong with it."""
    if RATE.fullmatch(expression):
        return expression
    cron = CRON.fullmatch(expression)
    if cron is None:
        raise ValueError("write cron(30 4 * * ? *), or a rate such as rate(1 day), in minutes, hours or days")
    parts = cron[1].split()
    if len(parts) != len(FIELDS):
        raise ValueError(f"a cron has six fields, {', '.join(field.name for field in FIELDS)}, and this one {len(parts)}")
    for field, part in zip(FIELDS, parts, strict=True):
        if not field.takes(part):
            raise ValueError(f"{part!r} is no {field.name}: {_allowed(field)}")
    if [parts[2], parts[4]].count(ANY_DAY) != 1:
        raise ValueError("either the day of month or the day of week has to be ?, and the other one not")
    return expression


def _allowed(field: Field) -> str:
    words = f" or {field.words[0]} to {field.words[-1]}" if field.words else ""
    return f"{field.first} to {field.last}{words}, with , - * and /"


ScheduleExpression = Annotated[str, AfterValidator(checked)]
