"""Axes: which values and days are labelled, and how numbers are written. The standard library alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kpi_engine.anomalies.formats import MINUS, MONTHS

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MOST_DAY_LABELS = 8
PREFIXES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


@dataclass(frozen=True)
class Scale:
    """Values from low to high on `height` pixels, the highest on top; ticks: the labelled values."""

    low: float
    high: float
    height: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float | None], height: float, n_ticks: int) -> Scale:
        """Return a scale that holds all known values and zero, with about n_ticks round ticks.

        >>> Scale.of([3.0, None, 17.0], 100, 4).ticks
        (0.0, 5.0, 10.0, 15.0, 20.0)
        """
        known_values = [value for value in values if value is not None]
        low, high = min([0.0, *known_values]), max([0.0, *known_values])
        step = _round_step((high - low or 1.0) / n_ticks)
        first, last = math.floor(low / step), math.ceil((high if high > low else low + step) / step)
        return cls(first * step, last * step, height, tuple(place * step for place in range(first, last + 1)))

    def y(self, value: float) -> float:
        """Return the distance of a value from the top, pixels."""
        return self.height * (self.high - value) / (self.high - self.low)


def format_value(value: float) -> str:
    """Write a number in at most four characters and a prefix.

    >>> [format_value(value) for value in (0.0, 1250.0, -3.456, 2e6, 99.96)]
    ['0', '1.25k', '−3.46', '2m', '100']
    """
    size, prefix = next(((size, prefix) for size, prefix in PREFIXES if abs(value) >= size), (1.0, ""))
    digits = f"{abs(value) / size:.3g}"
    return f"{MINUS if value < 0 else ''}{f'{float(digits):g}'}{prefix}"


def format_date(day: date) -> str:
    """Write a day as on an axis.

    >>> format_date(date(2026, 11, 3))
    '3 Nov'
    """
    return f"{day.day} {MONTHS[day.month - 1]}"


def choose_days(first: date, n_days: int) -> Iterator[int]:
    """Yield the places of the days that are labelled: all of few days, else every so many weeks back from the last one.

    >>> list(choose_days(date(2026, 11, 1), 3)), list(choose_days(date(2026, 11, 1), 35))
    ([0, 1, 2], [6, 13, 20, 27, 34])
    """
    if n_days <= MOST_DAY_LABELS:
        yield from range(n_days)
        return
    weeks = math.ceil(n_days / 7 / MOST_DAY_LABELS)
    yield from range((n_days - 1) % (7 * weeks), n_days, 7 * weeks)


def add_days(first: date, place: int) -> date:
    """Return the day at a place."""
    return first + timedelta(days=place)


def _round_step(step: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(step))
    return next(factor for factor in STEPS if factor * magnitude >= step * (1 - 1e-9)) * magnitude
