"""The order lines in the historical data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.line_parts import add_up_parts
from kpi_engine.logistics.inputs.readable import check_days, check_flags, check_numbers
from kpi_engine.logistics.inputs.rows import Rows, name_columns, read_quantities, select_rows
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.columns import days_as_floats, read_days, read_flags, read_texts

QUANTITIES = ("ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "unit_price", "units_per_case", "damage_qty")
DATES = ("requested_date", "promised_date", "confirmed_date", "delivered_ts", "known_until")
TEXTS = ("order_id", "line_no", "status", "currency", "shipment_id", "uom")
FLAGS = ("docs_ok", "delivery_unknown")
FRAME = "historical_data"


@dataclass(frozen=True, eq=False)
class OrderLines(Rows):
    """One entry per order line: QUANTITIES, DATES and FLAGS are numbers, TEXTS are texts. order: the number of each line's order.

    shipment_ids: the shipments of each line, none where it names none.
    """

    order: Ints
    shipment_ids: tuple[frozenset[str], ...]

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

    def list_units(self, mask: Bools) -> frozenset[str]:
        """Return the units of measure of some of the lines; quantities in several of them cannot be added up."""
        return frozenset(self.text("uom")[mask].tolist())


def read_order_lines(historical_data: pd.DataFrame) -> OrderLines:
    """Read the rows with an order_id, one per line.

    A line that travelled in several shipments has a row for each, with what that shipment carried of it: its quantities are added up, and
    it is delivered when its last part is. Equal rows of one shipment count once, and so do rows that repeat the total of the line for each
    of its shipments: equal quantities that together are more than was ordered. Rows without a line_no cannot be told from repetitions, and
    each of them is a line. Raises DuplicateKeys when rows of one line differ otherwise, and InvalidValue for what cannot be read.

    >>> rows = {"order_id": ["O1", "O1", "O2"], "line_no": [1, 1, 1], "ordered_qty": [10, 10, 8], "shipped_qty": [6, 4, 8]}
    >>> read_order_lines(pd.DataFrame(rows | {"shipment_id": ["S1", "S2", "S2"]})).number("shipped_qty").tolist()
    [8.0, 10.0]
    """
    rows = _read_columns(select_rows(historical_data, "order_id"))
    shipment_ids = rows["shipment_id"].map(lambda name: frozenset({name} - {""}))
    rows = rows.assign(shipment_ids=shipment_ids)
    if "line_no" in historical_data:
        rows = rows.sort_values("shipment_id")
        compared_columns = [name for name in rows.columns if name != "shipment_ids"]
        rows = rows[~rows.duplicated(compared_columns) | (rows["line_no"] == "")]
        rows = add_up_parts(rows)
    order, _ = pd.factorize(rows["order_id"])
    ids = tuple(rows["shipment_ids"])
    return OrderLines(rows.drop(columns="shipment_ids"), name_columns(historical_data), order.astype(np.int64), ids)


def _read_columns(frame: pd.DataFrame) -> pd.DataFrame:
    check_numbers(FRAME, frame, QUANTITIES)
    check_days(FRAME, frame, DATES)
    check_flags(FRAME, frame, FLAGS)
    return pd.DataFrame(
        {name: read_quantities(frame, name) for name in QUANTITIES}
        | {name: days_as_floats(read_days(frame, name, strict=False)) for name in DATES}
        | {name: read_texts(frame, name) for name in TEXTS}
        | {name: read_flags(frame, name) for name in FLAGS}
    )
