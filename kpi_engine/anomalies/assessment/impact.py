"""What a group means for the business: units, and money with its assumptions or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from math import fsum

import numpy as np

from kpi_engine.anomalies.alerts.wording import listed
from kpi_engine.anomalies.assessment.costs import Costs, Money, skus_of
from kpi_engine.anomalies.assessment.verdict import NO_EXPECTED_VALUES, Verdict
from kpi_engine.anomalies.detection.kinds import DOWN, Kind
from kpi_engine.anomalies.group import AnomalyGroup, Series
from kpi_engine.shared.arrays import Floats

AT_BOUND = "low and high: demand at the lower and upper bound of the prediction interval; bounds of several days and series are added"
NO_INTERVAL = "no prediction interval: low and high are unknown"


@dataclass(frozen=True)
class Impact:
    """delta_units: sum(actual - expected), negative is lost volume; None for a service level (delta_points then) and for a data gap.

    units_unseen: what was expected on days without data. money is None with a reason when an input is missing.
    """

    delta_units: float | None
    delta_points: float | None
    units_unseen: float
    money: Money | None
    reason: str | None
    assumptions: tuple[str, ...]


class _MissingInput(Exception):
    """A cost input that is not there: the code of the reason, and what to say of it."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.detail = detail


def impact_of(group: AnomalyGroup, verdict: Verdict, costs: Costs) -> Impact:
    """The impact of one group.

    A fall: lost contribution = (expected - actual) * unit_margin, its high figure is the value at risk. A rise: max(0, actual - capacity)
    * (expedite + overtime cost) + extra units * marginal cost. Service: affected orders * penalty, affected orders = orders * (expected -
    actual) / 100. A series' days are netted before its price is applied; the whole is never below 0.
    """
    service = verdict.kind is Kind.SERVICE_DROP
    unseen = fsum(group.series.days.expected[group.series.days.gap])
    money, reason, assumptions = (
        None,
        _no_rule(verdict),
        [f"{unseen:.10g} units expected on days without data are left out"] if unseen else [],
    )
    if reason is None:
        try:
            money, found = _money(group.series, verdict, costs)
            assumptions += found
        except _MissingInput as missing:
            reason = str(missing)
            assumptions += [missing.detail] if missing.detail else []
    units, points = (None, verdict.delta) if service else (verdict.delta, None)
    return Impact(units, points, unseen, money, reason, tuple(assumptions))


def _no_rule(verdict: Verdict) -> str | None:
    if verdict.kind is Kind.DATA_GAP:
        return "data_gap"
    return verdict.reason or (None if verdict.delta is not None else NO_EXPECTED_VALUES)


def _money(series: Series, verdict: Verdict, costs: Costs) -> tuple[Money, list[str]]:
    if not costs.currency:
        raise _MissingInput("currency_missing")
    if verdict.kind is Kind.SERVICE_DROP:
        amount, assumptions = _penalties(series, costs)
    elif verdict.direction == DOWN:
        amount, assumptions = _lost_contribution(series, costs)
    else:
        amount, assumptions = _extra_cost(series, costs)
    days = series.days
    low, expected, high = sorted((amount(days.lower), amount(days.expected), amount(days.upper)))
    assumptions.append(AT_BOUND if series.has_interval else NO_INTERVAL)
    return Money(low if series.has_interval else None, expected, high if series.has_interval else None, costs.currency), assumptions


Amount = Callable[[Floats], float]


def _lost_contribution(series: Series, costs: Costs) -> tuple[Amount, list[str]]:
    margins = np.array([costs.margin_of(dimensions) for dimensions in series.dimensions])
    counted = series.known.any(axis=1)
    if np.isnan(margins[counted]).any():
        without = {sku for row in np.flatnonzero(np.isnan(margins) & counted) for sku in skus_of(series.dimensions[row])}
        raise _MissingInput("unit_margin_missing", f"no unit margin is known for {listed(sorted(without))}" if without else None)

    def amount(demand: Floats) -> float:
        lost = [fsum((level - row)[known]) for level, row, known in zip(demand, series.days.actual, series.known, strict=True)]
        return max(0.0, fsum(units * margin for units, margin in zip(lost, margins, strict=True) if units))

    return amount, ["every unit not demanded is lost for good and costs its margin; high is the value at risk"]


def _extra_cost(series: Series, costs: Costs) -> tuple[Amount, list[str]]:
    expedite, overtime, marginal = (
        _needed(costs, name) for name in ("expedite_cost_per_unit", "overtime_cost_per_unit", "marginal_cost_per_unit")
    )
    known = series.known
    if np.isnan(series.capacity[known]).any():
        raise _MissingInput("capacity_missing")
    load, capacity = (np.where(known, values, 0.0).sum(axis=0) for values in (series.days.actual, series.capacity))
    above = fsum(np.maximum(load - capacity, 0.0))

    def amount(demand: Floats) -> float:
        extra = max(0.0, fsum((series.days.actual - demand)[known]))
        return above * (expedite + overtime) + extra * marginal

    return amount, [f"{above:.10g} units above capacity need expediting and overtime; every extra unit costs its marginal handling"]


def _penalties(series: Series, costs: Costs) -> tuple[Amount, list[str]]:
    penalty, known = _needed(costs, "penalty_per_order"), series.known
    if np.isnan(series.orders[known]).any():
        raise _MissingInput("orders_missing")

    def amount(level: Floats) -> float:
        return penalty * max(0.0, fsum((series.orders * (level - series.days.actual) / 100)[known]))

    return amount, ["orders are affected in proportion to the points of service lost"]


def _needed(costs: Costs, name: str) -> float:
    value = costs.price(name)
    if math.isnan(value):
        raise _MissingInput(f"{name}_missing")
    return value
