"""The model behind the fake: last week again, with quantiles from how far last weeks were off."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

SEASON = 7
Key = tuple[str, ...]
Series = Mapping[Key, Mapping[date, float]]


class Unusable(Exception):
    """The data cannot be used; the message is what a FAILED resource says."""


@dataclass(frozen=True)
class Columns:
    """Where a data set's schema has which attribute; `dimensions` is every attribute beyond the three that are required."""

    names: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names beyond the required ones."""
        return tuple(name for name in self.names if name not in ("item_id", "timestamp", "target_value"))

    def read(self, text: str) -> Iterator[tuple[Key, date, float]]:
        """The rows of one CSV file without a header. Raises Unusable naming the first line that does not fit the schema."""
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            if len(row) != len(self.names):
                raise Unusable(f"line {number} has {len(row)} columns, the schema has {len(self.names)}")
            told = dict(zip(self.names, row, strict=True))
            try:
                key = (told["item_id"], *(told[name] for name in self.dimensions))
                yield key, date.fromisoformat(told["timestamp"]), float(told["target_value"])
            except ValueError as error:
                raise Unusable(f"line {number}: {error}") from error


def gathered(rows: Iterable[tuple[Key, date, float]]) -> dict[Key, dict[date, float]]:
    """Rows as series; several rows of one day are summed, as the aggregation of the service does by default."""
    series: dict[Key, dict[date, float]] = {}
    for key, day, value in rows:
        days = series.setdefault(key, {})
        days[day] = days.get(day, 0.0) + value
    return series


def span(series: Series) -> tuple[date, date]:
    """The first and last day of any series."""
    return min(min(days) for days in series.values()), max(max(days) for days in series.values())


def forecast(days: Mapping[date, float], last: date, horizon: int, levels: Sequence[float]) -> Iterator[tuple[date, list[float]]]:
    """Each day after `last` with its quantiles: the newest same weekday, plus quantiles of the weekly differences, as often up as down."""
    differences = [value - days[day - timedelta(days=SEASON)] for day, value in days.items() if day - timedelta(days=SEASON) in days]
    around_zero = [*differences, *(-difference for difference in differences)]
    shifts = np.quantile(around_zero, levels) if around_zero else np.zeros(len(levels))
    for ahead in range(1, horizon + 1):
        day = last + timedelta(days=ahead)
        yield day, [max(0.0, round(_like(days, day, last) + float(shift), 4)) for shift in shifts]


def wape(series: Series, last: date, horizon: int, gaps_are_zero: bool) -> tuple[date, float, int]:
    """The first day of the last window of `horizon` days, the WAPE (a fraction) of the median on it, and its number of points.

    A day of the window without a row is a zero, or keeps its series out of it.
    """
    first = last - timedelta(days=horizon - 1)
    error = demand = 0.0
    points = 0
    for days in series.values():
        if not gaps_are_zero and any(first + timedelta(days=ahead) not in days for ahead in range(horizon)):
            continue
        before = {day: value for day, value in days.items() if day < first}
        for day, (median,) in forecast(before, first - timedelta(days=1), horizon, [0.5]):
            actual = days.get(day, 0.0)
            error, demand, points = error + abs(actual - median), demand + abs(actual), points + 1
    return first, error / demand if demand else 0.0, points


def _like(days: Mapping[date, float], day: date, last: date) -> float:
    """The value of the newest same weekday up to `last`; 0 when there is none in a year."""
    earlier = day - timedelta(days=SEASON * (-(-(day - last).days // SEASON)))
    return next(
        (days[earlier - timedelta(days=SEASON * back)] for back in range(52) if earlier - timedelta(days=SEASON * back) in days), 0.0
    )
