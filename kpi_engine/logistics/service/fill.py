"""Fill rates: how much of what was ordered was shipped.

First shipment, no substitutes or back-orders. A line shipped beyond its order counts as full, not as more than full. Lines that the
customer cancelled are left out; lines that the supplier cancelled count as not shipped. Source: APICS Dictionary, "fill rate".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage
from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import FillBasis
from kpi_engine.logistics.metric import (
    CONVENTION,
    LARGER_IS_BETTER,
    SEVERAL_UNITS,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
    count_metric,
    explain_missing_columns,
)
from kpi_engine.logistics.service.fill_lines import FillExclusions, FillLines, count_orders, select_fill_lines
from kpi_engine.shared.metric import Unit


@dataclass(frozen=True)
class FillRate:
    """The five fill rates, percent. basis: the quantity that they compare with; broken_cases: lines shipped with one."""

    unit: float | None
    case: float | None
    line: float | None
    order: float | None
    value: float | None
    basis: FillBasis
    n_lines: int
    n_orders: int
    broken_cases: int | None
    n_excluded: FillExclusions


def _explain_value(lines: FillLines) -> str | None:
    several = "several_currencies" if len(lines.currencies) > 1 else None
    return explain_missing_columns(lines.columns, "unit_price") or several


def _explain_cases(lines: FillLines) -> str | None:
    return explain_missing_columns(lines.columns, "units_per_case")


def _rate_metric(
    key: str,
    formula: str,
    compute: Callable[[FillLines], float | None],
    *,
    zero_policy: str = "null `no_observations` when no line counts",
    explain: Callable[[FillLines], str | None] | None = None,
) -> LogisticsMetric[FillLines, float | None]:
    return LogisticsMetric(
        name=f"{key}_fill",
        title=f"{key.capitalize()} fill rate",
        path=f"fill_rate.{key}",
        formula=formula,
        unit=Unit.PERCENT,
        sign=LARGER_IS_BETTER,
        zero_policy=zero_policy,
        source="APICS Dictionary, fill rate",
        compute=compute,
        explain=explain,
    )


UNIT_FILL = _rate_metric(
    "unit",
    "100 * sum min(shipped, ordered) / sum ordered",
    lambda lines: lines.rate(np.ones(len(lines.ordered_qty))) if len(lines.units) <= 1 else None,
    zero_policy=f"null `no_observations` when no line counts, `{SEVERAL_UNITS}` when the lines are in several",
    explain=lambda lines: SEVERAL_UNITS if len(lines.units) > 1 else None,
)
CASE_FILL = _rate_metric(
    "case",
    "100 * sum min(shipped, ordered) / units per case / (sum ordered / units per case)",
    lambda lines: lines.rate(lines.cases_per_unit),
    zero_policy="null when no line with units_per_case counts",
    explain=_explain_cases,
)
LINE_FILL = _rate_metric(
    "line",
    "100 * lines with shipped >= ordered / lines",
    lambda lines: percentage(count_true(lines.shipped_qty >= lines.ordered_qty), len(lines.ordered_qty)),
)
ORDER_FILL = _rate_metric("order", "100 * orders whose every line is full / orders", FillLines.rate_orders)
VALUE_FILL = _rate_metric(
    "value",
    "100 * sum price * min(shipped, ordered) / sum price * ordered",
    lambda lines: lines.rate(lines.unit_price) if len(lines.currencies) <= 1 else None,
    zero_policy="null when no line has a price, or `several_currencies`",
    explain=_explain_value,
)
FILL_LINES: LogisticsMetric[FillLines, int] = count_metric(
    "fill_lines",
    "Lines counted in the fill rates",
    "fill_rate.n_lines",
    "lines with ordered > 0 and a known shipped quantity",
    lambda lines: len(lines.ordered_qty),
)
FILL_ORDERS = count_metric(
    "fill_orders", "Orders counted in the fill rates", "fill_rate.n_orders", "orders of the counted lines", count_orders
)
BROKEN_CASES = LogisticsMetric[FillLines, int | None](
    name="broken_cases",
    title="Lines shipped with a broken case",
    path="fill_rate.broken_cases",
    formula="lines whose shipped quantity is no multiple of units per case",
    unit=Unit.COUNT,
    sign=SMALLER_IS_BETTER,
    zero_policy="null when units_per_case is not there",
    source=CONVENTION,
    compute=FillLines.count_broken_cases,
    explain=_explain_cases,
)


def _exclusion_metric(key: str, reason: str, select: Callable[[FillExclusions], int]) -> LogisticsMetric[FillLines, int]:
    title = f"Lines left out: {reason}"
    path, compute = f"fill_rate.n_excluded.{key}", lambda lines: select(lines.n_excluded)
    return count_metric(f"fill_excluded_{key}", title, path, f"lines {reason}", compute, sign=SMALLER_IS_BETTER)


RATES = (UNIT_FILL, CASE_FILL, LINE_FILL, ORDER_FILL, VALUE_FILL, FILL_LINES, FILL_ORDERS, BROKEN_CASES)
METRICS = (
    *RATES,
    _exclusion_metric("cancelled_by_customer", "cancelled by the customer", lambda n: n.cancelled_by_customer),
    _exclusion_metric("missing_ordered", "without an ordered quantity", lambda n: n.missing_ordered),
    _exclusion_metric("nothing_ordered", "with nothing ordered", lambda n: n.nothing_ordered),
    _exclusion_metric("missing_shipped", "without a shipped quantity", lambda n: n.missing_shipped),
    _exclusion_metric("no_units_per_case", "without units per case (left out of the case fill only)", lambda n: n.no_units_per_case),
    _exclusion_metric("no_unit_price", "without a price (left out of the value fill only)", lambda n: n.no_unit_price),
)


def measure_fill_rate(lines: OrderLines, basis: FillBasis) -> Part[FillRate]:
    """Return all five fill rates, with the quantity they compare with and what was left out.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> rows = {"order_id": ["O1", "O1", "O2"], "ordered_qty": [10, 5, 10], "shipped_qty": [10, 0, 12]}
    >>> fill_rate = measure_fill_rate(read_order_lines(pd.DataFrame(rows)), "original_qty").value
    >>> fill_rate.unit, fill_rate.order
    (80.0, 50.0)
    """
    figures = compute_figures(select_fill_lines(lines, basis), RATES)
    fill_rate = FillRate(
        unit=figures[UNIT_FILL],
        case=figures[CASE_FILL],
        line=figures[LINE_FILL],
        order=figures[ORDER_FILL],
        value=figures[VALUE_FILL],
        basis=basis,
        n_lines=figures[FILL_LINES],
        n_orders=figures[FILL_ORDERS],
        broken_cases=figures[BROKEN_CASES],
        n_excluded=figures.inputs.n_excluded,
    )
    return Part(fill_rate, figures.undefined_reasons)
