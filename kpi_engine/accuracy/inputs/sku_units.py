"""Units of measure and unit values of SKUs: quantities of different units are never added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.columns import read_numbers, read_texts, rename_columns, require_columns
from kpi_engine.shared.errors import InvalidValue

UNKNOWN_UNIT = ""
SKU_NAMES = {"sku": "sku_id"}


@dataclass(frozen=True)
class SkuUnits:
    """Units of measure by name, and of each SKU the number of its unit and the money that one unit is worth (NaN where unknown).

    currencies: those of the known values.
    """

    names: tuple[str, ...]
    unit_of: Ints
    value: Floats
    currencies: frozenset[str]


def read_sku_units(sku_data: pd.DataFrame | None, index: SeriesIndex) -> SkuUnits:
    """Read the units of the SKUs of an index; without data all have one unit, which is not known. A SKU that is left out has none either.

    Raises MissingColumns, and InvalidValue for a SKU with several rows or a value below zero.

    >>> index = SeriesIndex(("A", "B", "C"), ("ALL",), np.arange(3), np.zeros(3, np.int64))
    >>> units = read_sku_units(pd.DataFrame({"sku_id": ["B", "A"], "uom": ["KGM", "EA"], "unit_value": [2.5, None]}), index)
    >>> units.names, units.unit_of.tolist(), units.value.tolist()
    (('', 'EA', 'KGM'), [1, 2, 0], [nan, 2.5, nan])
    """
    count = len(index.skus)
    if sku_data is None or not len(sku_data):
        return SkuUnits((UNKNOWN_UNIT,), np.zeros(count, np.int64), np.full(count, np.nan), frozenset())
    frame = rename_columns(sku_data, SKU_NAMES)
    require_columns({"sku_data": (frame, ("sku_id", "uom"))})
    skus, uoms, values = read_texts(frame, "sku_id"), read_texts(frame, "uom"), _read_values(frame)
    rows = dict(zip(skus.tolist(), range(len(skus)), strict=True))
    if len(rows) < len(skus):
        repeated_sku = next(sku for row, sku in enumerate(skus.tolist()) if rows[sku] != row)
        raise InvalidValue(f"sku_data has more than one row for sku_id {repeated_sku}; leave one")
    row_of = np.array([rows.get(sku, -1) for sku in index.skus], dtype=np.int64)
    names, unit_of = np.unique(np.append(uoms, UNKNOWN_UNIT)[row_of].astype(str), return_inverse=True)
    is_valued = ~np.isnan(values)
    currencies = read_texts(frame, "currency")[is_valued].tolist() if "currency" in frame else []
    return SkuUnits(tuple(names.tolist()), unit_of.astype(np.int64), np.append(values, np.nan)[row_of], frozenset(currencies))


def _read_values(frame: pd.DataFrame) -> Floats:
    values = read_numbers(frame, "unit_value")
    if (values < 0).any():
        raise InvalidValue(f"unit_value of sku_data is {values[values < 0][0]:g}: write the money that one unit is worth, 0 or more")
    return values
