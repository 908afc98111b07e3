"""From the caller's frames to arrays: columns checked, then read whatever their type; nothing of the caller's is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi_engine.shared.arrays import Floats, Ints, infinite_to_nan
from kpi_engine.shared.errors import InvalidValue, MissingColumns

Texts: TypeAlias = npt.NDArray[np.object_]
Column: TypeAlias = "pd.Series[Any]"
"""A column of a caller's frame, of any type until it is read."""

LARGEST_SIZE = 1e50
"""Beyond this size no quantity is meant, and squares and products of a few numbers would no longer be floats."""
NO_DAY = int(np.iinfo(np.int64).min)
TICKS_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DATE_LENGTH, SECOND_LENGTH = len("2026-07-20"), len("2026-07-20T06:30:00")
OFFSET = r"[T ].*(?:[zZ]|[+-]\d{2}(?::?\d{2})?)$"
LOCAL_TIME = r"^([^T ]*[T ][^zZ+-]*)[zZ+-].*$"
OFFSETS_SPILL_OVER = pd.__version__.startswith("2.")
"""pandas 2 reads a text without an offset with the offset of the text before it, so the two kinds are read apart."""
FLAGS = {**dict.fromkeys(("true", "yes", "y", "1", "1.0"), 1.0), **dict.fromkeys(("false", "no", "n", "0", "0.0"), 0.0)}


def require_columns(frames: Mapping[str, tuple[pd.DataFrame, Sequence[str]]]) -> None:
    """Check that each frame, by the name of its argument, has its columns; a frame without rows and columns lacks none.

    Raises one MissingColumns that names every column that any frame lacks, and InvalidValue for a name that two columns have.

    >>> require_columns({"df": (pd.DataFrame({"sku_id": ["A"]}), ["sku_id", "actual_value"])})
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.MissingColumns: df lacks actual_value; it has sku_id
    """
    faults = []
    for name, (frame, columns) in frames.items():
        repetitions = frame.columns[frame.columns.duplicated()]
        if len(repetitions):
            raise InvalidValue(f"{name} has two columns named {repetitions[0]}: rename or drop one of them")
        missing = [column for column in columns if column not in frame]
        if missing and (len(frame) or len(frame.columns)):
            faults.append(f"{name} lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns)) or 'no column'}")
    if faults:
        raise MissingColumns(". ".join(faults))


def rename_columns(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with columns under their common names, except where it has a column of that name already.

    >>> rename_columns(pd.DataFrame({"sku": ["A"]}), {"sku": "sku_id"}).columns.tolist()
    ['sku_id']
    """
    changes = {name: common for name, common in names.items() if name in frame and common not in frame}
    return frame.rename(columns=changes) if changes else frame


def read_numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column as floats; None, NaN, infinities and what is no number are NaN, and so is a column that is not there.

    The array may share memory with the frame: do not write to it. Raises InvalidValue for a number beyond LARGEST_SIZE.

    >>> read_numbers(pd.DataFrame({"quantity": ["3", None, "many"]}), "quantity").tolist()
    [3.0, nan, nan]
    """
    if column not in frame:
        return np.full(len(frame), np.nan)
    return clean_numbers(to_floats(frame[column]), column)


def clean_numbers(values: Floats, name: str) -> Floats:
    """Return the values with infinities as missing. Raises InvalidValue, with this name, for a number beyond LARGEST_SIZE.

    >>> clean_numbers(np.array([1.0, np.inf]), "actual_value").tolist()
    [1.0, nan]
    >>> clean_numbers(np.array([1.0, 1e99]), "actual_value")
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: actual_value is 1e+99: write a number between -1e+50 and 1e+50
    """
    if values.min(initial=0) >= -LARGEST_SIZE and values.max(initial=0) <= LARGEST_SIZE:  # both are NaN when a value is
        return values
    finite_or_nan = infinite_to_nan(values)
    too_large = finite_or_nan[np.abs(finite_or_nan) > LARGEST_SIZE]
    if len(too_large):
        raise InvalidValue(f"{name} is {too_large[0]:g}: write a number between -{LARGEST_SIZE:g} and {LARGEST_SIZE:g}")
    return finite_or_nan


def to_floats(values: Column) -> Floats:
    """Convert values of any type to floats, NaN for what is no number.

    >>> to_floats(pd.Series(["1", "2"], dtype="category")).tolist()
    [1.0, 2.0]
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = np.append(to_floats(pd.Series(values.cat.categories)), np.nan)
        return categories[values.cat.codes.to_numpy()]
    if values.dtype == np.float64 and isinstance(values.dtype, np.dtype):
        return values.to_numpy()
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "mMc":
        return np.full(len(values), np.nan)  # times, durations and complex numbers, which pandas would convert
    if not isinstance(values.dtype, np.dtype) and values.dtype.kind not in "iuf":
        values = values.astype(object)
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def read_texts(frame: pd.DataFrame, column: str) -> Texts:
    """Read a column as text, "" where it is missing.

    >>> read_texts(pd.DataFrame({"site_id": [7.0, None]}), "site_id").tolist()
    ['7', '']
    """
    if column not in frame:
        return np.full(len(frame), "", dtype=object)
    values = frame[column]
    labels = zip(values.astype(object).tolist(), values.isna().tolist(), strict=True)
    return np.array(["" if missing else to_text(value) for value, missing in labels], dtype=object)


def to_text(label: object) -> str:
    """Convert a label to text; 7.0 is "7", because a column of whole numbers with a gap in it holds floats.

    >>> to_text(7.0)
    '7'
    """
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def read_flags(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column of yes and no as 1 and 0, NaN where it is missing.

    >>> read_flags(pd.DataFrame({"docs_ok": ["yes", False, None]}), "docs_ok").tolist()
    [1.0, 0.0, nan]
    """
    return np.array([FLAGS.get(value.lower(), np.nan) for value in read_texts(frame, column)], dtype=np.float64)


def read_days(frame: pd.DataFrame, column: str, *, strict: bool = True) -> Ints:
    """Read a column of dates, times or ISO texts as days since 1970-01-01 on the column's own clock; NO_DAY where there is none.

    What is no date raises InvalidValue, or is missing with strict=False; then a column that is not there has no day either.

    >>> read_days(pd.DataFrame({"demand_date": ["1970-01-03", None]}), "demand_date").tolist() == [2, NO_DAY]
    True
    """
    if not strict and column not in frame:
        return np.full(len(frame), NO_DAY)
    values = frame[column]
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        return _day_numbers(values.to_numpy())
    if not strict:
        return _day_numbers(_wall_clock(values, DATE_LENGTH).to_numpy())
    codes, distinct = pd.factorize(values)  # far fewer days than rows: read each once
    if values.dtype == object and any(isinstance(value, datetime) and value.tzinfo for value in distinct):
        # Equal instants are one value, yet different days on clocks with different offsets: read each row.
        rows = zip(values.tolist(), values.isna().tolist(), strict=True)
        return np.array([NO_DAY if missing else _day(value, column) for value, missing in rows], dtype=np.int64)
    return np.array([*(_day(value, column) for value in distinct), NO_DAY], dtype=np.int64)[codes]


def days_as_floats(days: Ints) -> Floats:
    """Convert day numbers to floats, NO_DAY to NaN, for arithmetic in which a missing day spreads.

    >>> days_as_floats(np.array([2, NO_DAY])).tolist()
    [2.0, nan]
    """
    return np.where(days == NO_DAY, np.nan, days)


def read_minutes(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column of times as minutes since 1970-01-01 UTC; a time without an offset is taken as UTC, NaN where it is missing.

    >>> read_minutes(pd.DataFrame({"gate_in": ["1970-01-01T01:30:00+01:00"]}), "gate_in").tolist()
    [30.0]
    """
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = frame[column].astype(object)
    if not OFFSETS_SPILL_OVER:
        return _utc_minutes(values)
    has_offset = values.astype(str).str.contains(OFFSET)
    return np.fmax(*(_utc_minutes(values.where(mask, None)) for mask in (has_offset, ~has_offset)))


def read_hours(frame: pd.DataFrame, column: str) -> Floats:
    """Read the hour of the day, 0..23, as it is written (the local one); NaN where it is missing.

    >>> read_hours(pd.DataFrame({"gate_in": ["2026-07-20T06:30:00+02:00"]}), "gate_in").tolist()
    [6.0]
    """
    if column not in frame:
        return np.full(len(frame), np.nan)
    seconds = _since_epoch(_wall_clock(frame[column], SECOND_LENGTH), "s")
    return seconds % 86_400 // 3_600


def _day(value: object, column: str) -> int:
    """Return the local date of a time; of a text, that of its first ten characters."""
    try:
        moment = date.fromisoformat(value[:DATE_LENGTH]) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, date):
        raise InvalidValue(f"{column} holds {value!r}, which is no date: write YYYY-MM-DD")
    return moment.toordinal() - EPOCH_ORDINAL


def _day_numbers(moments: npt.NDArray[np.datetime64]) -> Ints:
    unit = np.datetime_data(moments.dtype)[0]
    ticks = moments.view(np.int64)
    number = np.asarray(ticks // TICKS_PER_DAY[unit] if unit in TICKS_PER_DAY else moments.astype("datetime64[D]").view(np.int64))
    if ticks.min(initial=0) > NO_DAY:
        return number
    return np.where(ticks == NO_DAY, NO_DAY, number)


def _wall_clock(values: Column, length: int) -> Column:
    """Return the wall-clock time as written, to the day or the second, without its offset."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        return values
    texts = values.astype(object).astype(str)
    if length > DATE_LENGTH:  # a time to the minute ends before the slice does, and its offset would be left in
        texts = texts.str.replace(LOCAL_TIME, r"\1", regex=True)
    texts = texts.str.slice(0, length)
    return pd.to_datetime(texts, errors="coerce", format="ISO8601")


def _utc_minutes(values: Column) -> Floats:
    moments = pd.to_datetime(values, errors="coerce", utc=True, format="ISO8601")
    return _since_epoch(moments.dt.tz_localize(None), "s") / 60


def _since_epoch(values: Column, unit: str) -> Floats:
    moments = values.to_numpy(dtype=f"datetime64[{unit}]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
