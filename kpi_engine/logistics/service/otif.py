"""On time in full, and the perfect order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
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
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import EPOCH, date_of
from kpi_engine.shared.metric import NO_OBSERVATIONS, Unit

DUE_COLUMNS: dict[DateBasis, str] = {
    "requested": "requested_date",
    "first_promise": "promised_date",
    "last_confirmed": "confirmed_date",
}


@dataclass(frozen=True)
class OtifExclusions:
    """How many lines OTIF does not count, by reason."""

    cancelled_by_customer: int
    missing_values: int
    window_open: int


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


@dataclass(frozen=True, eq=False)
class DueLines:
    """The lines whose outcome is known.

    delivered_share: of the ordered quantity, 0..1; 1 within the tolerance. weight: cases at the level `case`, else 1. is_sound: 1 when the
    papers were right and nothing was damaged, 0 when not, NaN when one of the two is unknown. columns: those of the caller's frame.
    """

    level: Level
    order: Ints
    weight: Floats
    is_on_time: Bools
    delivered_share: Floats
    is_sound: Floats
    columns: frozenset[str]
    n_excluded: OtifExclusions

    @property
    def is_in_full(self) -> Bools:
        """Whether the delivered quantity is within the tolerance."""
        return self.delivered_share >= 1

    @property
    def share_in_full(self) -> Floats:
        """How far each line is in full, 0..1: in parts at the level `case`, else wholly or not at all."""
        return self.delivered_share if self.level == "case" else self.is_in_full.astype(np.float64)

    def rate(self, share: Floats) -> float | None:
        """Return the share (0..1 of each line) of all lines, by weight, percent; at the level `order` the orders whose lines are all 1."""
        if self.level == "order":
            return rate_orders(self.order, share == 1)
        return percentage(sum_exactly(self.weight * share), sum_exactly(self.weight))

    def rate_perfect_orders(self) -> float | None:
        """Return the perfect orders in percent of those of which the papers and the condition of every line are known."""
        is_known = ~np.isin(self.order, self.order[np.isnan(self.is_sound)])
        is_perfect = self.is_on_time & self.is_in_full & (self.is_sound == 1)
        return rate_orders(self.order[is_known], is_perfect[is_known])


def rate_orders(order: Ints, is_good: Bools) -> float | None:
    """Return the orders whose lines are all good, percent of the orders.

    >>> rate_orders(np.array([1, 1, 2]), np.array([True, False, True]))
    50.0
    """
    n_orders = len(np.unique(order))
    return percentage(n_orders - len(np.unique(order[~is_good])), n_orders)


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
    "100 * on time and in full / all, at the level of the answer",
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
    _exclusion_metric("missing_values", "without a quantity, due date or (at the level case) case size", lambda n: n.missing_values),
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
    figures, as_of = compute_figures(due_lines, RATES), _last_known_day(lines, parameters)
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


def select_due_lines(lines: OrderLines, parameters: OtifParameters) -> DueLines:
    """Return the lines that are delivered or whose window has passed, and count the others.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> rows = {"order_id": ["O1", "O2"], "ordered_qty": 10, "shipped_qty": 10, "requested_date": ["2026-07-20", "2026-07-21"]}
    >>> lines = read_order_lines(pd.DataFrame(rows | {"delivered_ts": ["2026-07-20", None]}))
    >>> select_due_lines(lines, OtifParameters()).n_excluded.window_open
    1
    """
    is_open = ~lines.is_cancelled_by_customer
    ordered_qty, delivered_on = lines.number("ordered_qty"), lines.number("delivered_ts")
    due = lines.number(DUE_COLUMNS[parameters.date_basis])
    quantity = lines.outgoing_quantity("delivered_qty" if "delivered_qty" in lines.columns else "shipped_qty")
    is_undelivered = np.isnan(delivered_on) | lines.is_cancelled_by_us
    is_case_level = parameters.level == "case"
    weight = lines.number("units_per_case") if is_case_level else np.ones(len(lines))
    is_complete = is_open & (ordered_qty > 0) & ~np.isnan(due) & (weight > 0) & (is_undelivered | (quantity >= 0))
    is_over = due + parameters.late_tolerance_days < _last_known_day(lines, parameters)
    is_window_open = is_complete & np.isnan(delivered_on) & ~lines.is_cancelled_by_us & ~is_over
    is_due = is_complete & ~is_window_open
    with np.errstate(divide="ignore", invalid="ignore"):
        cases = ordered_qty / weight if is_case_level else weight
    return DueLines(
        level=parameters.level,
        order=lines.order[is_due],
        weight=cases[is_due],
        is_on_time=(_is_in_window(delivered_on, due, parameters) & ~is_undelivered)[is_due],
        delivered_share=_share_delivered(np.where(is_undelivered, 0.0, quantity), ordered_qty, parameters)[is_due],
        is_sound=_read_soundness(lines)[is_due],
        columns=lines.columns,
        n_excluded=OtifExclusions(
            cancelled_by_customer=count_true(~is_open),
            missing_values=count_true(is_open & ~is_complete),
            window_open=count_true(is_window_open),
        ),
    )


def _is_in_window(delivered_on: Floats, due: Floats, parameters: OtifParameters) -> Bools:
    early, late = parameters.early_tolerance_days, parameters.late_tolerance_days
    earliest = -np.inf if early is None else due - early
    return np.asarray((delivered_on >= earliest) & (delivered_on <= due + late), dtype=np.bool_)


def _share_delivered(delivered_qty: Floats, ordered_qty: Floats, parameters: OtifParameters) -> Floats:
    is_full = delivered_qty >= ordered_qty * (1 - parameters.quantity_tolerance_percent / 100)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(is_full, 1.0, np.clip(delivered_qty / ordered_qty, 0, 1))


def _read_soundness(lines: OrderLines) -> Floats:
    docs_ok, damage = lines.number("docs_ok"), lines.number("damage_qty")
    return np.where(np.isnan(docs_ok) | np.isnan(damage), np.nan, (docs_ok == 1) & (damage == 0))


def _last_known_day(lines: OrderLines, parameters: OtifParameters) -> float:
    """Return `as_of` as a number of days, else the day of the last delivery, -inf without any."""
    if parameters.as_of:
        return float((parameters.as_of - EPOCH).days)
    delivered_on = lines.number("delivered_ts")
    return float(np.nanmax(delivered_on)) if not np.isnan(delivered_on).all() else -np.inf
