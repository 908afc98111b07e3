"""The lines of which it is known whether they were delivered on time and in full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import DateBasis, Level, OtifParameters
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import EPOCH

DUE_COLUMNS: dict[DateBasis, str] = {
    "requested": "requested_date",
    "first_promise": "promised_date",
    "last_confirmed": "confirmed_date",
}


@dataclass(frozen=True)
class OtifExclusions:
    """Numbers of lines that OTIF does not count, by reason."""

    cancelled_by_customer: int
    missing_values: int
    window_open: int


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
        """Degree to which each line is in full, 0..1: in parts at the level `case`, else wholly or not at all."""
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
    has_outcome = lines.number("delivery_unknown") != 1
    is_complete = is_open & (ordered_qty > 0) & ~np.isnan(due) & (weight > 0) & (is_undelivered | (quantity >= 0)) & has_outcome
    known_until = np.where(np.isnan(lines.number("known_until")), find_last_known_day(lines, parameters), lines.number("known_until"))
    is_over = due + parameters.late_tolerance_days < known_until
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


def find_last_known_day(lines: OrderLines, parameters: OtifParameters) -> float:
    """Return `as_of` as a number of days, else the day of the last delivery, -inf without any.

    >>> from datetime import date
    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> lines = read_order_lines(pd.DataFrame({"order_id": ["O1"], "delivered_ts": ["1970-01-03T08:00"]}))
    >>> find_last_known_day(lines, OtifParameters()), find_last_known_day(lines, OtifParameters(as_of=date(1970, 1, 5)))
    (2.0, 4.0)
    """
    if parameters.as_of:
        return float((parameters.as_of - EPOCH).days)
    delivered_on = lines.number("delivered_ts")
    return float(np.nanmax(delivered_on)) if not np.isnan(delivered_on).all() else -np.inf
