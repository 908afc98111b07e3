"""Interface of forecasters and their results, with which another model can replace the built-in one.

The back-test, the forecast job and the benchmarks take any object with these four members; no base class is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from forecast_engine.arrays import known_quantiles
from forecast_engine.errors import InvalidForecast, InvalidRequest, NothingToForecast
from forecast_engine.frames import columns_of_series, key_columns
from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.shared.arrays import Floats

DEFAULT_LEVELS = (0.1, 0.5, 0.9)


class Forecaster(Protocol):
    """A model that forecasts all series of a panel at once. It draws no random numbers and reads no clock: same panel, same forecast."""

    @property
    def name(self) -> str:
        """Short name for tables and reports, such as panel."""
        ...

    @property
    def version(self) -> str:
        """Version of the model, recorded with every run; it changes whenever the same panel would get other figures."""
        ...

    def min_history_days(self, horizon: int) -> int:
        """Return the days of history from which on the model works as intended; the back-test leaves out origins with fewer."""
        ...

    def forecast(self, panel: Panel, horizon: int, levels: Sequence[float]) -> PanelForecast:
        """Forecast every series of the panel for the `horizon` days after its last day, with a quantile for each level.

        Raises NothingToForecast for a panel without series, InvalidRequest for a horizon below 1 or levels that do not ascend in (0, 1).
        """
        ...


class Diagnostics:
    """Diagnostics of a model beside its forecast; a model with something to report derives a class of its own."""

    def as_dict(self) -> Mapping[str, object]:
        """Return values that can be written as JSON, by name; they join `params` in forecast.json."""
        return {}


@dataclass(frozen=True, eq=False)
class PanelForecast:
    """Forecasts of N series for the `horizon` days after `origin`.

    mean: (N, horizon) units. quantiles: (levels, N, horizon) units, ordered by level and not negative. model: the name of the forecaster,
    or of the simpler method it fell back to. warnings: cautions for readers of the figures. Raises InvalidForecast when shapes
    disagree, a value is not finite or negative, or quantiles cross.
    """

    series: tuple[SeriesKey, ...]
    origin: date
    levels: tuple[float, ...]
    mean: Floats
    quantiles: Floats
    model: str
    warnings: tuple[str, ...] = ()
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    def __post_init__(self) -> None:
        shape = (len(self.levels), len(self.series), *self.mean.shape[1:])
        if self.mean.ndim != 2 or self.quantiles.shape != shape or len(self.mean) != len(self.series):
            raise InvalidForecast(
                f"{self.model}: {len(self.series)} series and {len(self.levels)} levels need a mean of shape (series, days) and quantiles "
                f"of shape (levels, series, days), not {self.mean.shape} and {self.quantiles.shape}"
            )
        for name, values in (("mean", self.mean), ("quantiles", self.quantiles)):
            if not (np.isfinite(values) & (values >= 0)).all():
                raise InvalidForecast(f"{self.model}: {name} must be finite and not negative; clip them at 0 and fill what is not known")
        if (np.diff(self.quantiles, axis=0) < 0).any():
            raise InvalidForecast(f"{self.model}: quantiles must not cross; sort them along the levels")

    @property
    def horizon(self) -> int:
        """Days forecast."""
        return int(self.mean.shape[1])

    def select_levels(self, levels: Sequence[float]) -> PanelForecast:
        """Return the forecast with some of its levels alone. Raises InvalidRequest for a level that it does not have."""
        if missing_levels := [level for level in levels if level not in self.levels]:
            raise InvalidRequest(f"{self.model}: the forecast has the levels {self.levels}, not {tuple(missing_levels)}")
        rows = [self.levels.index(level) for level in levels]
        return replace(self, levels=tuple(levels), quantiles=self.quantiles[rows])

    def to_frame(self) -> pd.DataFrame:
        """Return a long frame, one row per series and day: the series and the day, mean, and a column per level (p10, p50, p90), in units.

        Series with a site have the columns site_id, sku_id and forecast_date, those that came with a unique_id have unique_id and ds.
        """
        columns = columns_of_series(self.series)
        days = np.datetime64(self.origin, "D") + np.arange(1, self.horizon + 1)
        return pd.DataFrame(
            {
                **key_columns(self.series, self.horizon),
                columns.forecast_day: np.tile(days, len(self.series)).astype("datetime64[ns]"),
                "mean": self.mean.ravel(),
                **{f"p{100 * level:g}": values.ravel() for level, values in zip(self.levels, self.quantiles, strict=True)},
            }
        )


def check_request(panel: Panel, horizon: int, levels: Sequence[float]) -> None:
    """Refuse what no forecaster can do: NothingToForecast for an empty panel, InvalidRequest for a bad horizon or bad levels.

    >>> check_request(Panel(np.ones((1, 30)), date(2026, 1, 1), (SeriesKey("LDS1", "A"),)), 0, (0.5,))
    Traceback (most recent call last):
        ...
    forecast_engine.errors.InvalidRequest: horizon must be at least 1 day, not 0
    """
    if not panel.series or not panel.days:
        raise NothingToForecast("the panel has no series; give at least one series with at least one day")
    if horizon < 1:
        raise InvalidRequest(f"horizon must be at least 1 day, not {horizon}")
    if not levels or any(not 0.0 < level < 1.0 for level in levels) or list(levels) != sorted(set(levels)):
        raise InvalidRequest(f"quantile levels must ascend strictly between 0 and 1, not {tuple(levels)}")


def forecast_around(point: Floats, errors: Floats, *, panel: Panel, levels: Sequence[float], model: str) -> PanelForecast:
    """Return a forecast whose quantiles are a point forecast plus the quantiles of past errors, never below 0.

    point: (N, horizon) units. errors: (N, M) past actual minus forecast of each series in units, NaN = not known; a series without any
    gets quantiles equal to its point.

    >>> panel = Panel(np.ones((1, 30)), date(2026, 1, 1), (SeriesKey("LDS1", "A"),))
    >>> errors = np.array([[-2.0, 0.0, 2.0]])
    >>> forecast_around(np.full((1, 2), 1.5), errors, panel=panel, levels=(0.25, 0.5, 0.75), model="flat").to_frame()
      site_id sku_id forecast_date  mean  p25  p50  p75
    0    LDS1      A    2026-01-31   1.5  0.5  1.5  2.5
    1    LDS1      A    2026-02-01   1.5  0.5  1.5  2.5
    """
    spread = np.nan_to_num(known_quantiles(errors, levels))
    quantiles = np.maximum(point + spread[:, :, None], 0.0)
    return PanelForecast(panel.series, panel.last_day, tuple(levels), np.maximum(point, 0.0), quantiles, model)
