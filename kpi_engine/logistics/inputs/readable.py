"""Checks that what a column states can be read: a value that is there but unreadable would else drop its row out of a figure unseen."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.columns import NO_DAY, read_days, read_flags, read_minutes, read_numbers, read_texts
from kpi_engine.shared.errors import InvalidValue

NO_NUMBER = frozenset({"nan", "inf", "infinity", "none", "null", "<na>", "nat"})
"""Texts, in lower case and without a sign, that say that there is no number."""
NO_TIME = frozenset({"nat", "nan", "none", "null", "<na>"})


def check_numbers(frame_name: str, frame: pd.DataFrame, columns: Collection[str]) -> None:
    """Check that every value of these columns is a number or missing. Raises InvalidValue with the column, value and row.

    >>> check_numbers("historical_data", pd.DataFrame({"shipped_qty": ["9", None, "1,000"]}), ["shipped_qty"])
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: shipped_qty of historical_data is '1,000' in row 3, which is no number: write it as 1000.5
    """
    fix = "which is no number: write it as 1000.5"
    for column in columns:
        if _may_hold_texts(frame, column):
            _refuse_unreadable(frame_name, frame, column, lambda rows, name: np.isnan(read_numbers(rows, name)), NO_NUMBER, fix)


def check_days(frame_name: str, frame: pd.DataFrame, columns: Collection[str]) -> None:
    """Check that every value of these columns is a date or missing. Raises InvalidValue.

    >>> check_days("historical_data", pd.DataFrame({"delivered_ts": ["2026-07-20", "20.07.2026"]}), ["delivered_ts"])
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: delivered_ts of historical_data is '20.07.2026' in row 2, which is no date: write YYYY-MM-DD
    """
    for column in columns:
        if _may_hold_texts(frame, column) or (column in frame and frame[column].dtype.kind in "iufb"):
            _refuse_unreadable(frame_name, frame, column, _lacks_day, NO_TIME, "which is no date: write YYYY-MM-DD")


def check_times(frame_name: str, frame: pd.DataFrame, columns: Collection[str]) -> None:
    """Check that every value of these columns is a time or missing. Raises InvalidValue.

    >>> check_times("historical_data", pd.DataFrame({"gate_in": ["9:15 am"]}), ["gate_in"])
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: gate_in of historical_data is '9:15 am' in row 1, which is no time: write YYYY-MM-DDThh:mm:ss
    """
    fix = "which is no time: write YYYY-MM-DDThh:mm:ss"
    for column in columns:
        if _may_hold_texts(frame, column):
            _refuse_unreadable(frame_name, frame, column, lambda rows, name: np.isnan(read_minutes(rows, name)), NO_TIME, fix)


def check_flags(frame_name: str, frame: pd.DataFrame, columns: Collection[str]) -> None:
    """Check that every value of these columns is yes, no or missing. Raises InvalidValue.

    >>> check_flags("historical_data", pd.DataFrame({"docs_ok": ["yes", "ok"]}), ["docs_ok"])
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: docs_ok of historical_data is 'ok' in row 2, which is neither yes nor no: write true or false
    """
    fix = "which is neither yes nor no: write true or false"
    for column in columns:
        if column in frame and frame[column].dtype.kind != "b":
            _refuse_unreadable(frame_name, frame, column, lambda rows, name: np.isnan(read_flags(rows, name)), NO_NUMBER, fix)


def check_shares(frame_name: str, frame: pd.DataFrame, column: str, values: Floats, highest: float = 1.0) -> None:
    """Check that every value of a column lies in 0..highest or is missing; 80 for 0.8 would make a capacity a hundred times as large.

    Raises InvalidValue.

    >>> check_shares("capacity_data", pd.DataFrame({"availability": [80]}), "availability", np.array([80.0]))
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: availability of capacity_data is 80 in row 1: write a share from 0 to 1, such as 0.8
    """
    wrong_rows = np.flatnonzero((values < 0) | (values > highest))
    if len(wrong_rows):
        row = int(wrong_rows[0])
        fix = f"write a share from 0 to {highest:g}, such as 0.8"
        raise InvalidValue(f"{column} of {frame_name} is {values[row]:g} in row {_number_of(frame, row)}: {fix}")


def _may_hold_texts(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and not (isinstance(frame[column].dtype, np.dtype) and frame[column].dtype.kind in "iufbmM")


def _lacks_day(frame: pd.DataFrame, column: str) -> Bools:
    return np.asarray(read_days(frame, column, strict=False) == NO_DAY, dtype=np.bool_)


def _refuse_unreadable(
    frame_name: str,
    frame: pd.DataFrame,
    column: str,
    find_missing: Callable[[pd.DataFrame, str], Bools],
    missing_words: Collection[str],
    fix: str,
) -> None:
    is_missing = find_missing(frame, column)
    if not is_missing.any():
        return
    texts = read_texts(frame, column)
    for row in np.flatnonzero(is_missing).tolist():
        text = texts[row].strip()
        if text and text.lstrip("+-").lower() not in missing_words:
            raise InvalidValue(f"{column} of {frame_name} is {text!r} in row {_number_of(frame, row)}, {fix}")


def _number_of(frame: pd.DataFrame, row: int) -> str:
    """Return the number of a row, counted from 1; in a part of a frame that of the whole, which its index of whole numbers keeps."""
    label = frame.index[row]
    return str(int(label) + 1 if isinstance(label, int | np.integer) and frame.index.is_unique else row + 1)
