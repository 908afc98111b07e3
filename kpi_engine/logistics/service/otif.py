"""On time in full, and the perfect order."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count, day_name, lacking, percent, total
from kpi_engine.logistics.inputs.orders import Lines
from kpi_engine.logistics.inputs.parameters import OtifParameters
from kpi_engine.shared.arrays import Bools, Floats, Ints

DUE_COLUMNS = {"requested": "requested_date", "first_promise": "promised_date", "last_confirmed": "confirmed_date"}
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Judged:
    """The lines that can be judged: whether each was on time and in full, its order, and its weight (cases, else 1)."""

    on_time: Bools
    share: Floats
    """What of the ordered quantity was delivered, 0..1; 1 within the tolerance."""
    order: Ints
    weight: Floats
    sound: Floats
    """1 when the papers were right and nothing was damaged, 0 when not, NaN when one of the two is unknown."""

    @property
    def in_full(self) -> Bools:
        """Whether the quantity is within the tolerance."""
        return self.share >= 1


def otif(lines: Lines, parameters: OtifParameters) -> Part:
    """On time, in full and both, percent, with the four parameters and what was left out; null when dates are not there.

    On time: delivered in [due - early, due + late], in whole local days. In full: delivered >= ordered * (1 - tolerance); more than
    ordered is ignored. A line that is not delivered when its window has passed by `as_of` is a failure; one whose window is open is left
    out. At the level `case` each line counts with its cases and with the part that was delivered. Source: McKinsey, "Defining 'on-time,
    in-full' in the consumer sector" (2019); perfect order: ASCM SCOR, RL.1.1.
    """
    due_column = DUE_COLUMNS[parameters.date_basis]
    needed = (due_column, "delivered_ts", *(["units_per_case"] if parameters.level == "case" else []))
    reason = lacking(lines.present, *needed)
    if reason:
        return Part(None, {"otif": reason})
    judged, excluded = _judge(lines, parameters, lines.number(due_column))
    if not len(judged.order):
        return Part(None, {"otif": NO_OBSERVATIONS})
    perfect = _perfect_orders(judged)
    answer: dict[str, Any] = {
        **_rates(judged, parameters.level),
        "perfect_order": perfect,
        **asdict(parameters),
        "as_of": day_name(as_of) if np.isfinite(as_of := _as_of(lines, parameters)) else None,
        "n_lines": len(judged.order),
        "n_orders": len(np.unique(judged.order)),
        "n_excluded": excluded,
    }
    missing = lacking(lines.present, "docs_ok", "damage_qty") or NO_OBSERVATIONS
    return Part(answer, {"otif.perfect_order": missing} if perfect is None else {})


def _judge(lines: Lines, parameters: OtifParameters, due: Floats) -> tuple[Judged, dict[str, int]]:
    ordered, delivered_on = lines.number("ordered_qty"), lines.number("delivered_ts")
    late_after = due + parameters.late_tolerance_days
    earliest = -np.inf if parameters.early_tolerance_days is None else due - parameters.early_tolerance_days
    weight = lines.number("units_per_case") if parameters.level == "case" else np.ones(len(lines))
    kept = ~lines.cancelled_by_customer
    column = "delivered_qty" if "delivered_qty" in lines.present else "shipped_qty"
    quantity, undelivered = lines.quantity(column), np.isnan(delivered_on) | lines.cancelled_by_us
    known = kept & (ordered > 0) & ~np.isnan(due) & (weight > 0) & (undelivered | (quantity >= 0))
    waiting = known & np.isnan(delivered_on) & ~lines.cancelled_by_us & ~(late_after < _as_of(lines, parameters))
    held = known & ~waiting
    amount = np.where(undelivered, 0.0, quantity)
    full = amount >= ordered * (1 - parameters.quantity_tolerance_percent / 100)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(full, 1.0, np.clip(amount / ordered, 0, 1))
        cases = ordered / weight if parameters.level == "case" else weight
    on_time = (delivered_on >= earliest) & (delivered_on <= late_after) & ~undelivered
    papers, damage = lines.number("docs_ok"), lines.number("damage_qty")
    sound = np.where(np.isnan(papers) | np.isnan(damage), np.nan, (papers == 1) & (damage == 0))
    excluded = {"cancelled_by_customer": count(~kept), "missing_values": count(kept & ~known), "window_open": count(waiting)}
    return Judged(on_time[held], share[held], lines.order[held], cases[held], sound[held]), excluded


def _as_of(lines: Lines, parameters: OtifParameters) -> float:
    if parameters.as_of:
        return float((parameters.as_of - EPOCH).days)
    delivered = lines.number("delivered_ts")
    return float(np.nanmax(delivered)) if not np.isnan(delivered).all() else -np.inf


def _rates(judged: Judged, level: str) -> dict[str, float | None]:
    if level == "order":
        rate = {"otif": judged.on_time & judged.in_full, "on_time": judged.on_time, "in_full": judged.in_full}
        return {name: _share_of_orders(judged.order, kept) for name, kept in rate.items()}
    share = judged.share if level == "case" else judged.in_full.astype(np.float64)
    everything = total(judged.weight)
    return {
        "otif": percent(total(judged.weight * share * judged.on_time), everything),
        "on_time": percent(total(judged.weight * judged.on_time), everything),
        "in_full": percent(total(judged.weight * share), everything),
    }


def _perfect_orders(judged: Judged) -> float | None:
    """The share among the orders of which the papers and the condition of every line are known."""
    known = ~np.isin(judged.order, judged.order[np.isnan(judged.sound)])
    perfect = judged.on_time & judged.in_full & (judged.sound == 1)
    return _share_of_orders(judged.order[known], perfect[known])


def _share_of_orders(order: Ints, kept: Bools) -> float | None:
    orders = len(np.unique(order))
    return percent(orders - len(np.unique(order[~kept])), orders)
