"""Fill rates: how much of what was ordered was shipped.

First shipment, no substitutes or back-orders. A line shipped beyond its order counts as full, not as more than full. Lines that the
customer cancelled are left out; lines that we cancelled count as not shipped. Source: APICS Dictionary, "fill rate".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count, lacking, percent, total
from kpi_engine.logistics.inputs.orders import Lines
from kpi_engine.shared.arrays import Bools, Floats, Ints

RATES = ("unit", "case", "line", "order", "value")


@dataclass(frozen=True)
class Filled:
    """The lines that count: what was ordered, and what of it was shipped."""

    ordered: Floats
    shipped: Floats
    order: Ints
    held: Bools

    def rate(self, weight: Floats) -> float | None:
        """100 * sum(weight * min(shipped, ordered)) / sum(weight * ordered), percent; lines without a weight are left out."""
        known = ~np.isnan(weight)
        return percent(total((weight * self.shipped)[known]), total((weight * self.ordered)[known]))

    def line_rate(self) -> float | None:
        """100 * full lines / lines, percent."""
        return percent(count(self.shipped >= self.ordered), len(self.ordered))

    def order_rate(self) -> float | None:
        """100 * orders whose every line is full / orders, percent."""
        short = np.unique(self.order[self.shipped < self.ordered])
        orders = len(np.unique(self.order))
        return percent(orders - len(short), orders)


def fill_rate(lines: Lines, basis: str) -> Part:
    """All five fill rates, percent, with the quantity they compare with and what was left out."""
    filled, excluded = _filled(lines, basis)
    per_case, price = (lines.number(name)[filled.held] for name in ("units_per_case", "unit_price"))
    priced = ~np.isnan(price)
    currencies = set(lines.text("currency")[filled.held][priced].tolist())
    cases = np.divide(1.0, per_case, out=np.full(len(per_case), np.nan), where=per_case > 0)
    rates = {
        "unit": filled.rate(np.ones(len(filled.ordered))),
        "case": filled.rate(cases),
        "line": filled.line_rate(),
        "order": filled.order_rate(),
        "value": filled.rate(price) if len(currencies) <= 1 else None,
    }
    answer: dict[str, Any] = rates | {
        "basis": basis,
        "n_lines": len(filled.ordered),
        "n_orders": len(np.unique(filled.order)),
        "broken_cases": count(np.mod(filled.shipped, np.where(per_case > 0, per_case, np.inf)) > 0)
        if "units_per_case" in lines.present
        else None,
        "n_excluded": excluded | {"no_units_per_case": count(np.isnan(cases)), "no_unit_price": count(~priced)},
    }
    reasons = {
        "case": lacking(lines.present, "units_per_case"),
        "value": lacking(lines.present, "unit_price") or ("several_currencies" if len(currencies) > 1 else None),
        "broken_cases": lacking(lines.present, "units_per_case"),
    }
    return Part(
        answer, {f"fill_rate.{name}": reasons.get(name) or NO_OBSERVATIONS for name in (*RATES, "broken_cases") if answer[name] is None}
    )


def _filled(lines: Lines, basis: str) -> tuple[Filled, dict[str, int]]:
    ordered, shipped = lines.number("ordered_qty"), lines.quantity("shipped_qty")
    if basis == "final_qty":
        ordered = np.where(np.isnan(lines.number("final_qty")), ordered, lines.number("final_qty"))
    kept = ~lines.cancelled_by_customer
    unknown = kept & np.isnan(ordered)
    nothing = kept & (ordered <= 0)
    unshipped = kept & (ordered > 0) & ~(shipped >= 0)
    held = kept & (ordered > 0) & (shipped >= 0)
    excluded = {
        "cancelled_by_customer": count(~kept),
        "missing_ordered": count(unknown),
        "nothing_ordered": count(nothing),
        "missing_shipped": count(unshipped),
    }
    return Filled(ordered[held], np.minimum(shipped, ordered)[held], lines.order[held], held), excluded
