"""The order lines in the historical data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.rows import Rows, find_repetition, name_columns, read_quantities, select_rows
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.columns import days_as_floats, read_days, read_flags, read_texts
from kpi_engine.shared.errors import DuplicateKeys

QUANTITIES = ("ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "unit_price", "units_per_case", "damage_qty")
DATES = ("requested_date", "promised_date", "confirmed_date", "delivered_ts")
TEXTS = ("order_id", "line_no", "status", "currency", "shipment_id")
LINE_KEY = ("order_id", "line_no")


@dataclass(frozen=True, eq=False)
class OrderLines(Rows):
    """One entry per order line: QUANTITIES, DATES and `docs_ok` are numbers, TEXTS are texts. order: the number of each line's order."""

    order: Ints

    @property
    def is_cancelled_by_customer(self) -> Bools:
        """The lines that the customer cancelled: no measure counts them."""
        return np.asarray(self.text("status") == "CANCELLED_CUSTOMER", dtype=np.bool_)

    @property
    def is_cancelled_by_us(self) -> Bools:
        """The lines that the supplier cancelled: they count as nothing shipped."""
        return np.asarray(self.text("status") == "CANCELLED_US", dtype=np.bool_)

    def outgoing_quantity(self, column: str) -> Floats:
        """Return a shipped or delivered quantity, 0 on lines that the supplier cancelled."""
        return np.where(self.is_cancelled_by_us, 0.0, self.number(column))


def read_order_lines(historical_data: pd.DataFrame) -> OrderLines:
    """Read the rows with an order_id, one per line.

    Rows that repeat a line_no (because the line travelled in several shipments) are one line. Rows without a line_no cannot be told from
    repetitions, and each of them is a line. Raises DuplicateKeys when rows of one line differ.

    >>> rows = {"order_id": ["O1", "O1", "O2"], "line_no": [1, 1, 1], "ordered_qty": [5, 5, 8], "shipment_id": ["S1", "S2", "S2"]}
    >>> read_order_lines(pd.DataFrame(rows)).number("ordered_qty").tolist()
    [5.0, 8.0]
    """
    rows = _read_columns(select_rows(historical_data, "order_id"))
    if "line_no" in historical_data:
        columns_of_line = [name for name in rows.columns if name != "shipment_id"]
        rows = rows.sort_values("shipment_id")
        rows = rows[~rows.duplicated(columns_of_line) | (rows["line_no"] == "")]
        repetition = find_repetition(rows[rows["line_no"] != ""], LINE_KEY)
        if repetition is not None:
            raise DuplicateKeys(f"historical_data holds different rows for line {repetition['line_no']} of order {repetition['order_id']}")
    order, _ = pd.factorize(rows["order_id"])
    return OrderLines(rows, name_columns(historical_data), order.astype(np.int64))


def _read_columns(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: read_quantities(frame, name) for name in QUANTITIES}
        | {name: days_as_floats(read_days(frame, name, strict=False)) for name in DATES}
        | {name: read_texts(frame, name) for name in TEXTS}
        | {"docs_ok": read_flags(frame, "docs_ok")}
    )
