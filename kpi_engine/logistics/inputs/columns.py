"""Reading columns of any type into plain arrays, and saying which ones are not there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.errors import MissingColumns

Texts = npt.NDArray[np.object_]
NO_OBSERVATIONS = "no_observations"
YES, NO = ("true", "yes", "y", "1", "1.0"), ("false", "no", "n", "0", "0.0")


@dataclass(frozen=True)
class Part:
    """One part of the answer, and why each null in it is null, by its path in the whole answer."""

    answer: dict[str, Any] | None
    undefined: dict[str, str] = field(default_factory=dict)


def require(needed: Mapping[str, tuple[pd.DataFrame, Sequence[str]]]) -> None:
    """Raise one MissingColumns that names every column that any frame lacks; a frame without rows and columns lacks none."""
    faults = []
    for name, (frame, columns) in needed.items():
        missing = [column for column in columns if column not in frame]
        if missing and (len(frame) or len(frame.columns)):
            faults.append(f"{name} lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns)) or 'no column'}")
    if faults:
        raise MissingColumns(". ".join(faults))


def lacking(present: Iterable[str], *columns: str) -> str | None:
    """The reason to give for a measure whose columns are not all there, or None."""
    missing = [column for column in columns if column not in present]
    return f"missing_columns: {', '.join(missing)}" if missing else None


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as floats; None, NaN, infinities and what is no number are NaN, and so is a column that is not there."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = frame[column]
    if not isinstance(values.dtype, np.dtype):
        values = values.astype(object)
    read = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(read), read, np.nan)


def texts(frame: pd.DataFrame, column: str) -> Texts:
    """A column as text, "" where it is missing; a whole number that pandas turned into a float keeps its name: 7.0 is "7"."""
    if column not in frame:
        return np.full(len(frame), "", dtype=object)
    values = frame[column]
    named = zip(values.astype(object).tolist(), values.isna().tolist(), strict=True)
    return np.array(["" if missing else _name(value) for value, missing in named], dtype=object)


def flags(frame: pd.DataFrame, column: str) -> Floats:
    """A column of yes and no as 1 and 0, NaN where it is missing."""
    known = {**dict.fromkeys(YES, 1.0), **dict.fromkeys(NO, 0.0)}
    return np.array([known.get(value.lower(), np.nan) for value in texts(frame, column)], dtype=np.float64)


def days(frame: pd.DataFrame, column: str) -> Floats:
    """A column of dates or times as days since 1970-01-01, by the date as it is written (the local one); NaN where it is missing."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return _since_epoch(_written(frame[column], 10), "D")


def minutes(frame: pd.DataFrame, column: str) -> Floats:
    """A column of times as minutes since 1970-01-01 UTC; a time without an offset is taken as UTC, NaN where it is missing."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    read = pd.to_datetime(frame[column].astype(object), errors="coerce", utc=True, format="ISO8601")
    return _since_epoch(read.dt.tz_localize(None), "s") / 60


def hours(frame: pd.DataFrame, column: str) -> Floats:
    """The hour of the day, 0..23, as it is written (the local one); NaN where it is missing."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    seconds = _since_epoch(_written(frame[column], 19), "s")
    return seconds % 86_400 // 3_600


def _written(values: pd.Series[Any], length: int) -> pd.Series[Any]:
    """The wall-clock time as written, to the day (10 characters) or the second (19), without its offset."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        return values
    stamps = values.astype(object).astype(str).str.slice(0, length)
    return pd.to_datetime(stamps, errors="coerce", format="ISO8601")


def _since_epoch(values: pd.Series[Any], unit: str) -> Floats:
    stamps = values.to_numpy(dtype=f"datetime64[{unit}]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def total(values: Floats) -> float:
    """The sum, correctly rounded, so that the order of rows cannot change a bit."""
    return math.fsum(values.tolist())


def percent(numerator: float, denominator: float) -> float | None:
    """100 * numerator / denominator, None when the denominator is zero."""
    return 100 * numerator / denominator if denominator else None


def count(held: Bools) -> int:
    """How many are true."""
    return int(np.count_nonzero(held))


def day_name(day: float) -> str:
    """2026-07-27 for a number of days since 1970-01-01."""
    return str(np.datetime64(int(day), "D"))
