"""The time over which demand is summed before an error is formed."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.calendar import week_numbers, week_starts
from kpi_engine.shared.errors import InvalidValue


class Grain(StrEnum):
    """Days, ISO weeks or calendar months; each is a bucket of days with a number of its own."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def of(cls, name: str) -> Grain:
        """Return the grain of that name. Raises InvalidValue.

        >>> Grain.of("week").season
        52
        """
        if name not in list(cls):
            raise InvalidValue(f"error_grain is day, week or month, not {name}")
        return cls(name)

    @property
    def season(self) -> int:
        """Buckets in a season: 7 days, 52 weeks, 12 months."""
        return {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12}[self]

    def buckets(self, day: Ints) -> Ints:
        """Return the number of each day's bucket; buckets that follow each other have numbers that do.

        >>> Grain.MONTH.buckets(np.array([0, 30, 31])).tolist()
        [0, 0, 1]
        """
        if self is Grain.WEEK:
            return week_numbers(day)
        return day if self is Grain.DAY else day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    def first_days(self, bucket: Ints) -> Ints:
        """Return the first day of each bucket.

        >>> Grain.MONTH.first_days(np.array([0, 1])).tolist()
        [0, 31]
        """
        if self is Grain.WEEK:
            return week_starts(bucket)
        return bucket if self is Grain.DAY else bucket.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
