"""From the caller's frames to arrays: columns checked, numbers and days read from any type of column, nothing of the caller's changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.errors import InvalidValue, MissingColumns

NO_SITE = "ALL"
NO_DAY = int(np.iinfo(np.int64).min)
TICKS_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
OTHER_NAMES = {"sku": "sku_id"}


def required(needed: Mapping[str, tuple[pd.DataFrame, Sequence[str]]]) -> list[pd.DataFrame]:
    """The frames with `sku` read as `sku_id`; a frame without rows and columns gets the columns it needs.

    Raises one MissingColumns that names every column that any frame lacks.
    """
    frames, faults = [], []
    for name, (given, columns) in needed.items():
        known = renamed(given, OTHER_NAMES)
        if not known.size and not len(known.columns):
            known = pd.DataFrame(columns=list(columns))
        missing = [column for column in columns if column not in known]
        if missing:
            faults.append(f"{name} lacks {', '.join(missing)}; it has {', '.join(map(str, given.columns)) or 'no column'}")
        frames.append(known)
    if faults:
        raise MissingColumns(". ".join(faults))
    return frames


def renamed(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The frame with columns under their common names, unless it has a column of that name already."""
    wanted = {name: common for name, common in names.items() if name in frame and common not in frame}
    return frame.rename(columns=wanted) if wanted else frame


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as floats; None, NaN and infinities are NaN, and so is a column that is not there. Not to be written to."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = floats(frame[column])
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):  # one pass tells most columns from those that need a closer look
            return values
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def floats(values: pd.Series[Any]) -> Floats:
    """Values of any type as floats, NaN for what is no number."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = np.append(floats(pd.Series(values.cat.categories)), np.nan)
        return categories[values.cat.codes.to_numpy()]
    if values.dtype == np.float64 and isinstance(values.dtype, np.dtype):
        return values.to_numpy()
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def days(frame: pd.DataFrame, column: str) -> Ints:
    """A column of dates, times or ISO texts as days since 1970-01-01 on the column's own clock; NO_DAY where there is none.

    Raises InvalidValue for a text that is no date.
    """
    values = frame[column]
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        return _day_numbers(values.to_numpy())
    codes, distinct = pd.factorize(values)  # far fewer days than rows: read each once
    return np.array([*(_day(value, column) for value in distinct), NO_DAY], dtype=np.int64)[codes]


def _day(value: object, column: str) -> int:
    """The local date of a time; of a text, its first ten characters."""
    try:
        moment = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, date):
        raise InvalidValue(f"{column} holds {value!r}, which is no date: write YYYY-MM-DD")
    return moment.toordinal() - EPOCH_ORDINAL


def _day_numbers(moments: np.ndarray[Any, Any]) -> Ints:
    unit = np.datetime_data(moments.dtype)[0]
    ticks = moments.view(np.int64)
    number = np.asarray(ticks // TICKS_PER_DAY[unit] if unit in TICKS_PER_DAY else moments.astype("datetime64[D]").view(np.int64))
    if ticks.min(initial=0) > NO_DAY:
        return number
    return np.where(ticks == NO_DAY, NO_DAY, number)
