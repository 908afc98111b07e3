"""On time in full, and the perfect order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import DateBasis, Level, OtifParameters
from kpi_engine.logistics.metric import (
    LARGER_IS_BETTER,
    NO_SIGN,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
    count_metric,
    explain_missing_columns,
    parameter_metric,
)
from kpi_engine.logistics.service.due_lines import DUE_COLUMNS, DueLines, OtifExclusions, find_last_known_day, select_due_lines
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.metric import NO_OBSERVATIONS, Unit


@dataclass(frozen=True)
class Otif:
    """On time, in full and both, percent, with the parameters that they depend on. as_of: None without any delivery."""

    otif: float | None
    on_time: float | None
    in_full: float | None
    perfect_order: float | None
    level: Level
    date_basis: DateBasis
    early_tolerance_days: int | None
    late_tolerance_days: int
    quantity_tolerance_percent: float
    as_of: date | None
    n_lines: int
    n_orders: int
    n_excluded: OtifExclusions


def _rate_metric(
    name: str,
    title: str,
    formula: str,
    compute: Callable[[DueLines], float | None],
    *,
    zero_policy: str = "null (the whole of `otif`) when the dates are not there or the outcome of no line is known",
    source: str = "McKinsey, Defining on-time in-full in the consumer sector (2019)",
    explain: Callable[[DueLines], str | None] | None = None,
) -> LogisticsMetric[DueLines, float | None]:
    return LogisticsMetric(
        name=name,
        title=title,
        path=f"otif.{name}",
        formula=formula,
        unit=Unit.PERCENT,
        sign=LARGER_IS_BETTER,
        zero_policy=zero_policy,
        source=source,
        compute=compute,
        explain=explain,
    )


OTIF = _rate_metric(
    "otif",
    "On time in full",
    "100 * on time and in full / all, at the level of the report",
    lambda lines: lines.rate(lines.share_in_full * lines.is_on_time),
)
ON_TIME = _rate_metric(
    "on_time",
    "On time",
    "100 * delivered in [due - early, due + late] / all",
    lambda lines: lines.rate(lines.is_on_time.astype(np.float64)),
)
IN_FULL = _rate_metric(
    "in_full",
    "In full",
    "100 * delivered >= ordered * (1 - tolerance) / all; at the level `case` the delivered part",
    lambda lines: lines.rate(lines.share_in_full),
)
PERFECT_ORDER = _rate_metric(
    "perfect_order",
    "Perfect orders",
    "100 * orders in full, on time, with right papers and undamaged / orders of which all this is known",
    DueLines.rate_perfect_orders,
    zero_policy="null when docs_ok or damage_qty is unknown of every order",
    source="ASCM SCOR digital standard, RL.1.1",
    explain=lambda lines: explain_missing_columns(lines.columns, "docs_ok", "damage_qty"),
)
OTIF_LINES: LogisticsMetric[DueLines, int] = count_metric(
    "otif_lines",
    "Lines with a known outcome",
    "otif.n_lines",
    "lines that are delivered or whose window has passed",
    lambda lines: len(lines.order),
    zero_policy="0 is null",
)
OTIF_ORDERS: LogisticsMetric[DueLines, int] = count_metric(
    "otif_orders",
    "Orders with a known outcome",
    "otif.n_orders",
    "orders of the lines with a known outcome",
    lambda lines: len(np.unique(lines.order)),
    zero_policy="0 is null",
)


def _exclusion_metric(
    key: str, reason: str, select: Callable[[OtifExclusions], int], sign: str = SMALLER_IS_BETTER
) -> LogisticsMetric[DueLines, int]:
    title, path = f"Lines left out: {reason}", f"otif.n_excluded.{key}"
    return count_metric(f"otif_excluded_{key}", title, path, f"lines {reason}", lambda lines: select(lines.n_excluded), sign=sign)


RATES = (OTIF, ON_TIME, IN_FULL, PERFECT_ORDER)
MORE_LENIENT = "larger is more lenient"
METRICS = (
    *RATES,
    parameter_metric("otif_late_tolerance", "Days that a delivery may be late", "otif.late_tolerance_days", Unit.DAYS, sign=MORE_LENIENT),
    parameter_metric(
        "otif_early_tolerance",
        "Days that a delivery may be early",
        "otif.early_tolerance_days",
        Unit.DAYS,
        sign=MORE_LENIENT,
        zero_policy="null: any early delivery is on time",
    ),
    parameter_metric(
        "otif_quantity_tolerance",
        "Part of the quantity that may be missing",
        "otif.quantity_tolerance_percent",
        Unit.PERCENT,
        sign=MORE_LENIENT,
    ),
    OTIF_LINES,
    OTIF_ORDERS,
    _exclusion_metric("cancelled_by_customer", "cancelled by the customer", lambda n: n.cancelled_by_customer),
    _exclusion_metric(
        "missing_values", "without a quantity, due date, known delivery or (at the level case) case size", lambda n: n.missing_values
    ),
    _exclusion_metric("window_open", "not delivered, but still in their window", lambda n: n.window_open, sign=NO_SIGN),
)


def measure_otif(lines: OrderLines, parameters: OtifParameters) -> Part[Otif | None]:
    """Return on time, in full and both, with the four parameters and what was left out; null when dates are not there.

    On time: delivered in [due - early, due + late], in whole local days. In full: delivered >= ordered * (1 - tolerance); more than
    ordered is ignored. A line that is not delivered when its window has passed by `as_of` is a failure; one whose window is open is left
    out. At the level `case` each line counts with its cases and with the part that was delivered. Source: McKinsey, "Defining 'on-time,
    in-full' in the consumer sector" (2019); perfect order: ASCM SCOR, RL.1.1.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> rows = {"order_id": ["O1", "O2"], "ordered_qty": 10, "shipped_qty": [10, 8], "requested_date": "2026-07-20"}
    >>> lines = read_order_lines(pd.DataFrame(rows | {"delivered_ts": ["2026-07-20T16:30", "2026-07-19T09:00"]}))
    >>> otif = measure_otif(lines, OtifParameters()).value
    >>> otif.on_time, otif.in_full, otif.otif
    (100.0, 50.0, 50.0)
    """
    due_column = DUE_COLUMNS[parameters.date_basis]
    case_columns = ("units_per_case",) if parameters.level == "case" else ()
    reason = explain_missing_columns(lines.columns, due_column, "delivered_ts", *case_columns)
    due_lines = None if reason else select_due_lines(lines, parameters)
    if due_lines is None or not len(due_lines.order):
        return Part(None, {"otif": reason or NO_OBSERVATIONS})
    figures, as_of = compute_figures(due_lines, RATES), find_last_known_day(lines, parameters)
    otif = Otif(
        otif=figures[OTIF],
        on_time=figures[ON_TIME],
        in_full=figures[IN_FULL],
        perfect_order=figures[PERFECT_ORDER],
        level=parameters.level,
        date_basis=parameters.date_basis,
        early_tolerance_days=parameters.early_tolerance_days,
        late_tolerance_days=parameters.late_tolerance_days,
        quantity_tolerance_percent=parameters.quantity_tolerance_percent,
        as_of=date_of(int(as_of)) if np.isfinite(as_of) else None,
        n_lines=OTIF_LINES(due_lines),
        n_orders=OTIF_ORDERS(due_lines),
        n_excluded=due_lines.n_excluded,
    )
    return Part(otif, figures.undefined_reasons)
