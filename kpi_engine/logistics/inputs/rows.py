"""Rows of one kind in a caller's frame: selected by their key, with each column in one type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.columns import LARGEST_SIZE, Texts, read_numbers, read_texts


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows with their columns as numbers (NaN: missing) or texts ("": missing).

    columns: the names of the columns in the caller's frame.
    """

    frame: pd.DataFrame
    columns: frozenset[str]

    def __len__(self) -> int:
        return len(self.frame)

    def number(self, column: str) -> Floats:
        """Return a column of numbers; days are numbers of days since 1970-01-01."""
        return self.frame[column].to_numpy(dtype=np.float64)

    def text(self, column: str) -> Texts:
        """Return a column of texts."""
        return self.frame[column].to_numpy(dtype=object)


def read_quantities(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column of numbers as `read_numbers` does; what is smaller than 1 / LARGEST_SIZE is a rounding error, and 0.

    >>> read_quantities(pd.DataFrame({"payload_kg": [900, None, 1e-300]}), "payload_kg").tolist()
    [900.0, nan, 0.0]
    """
    values = read_numbers(frame, column)
    return np.where(np.abs(values) < 1 / LARGEST_SIZE, 0.0, values)


def read_sizes(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column of numbers that cannot be negative; negative ones are missing.

    >>> read_sizes(pd.DataFrame({"distance_km": [80, -80]}), "distance_km").tolist()
    [80.0, nan]
    """
    values = read_quantities(frame, column)
    return np.where(values >= 0, values, np.nan)


def name_columns(frame: pd.DataFrame) -> frozenset[str]:
    """Return the names of a frame's columns.

    >>> sorted(name_columns(pd.DataFrame({"order_id": ["O1"], 7: [1]})))
    ['7', 'order_id']
    """
    return frozenset(map(str, frame.columns))


def select_rows(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the rows in which the key is not missing.

    >>> select_rows(pd.DataFrame({"order_id": ["O1", None], "shipment_id": [None, "S1"]}), "order_id")["order_id"].tolist()
    ['O1']
    """
    return frame[read_texts(frame, key) != ""] if len(frame.columns) else frame


def find_repetition(rows: pd.DataFrame, key: Sequence[str]) -> pd.Series[str] | None:
    """Return the first row, in the order of the key, that has the key of another row; None when all keys are different.

    >>> rows = pd.DataFrame({"site": ["B", "A", "A", "B"], "rated": [1, 2, 3, 4]})
    >>> int(find_repetition(rows, ["site"])["rated"]), find_repetition(rows, ["site", "rated"])
    (3, None)
    """
    repetitions = rows[rows.duplicated(list(key))].sort_values(list(key), kind="stable")
    return repetitions.iloc[0] if len(repetitions) else None
