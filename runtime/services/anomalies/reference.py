"""What a run knows about its SKUs beside their demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from kpi_engine.anomalies.formats import CATEGORIES

SKU_MASTER = "sku_master"
SKU = "sku_id"


def select_valid(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows that are valid on a day, by `valid_from` and `valid_to`, where the data set has them; blank is no limit.

    >>> rows = pd.DataFrame({"sku_id": ["A", "A"], "valid_from": [None, date(2026, 7, 1)], "valid_to": [date(2026, 7, 1), None]})
    >>> select_valid(rows, date(2026, 6, 30)).index.tolist()
    [0]
    """
    if rows.empty:
        return rows
    begin, end = (pd.to_datetime(rows[name]) for name in ("valid_from", "valid_to"))
    today = pd.Timestamp(day)
    return rows[(begin.isna() | (begin <= today)) & (end.isna() | (end > today))]


def read_categories(sku_master: pd.DataFrame, dimensions: Sequence[Mapping[str, str]], day: date) -> list[dict[str, str]]:
    """Return the categories of each series' SKU on a day, those that the SKU master states.

    >>> master = pd.DataFrame({"sku_id": ["A"], "category_l1": ["Dairy"], "category_l2": [None], "valid_from": [None], "valid_to": [None]})
    >>> read_categories(master, [{"sku_id": "A"}, {"sku_id": "B"}], date(2026, 6, 30))
    [{'category_l1': 'Dairy'}, {}]
    """
    valid_rows = select_valid(sku_master, day)
    names = [name for name in CATEGORIES if name in valid_rows]
    by_sku = {
        str(row[SKU]): {name: str(row[name]) for name in names if isinstance(row[name], str) and row[name]}
        for row in valid_rows.to_dict("records")
    }
    return [by_sku.get(member.get(SKU, ""), {}) for member in dimensions]
