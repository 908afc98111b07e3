"""The model behind the simulation: seasonal naive, with quantiles from the differences between weeks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

SEASON_DAYS = 7
Key: TypeAlias = tuple[str, ...]
Row: TypeAlias = tuple[Key, date, float]
DailyValues: TypeAlias = Mapping[date, float]
SeriesByKey: TypeAlias = Mapping[Key, DailyValues]
QuantilesByKey: TypeAlias = Mapping[Key, Sequence[tuple[date, list[float]]]]


class InvalidData(Exception):
    """The data cannot be used; the message becomes that of the failed resource."""


@dataclass(frozen=True)
class Columns:
    """The columns of a data set's schema, in the order of its files."""

    names: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names beyond the three required ones."""
        return tuple(name for name in self.names if name not in ("item_id", "timestamp", "target_value"))

    def parse(self, text: str) -> Iterator[Row]:
        """Yield the rows of one CSV file without a header. Raises InvalidData naming the first line that does not fit the schema."""
        for number, fields in enumerate(csv.reader(io.StringIO(text)), 1):
            if len(fields) != len(self.names):
                raise InvalidData(f"line {number} has {len(fields)} columns, the schema has {len(self.names)}")
            values = dict(zip(self.names, fields, strict=True))
            try:
                key = (values["item_id"], *(values[name] for name in self.dimensions))
                yield key, date.fromisoformat(values["timestamp"]), float(values["target_value"])
            except ValueError as error:
                raise InvalidData(f"line {number}: {error}") from error


@dataclass(frozen=True)
class WindowAccuracy:
    """Accuracy of the median in one test window."""

    first_day: date
    wape: float
    """A fraction: sum of absolute errors over sum of absolute demand; 0 without demand."""
    points: int


@dataclass(frozen=True)
class Training:
    """The result of training: the series, their last day and the accuracy in the last window."""

    series: SeriesByKey
    last_day: date
    accuracy: WindowAccuracy


def sum_by_day(rows: Iterable[Row]) -> dict[Key, dict[date, float]]:
    """Return the series of the rows; several rows of one day are summed, which is the service's default aggregation."""
    series: dict[Key, dict[date, float]] = {}
    for key, day, value in rows:
        days = series.setdefault(key, {})
        days[day] = days.get(day, 0.0) + value
    return series


def find_first_and_last_day(series: SeriesByKey) -> tuple[date, date]:
    """Return the first and the last day of any series."""
    return min(min(days) for days in series.values()), max(max(days) for days in series.values())


def forecast(days: DailyValues, last_day: date, horizon: int, levels: Sequence[float]) -> Iterator[tuple[date, list[float]]]:
    """Yield each day after `last_day` with its quantiles: the newest same weekday plus quantiles of the weekly differences.

    The differences count with both signs, so the median repeats the last week.
    """
    differences = [
        value - days[day - timedelta(days=SEASON_DAYS)] for day, value in days.items() if day - timedelta(days=SEASON_DAYS) in days
    ]
    around_zero = [*differences, *(-difference for difference in differences)]
    shifts = np.quantile(around_zero, levels) if around_zero else np.zeros(len(levels))
    for lead in range(1, horizon + 1):
        day = last_day + timedelta(days=lead)
        yield day, [max(0.0, round(_find_same_weekday(days, day, last_day) + float(shift), 4)) for shift in shifts]


def measure_accuracy(series: SeriesByKey, last_day: date, horizon: int, gaps_are_zero: bool) -> WindowAccuracy:
    """Measure the median in the last window of `horizon` days, forecast from the days before it.

    A day of the window without a row counts as zero, or excludes its series.
    """
    first_day = last_day - timedelta(days=horizon - 1)
    error = demand = 0.0
    points = 0
    for days in series.values():
        if not gaps_are_zero and any(first_day + timedelta(days=lead) not in days for lead in range(horizon)):
            continue
        before = {day: value for day, value in days.items() if day < first_day}
        for day, (median,) in forecast(before, first_day - timedelta(days=1), horizon, [0.5]):
            actual = days.get(day, 0.0)
            error, demand, points = error + abs(actual - median), demand + abs(actual), points + 1
    return WindowAccuracy(first_day, error / demand if demand else 0.0, points)


def _find_same_weekday(days: DailyValues, day: date, last_day: date) -> float:
    """Return the value of the newest same weekday up to `last_day`; 0 when the last 52 weeks have none."""
    newest = day - timedelta(days=SEASON_DAYS * (-(-(day - last_day).days // SEASON_DAYS)))
    weekdays = (newest - timedelta(days=SEASON_DAYS * weeks) for weeks in range(52))
    return next((days[weekday] for weekday in weekdays if weekday in days), 0.0)
