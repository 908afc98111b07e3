"""The lines that count in the fill rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import FillBasis
from kpi_engine.shared.arrays import Floats, Ints


@dataclass(frozen=True)
class FillExclusions:
    """Numbers of lines that no rate counts, by reason, and of those that only the case fill and the value fill leave out."""

    cancelled_by_customer: int
    missing_ordered: int
    nothing_ordered: int
    missing_shipped: int
    no_units_per_case: int
    no_unit_price: int


@dataclass(frozen=True, eq=False)
class FillLines:
    """The lines that count: the ordered quantity, and what of it was shipped. columns: those of the caller's frame.

    unit_price: NaN where it is unknown or negative, for a rate with a negative weight would not lie between 0 and 100.
    """

    ordered_qty: Floats
    shipped_qty: Floats
    order: Ints
    units_per_case: Floats
    unit_price: Floats
    currencies: frozenset[str]
    units: frozenset[str]
    columns: frozenset[str]
    n_excluded: FillExclusions

    @property
    def cases_per_unit(self) -> Floats:
        """NaN where the units per case are unknown."""
        cases: Floats = np.full(len(self.ordered_qty), np.nan)
        return np.divide(1.0, self.units_per_case, out=cases, where=self.units_per_case > 0)

    def rate(self, weight: Floats) -> float | None:
        """Return 100 * sum(weight * shipped) / sum(weight * ordered), percent; lines without a weight are left out."""
        has_weight = ~np.isnan(weight)
        return percentage(sum_exactly((weight * self.shipped_qty)[has_weight]), sum_exactly((weight * self.ordered_qty)[has_weight]))

    def rate_orders(self) -> float | None:
        """Return 100 * orders whose every line is full / orders, percent."""
        n_orders = count_orders(self)
        return percentage(n_orders - len(np.unique(self.order[self.shipped_qty < self.ordered_qty])), n_orders)

    def count_broken_cases(self) -> int | None:
        """Return how many lines of known case size were shipped with a broken case, None without the column units_per_case."""
        if "units_per_case" not in self.columns:
            return None
        has_size = self.units_per_case > 0
        return count_true(np.mod(self.shipped_qty[has_size], self.units_per_case[has_size]) > 0)


def count_orders(lines: FillLines) -> int:
    """Return how many orders the lines belong to.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> rows = {"order_id": ["O1", "O1", "O2"], "ordered_qty": [10, 5, 8], "shipped_qty": [10, 4, 8]}
    >>> count_orders(select_fill_lines(read_order_lines(pd.DataFrame(rows)), "original_qty"))
    2
    """
    return len(np.unique(lines.order))


def select_fill_lines(lines: OrderLines, basis: FillBasis) -> FillLines:
    """Return the lines with an ordered quantity above 0 and a known shipped quantity.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> rows = {"order_id": ["O1", "O2"], "ordered_qty": [10, 0], "shipped_qty": [12, 0]}
    >>> lines = select_fill_lines(read_order_lines(pd.DataFrame(rows)), "original_qty")
    >>> lines.shipped_qty.tolist(), lines.n_excluded.nothing_ordered
    ([10.0], 1)
    """
    ordered_qty, shipped_qty = lines.number("ordered_qty"), lines.outgoing_quantity("shipped_qty")
    if basis == "final_qty":
        ordered_qty = np.where(np.isnan(lines.number("final_qty")), ordered_qty, lines.number("final_qty"))
    is_open = ~lines.is_cancelled_by_customer
    is_counted = is_open & (ordered_qty > 0) & (shipped_qty >= 0)
    units_per_case, price = (lines.number(name)[is_counted] for name in ("units_per_case", "unit_price"))
    unit_price = np.where(price >= 0, price, np.nan)
    return FillLines(
        ordered_qty=ordered_qty[is_counted],
        shipped_qty=np.minimum(shipped_qty, ordered_qty)[is_counted],
        order=lines.order[is_counted],
        units_per_case=units_per_case,
        unit_price=unit_price,
        currencies=frozenset(lines.text("currency")[is_counted][~np.isnan(unit_price)].tolist()),
        units=lines.list_units(is_counted),
        columns=lines.columns,
        n_excluded=FillExclusions(
            cancelled_by_customer=count_true(~is_open),
            missing_ordered=count_true(is_open & np.isnan(ordered_qty)),
            nothing_ordered=count_true(is_open & (ordered_qty <= 0)),
            missing_shipped=count_true(is_open & (ordered_qty > 0) & ~(shipped_qty >= 0)),
            no_units_per_case=count_true(~(units_per_case > 0)),
            no_unit_price=count_true(np.isnan(unit_price)),
        ),
    )
