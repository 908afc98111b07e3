"""Forecasts of quantiles, from an optional column of forecast_data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.columns import clean_numbers, to_floats
from kpi_engine.shared.errors import InvalidValue


def read_quantiles(frame: pd.DataFrame) -> dict[float, Floats]:
    """Read the column `quantiles`, a mapping of levels such as "0.1" to values in each row, as one array per level; none without it.

    Raises InvalidValue for a level that is no number between 0 and 1, and for a value that is too large to compute with.

    >>> {level: values.tolist() for level, values in read_quantiles(pd.DataFrame({"quantiles": [{"0.9": 12}, None]})).items()}
    {0.9: [12.0, nan]}
    """
    if "quantiles" not in frame:
        return {}
    rows = [row if isinstance(row, Mapping) else {} for row in frame["quantiles"].tolist()]
    names = sorted({name for row in rows for name in row}, key=str)
    quantiles: dict[float, Floats] = {}
    for name in names:
        level, values = _level(name), _values([row.get(name) for row in rows])
        earlier = quantiles.get(level, values)  # rows may write one level in several ways: 0.1, "0.1", "0.10"
        quantiles[level] = np.where(np.isnan(earlier), values, earlier)
    return quantiles


def _values(entries: list[object]) -> Floats:
    return clean_numbers(to_floats(pd.Series(entries, dtype=object)), "a quantile of forecast_data")


def _level(name: object) -> float:
    try:
        level = float(str(name))
    except ValueError:
        level = np.nan
    if not 0 < level < 1:
        raise InvalidValue(f"quantiles of forecast_data hold the level {name!r}: a number between 0 and 1, such as 0.9")
    return round(level, 6)
