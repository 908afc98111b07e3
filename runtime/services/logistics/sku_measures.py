"""Case sizes, weights and volumes of SKUs, from the row of the master data that is valid on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

COLUMNS = ("units_per_case", "cases_per_pallet", "gross_kg", "volume_m3", "uom")


@dataclass(frozen=True)
class SkuMeasures:
    """One row per SKU, by its id."""

    rows: pd.DataFrame

    @classmethod
    def of(cls, sku_master: pd.DataFrame, as_of: date) -> SkuMeasures:
        """Choose the row of each SKU: the one valid on the day, else the newest.

        >>> rows = {"sku_id": "A", "gross_kg": [1.0, 2.0], "valid_from": ["2026-01-01", "2026-07-01"], "valid_to": ["2026-07-01", None]}
        >>> master = pd.DataFrame(rows | dict.fromkeys(("units_per_case", "cases_per_pallet", "volume_m3", "uom")))
        >>> SkuMeasures.of(master, date(2026, 3, 1)).look_up(pd.Series(["A", "B"]), "gross_kg").tolist()
        [1.0, nan]
        """
        if not len(sku_master):
            return cls(pd.DataFrame(columns=list(COLUMNS)))
        day = pd.Timestamp(as_of)
        first, last = pd.to_datetime(sku_master["valid_from"]), pd.to_datetime(sku_master["valid_to"])
        is_valid = (first.isna() | (first <= day)) & (last.isna() | (day < last))
        rows = sku_master.assign(is_valid=is_valid, first=first).sort_values(["is_valid", "first"], kind="stable", na_position="first")
        return cls(rows.drop_duplicates("sku_id", keep="last").set_index("sku_id")[list(COLUMNS)])

    def look_up(self, sku_ids: pd.Series[str], column: str) -> pd.Series[float]:
        """Return a measure of each SKU, NaN where it is unknown."""
        return sku_ids.map(self.rows[column]) if len(self.rows) else pd.Series(np.nan, index=sku_ids.index)

    def units_per_pallet(self, sku_ids: pd.Series[str]) -> pd.Series[float]:
        """Return how many units of each SKU are on a pallet, NaN where it is unknown."""
        return self.look_up(sku_ids, "units_per_case") * self.look_up(sku_ids, "cases_per_pallet")
