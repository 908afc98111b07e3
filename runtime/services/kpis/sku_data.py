"""Units of measure and unit values of the SKUs of a run, for pooling their errors."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("sku_id", "uom", "unit_value", "currency")


def build_sku_data(units: pd.DataFrame, sku_master: pd.DataFrame, as_of_date: date) -> pd.DataFrame:
    """Return a row per SKU of `units` (sku_id, uom), with the value of one unit where the master data valid on the day knows it.

    The value is the sales price, or else cost plus margin. A price below zero is none.

    >>> import pandas as pd
    >>> units = pd.DataFrame({"sku_id": ["A", "B"], "uom": ["EA", "KGM"]})
    >>> blank = dict.fromkeys(("unit_cost", "unit_margin", "valid_from", "valid_to"))
    >>> master = pd.DataFrame({"sku_id": ["A"], "unit_price": [2.5], "currency": ["EUR"], **blank})
    >>> build_sku_data(units, master, date(2026, 11, 22)).values.tolist()
    [['A', 'EA', 2.5, 'EUR'], ['B', 'KGM', nan, nan]]
    """
    import pandas as pd

    from runtime.services.anomalies.reference import select_valid

    if sku_master.empty:
        return units.reindex(columns=list(COLUMNS))
    rows = select_valid(sku_master, as_of_date).drop_duplicates("sku_id", keep="last")
    price, cost, margin = (pd.to_numeric(rows[name], errors="coerce") for name in ("unit_price", "unit_cost", "unit_margin"))
    value = price.fillna(cost + margin)
    values = rows.assign(unit_value=value.where(value >= 0))[["sku_id", "unit_value", "currency"]]
    return units.merge(values, on="sku_id", how="left")[list(COLUMNS)]
