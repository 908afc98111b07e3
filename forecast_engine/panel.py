"""The panel: every series' daily demand side by side, one row per series and one column per day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from forecast_engine.errors import InvalidDemand
from kpi_engine.shared.arrays import Bools, Floats, Ints

MAX_HISTORY_DAYS = 1461
"""Four years; no forecaster uses older days, and one mistyped year must not widen the matrix by decades."""


class SeriesKey(NamedTuple):
    """One series: a SKU at a site. Series that come with a unique_id have it as sku_id, and no site ("")."""

    site_id: str
    sku_id: str

    @property
    def label(self) -> str:
        """The series in messages: site/SKU, or the unique_id."""
        return f"{self.site_id}/{self.sku_id}" if self.site_id else self.sku_id


@dataclass(frozen=True, eq=False)
class Panel:
    """Daily demand of N series over T consecutive days.

    values: (N, T) float64 in units of demand, NaN = not known (out of stock, missing, or before the series' first demand).
    first_day: the day of column 0. series: N keys, in the order of the rows. behind: (N,) days at the end that are unknown because the
    data of the series ends earlier, by default none; such a series is forecast from its own last day (forecast_engine.late_series).
    """

    values: Floats
    first_day: date
    series: tuple[SeriesKey, ...]
    behind: Ints | None = None

    def __post_init__(self) -> None:
        if self.behind is not None and self.behind.shape != (len(self.series),):
            raise InvalidDemand(f"a panel of {len(self.series)} series needs as many numbers of days behind, not {self.behind.shape}")
        if self.values.ndim != 2 or len(self.values) != len(self.series):
            raise InvalidDemand(
                f"a panel of {len(self.series)} series needs values of shape ({len(self.series)}, days), not {self.values.shape}"
            )

    @property
    def days(self) -> int:
        """T, the number of columns."""
        return int(self.values.shape[1])

    @property
    def last_day(self) -> date:
        """The last day of the panel: the origin of a forecast made from it."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def days_behind(self) -> Ints:
        """Days from the last known day of each series to the panel's last day, (N,)."""
        return np.zeros(len(self.series), dtype=np.int64) if self.behind is None else self.behind

    def until(self, last_day: date) -> Panel:
        """Return the panel as it was at the end of `last_day`; later days are cut off, not masked. Raises InvalidDemand."""
        days = (last_day - self.first_day).days + 1
        if not 0 < days <= self.days:
            raise InvalidDemand(f"the panel covers {self.first_day} to {self.last_day}; it cannot be cut at {last_day}")
        behind = None if self.behind is None else np.maximum(self.behind - (self.days - days), 0)
        return Panel(self.values[:, :days], self.first_day, self.series, behind)

    def select(self, mask: Bools) -> Panel:
        """Return the panel of the series where the mask (N,) is true."""
        series = tuple(key for key, is_selected in zip(self.series, mask, strict=True) if is_selected)
        return Panel(self.values[mask], self.first_day, series, None if self.behind is None else self.behind[mask])


def from_first_demand(values: Floats) -> Floats:
    """Return the values with the days before each row's first positive one as not known; a row without any is not known at all.

    >>> from_first_demand(np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])).tolist()
    [[nan, 3.0, 0.0], [nan, nan, nan]]
    """
    has_started = np.logical_or.accumulate(values > 0, axis=1)
    return np.where(has_started, values, np.nan)
