"""The rows of one order line that travelled in several shipments, added up to the line."""

from __future__ import annotations

import pandas as pd

from kpi_engine.shared.errors import DuplicateKeys

LINE_KEY = ["order_id", "line_no"]
PART_QUANTITIES = ["shipped_qty", "delivered_qty", "damage_qty"]
OF_PARTS = frozenset({*PART_QUANTITIES, "shipment_id", "shipment_ids", "delivered_ts", "docs_ok", "delivery_unknown", "status"})
"""What may differ between the rows of one line; everything else is about the whole line."""
CANCELLED = "CANCELLED"


def add_up_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per line; rows without a line_no stay as they are. Raises DuplicateKeys when rows of a line contradict each other.

    >>> values = {"order_id": "O1", "line_no": "1", "ordered_qty": 10.0, "shipped_qty": [6.0, 4.0], "delivered_qty": None, "status": ""}
    >>> parts = pd.DataFrame(values | {"damage_qty": 0.0, "delivered_ts": [5.0, 7.0], "docs_ok": 1.0, "delivery_unknown": None,
    ...     "shipment_id": ["S1", "S2"], "shipment_ids": [frozenset({"S1"}), frozenset({"S2"})]})
    >>> add_up_parts(parts)[["shipped_qty", "delivered_ts"]].to_numpy().tolist()
    [[10.0, 7.0]]
    """
    is_part = rows.duplicated(LINE_KEY, keep=False) & (rows["line_no"] != "")
    if not is_part.any():
        return rows
    parts = rows[is_part].sort_values([*LINE_KEY, "shipment_id"], kind="stable")
    _check_agreement(parts)
    return pd.concat([rows[~is_part], _add_up(parts)])


def _check_agreement(parts: pd.DataFrame) -> None:
    """Refuse rows of one shipment that differ, and rows of one line that differ in what is about the whole line."""
    of_line = [name for name in parts.columns if name not in OF_PARTS]
    is_contradiction = parts.duplicated([*LINE_KEY, "shipment_id"]) | (parts.duplicated(LINE_KEY) & ~parts.duplicated(of_line))
    if is_contradiction.any():
        first = parts[is_contradiction].iloc[0]
        raise DuplicateKeys(f"historical_data holds different rows for line {first['line_no']} of order {first['order_id']}")


def _add_up(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the lines: a quantity or a day that one part lacks is unknown of the whole line."""
    lines = parts[~parts.duplicated(LINE_KEY)].set_index(LINE_KEY)
    groups = parts.groupby(LINE_KEY, sort=True)
    size = groups.size()
    totals = groups[PART_QUANTITIES].sum().where(groups[PART_QUANTITIES].count().eq(size, axis=0))
    quantity = groups["shipped_qty"]
    # Equal quantities that together are more than was ordered: each row states the total of the line, not its part.
    repeats_total = (quantity.min() == quantity.max()) & (totals["shipped_qty"] > lines["ordered_qty"])
    lines[PART_QUANTITIES] = totals.where(~repeats_total, lines[PART_QUANTITIES], axis=0)
    lines["delivered_ts"] = groups["delivered_ts"].max().where(groups["delivered_ts"].count() == size)
    lines["docs_ok"] = groups["docs_ok"].min().where(groups["docs_ok"].count() == size)
    lines["delivery_unknown"] = groups["delivery_unknown"].max()
    lines["status"] = groups["status"].agg(_choose_status)
    ids = {key: frozenset(names) - {""} for key, names in groups["shipment_id"]}
    lines["shipment_ids"] = pd.Series([ids[key] for key in lines.index], index=lines.index, dtype=object)
    return lines.reset_index()[parts.columns]


def _choose_status(statuses: pd.Series[str]) -> str:
    """Return the status of the line: that of a part that is not cancelled, where there is one."""
    return min(statuses, key=lambda status: (status.startswith(CANCELLED), status))
