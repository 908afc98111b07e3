"""The order lines in the historical data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs import columns
from kpi_engine.logistics.inputs.columns import Texts
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.errors import DuplicateKeys

QUANTITIES = ("ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "unit_price", "units_per_case", "damage_qty")
DATES = ("requested_date", "promised_date", "confirmed_date", "delivered_ts")
TEXTS = ("order_id", "line_no", "status", "currency", "shipment_id")


@dataclass(frozen=True)
class Lines:
    """One entry per order line: numbers by column (NaN: missing), days since 1970 by column, texts by column ("": missing)."""

    frame: pd.DataFrame
    present: frozenset[str]
    order: Ints
    orders: int

    def __len__(self) -> int:
        return len(self.frame)

    def number(self, column: str) -> Floats:
        """A column of QUANTITIES or DATES."""
        return self.frame[column].to_numpy(dtype=np.float64)

    def text(self, column: str) -> Texts:
        """A column of TEXTS."""
        return self.frame[column].to_numpy(dtype=object)

    @property
    def cancelled_by_customer(self) -> Bools:
        """Lines that the customer took back: no measure counts them."""
        return np.asarray(self.text("status") == "CANCELLED_CUSTOMER", dtype=np.bool_)

    @property
    def cancelled_by_us(self) -> Bools:
        """Lines that we did not keep: they count as nothing shipped."""
        return np.asarray(self.text("status") == "CANCELLED_US", dtype=np.bool_)

    def quantity(self, column: str) -> Floats:
        """A quantity that left us: 0 on lines that we cancelled."""
        return np.where(self.cancelled_by_us, 0.0, self.number(column))


def lines_of(historical: pd.DataFrame) -> Lines:
    """The rows with an order_id, one per line.

    Rows that repeat a line_no (because the line travelled in several shipments) are one line. Raises DuplicateKeys when they differ. Rows
    without a line_no cannot be told from repetitions, and each of them is a line.
    """
    read = _read(historical)
    if "line_no" in historical:
        own = [name for name in read.columns if name != "shipment_id"]
        read = read.sort_values("shipment_id")
        read = read[~read.duplicated(own) | (read["line_no"] == "")]
        _refuse_different(read[read["line_no"] != ""])
    order, names = pd.factorize(read["order_id"])
    return Lines(read, frozenset(map(str, historical.columns)), order.astype(np.int64), len(names))


def _read(historical: pd.DataFrame) -> pd.DataFrame:
    held = historical[columns.texts(historical, "order_id") != ""] if len(historical.columns) else historical
    return pd.DataFrame(
        {name: columns.numbers(held, name) for name in QUANTITIES}
        | {name: columns.days(held, name) for name in DATES}
        | {name: columns.texts(held, name) for name in TEXTS}
        | {"docs_ok": columns.flags(held, "docs_ok")}
    )


def _refuse_different(lines: pd.DataFrame) -> None:
    twice = lines.duplicated(["order_id", "line_no"])
    if twice.any():
        found = lines[twice].sort_values(["order_id", "line_no"]).iloc[0]
        raise DuplicateKeys(f"historical_data holds different rows for line {found['line_no']} of order {found['order_id']}")
