"""Business impact of a group: units, and money with its assumptions or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from typing import TypeAlias

import numpy as np

from kpi_engine.anomalies.assessment.classification import NO_EXPECTED_VALUES, Classification
from kpi_engine.anomalies.assessment.costs import Costs, Money, list_skus
from kpi_engine.anomalies.formats import format_list
from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries
from kpi_engine.anomalies.kind import DOWN, AnomalyKind
from kpi_engine.shared.arrays import Floats

AT_BOUND = "low and high: demand at the lower and upper bound of the prediction interval; bounds of several days and series are added"
PART_OF_SCOPE = "no common total: only the series and days that were reported are added up, and not what moved the other way"
NO_INTERVAL = "no prediction interval: low and high are unknown"

Amount: TypeAlias = Callable[[Floats], float]
"""The money that a group costs if the demand without the anomaly had been M x N units (or percent of service)."""


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

    @property
    def expected_money(self) -> float | None:
        """The expected amount, None without money."""
        return self.money.expected if self.money else None

    def as_dict(self) -> dict[str, object]:
        """Return the impact for JSON."""
        return {
            "delta_units": self.delta_units,
            "delta_points": self.delta_points,
            "units_unseen": self.units_unseen,
            "money": self.money.as_dict() if self.money else None,
            "money_reason": self.reason,
            "assumptions": list(self.assumptions),
        }


class _MissingInput(Exception):
    """A cost input that was not passed in: the code of the reason, and a detail for the assumptions."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.detail = detail


def estimate_impact(group: AnomalyGroup, classification: Classification, costs: Costs) -> Impact:
    """Estimate the impact of one group.

    A fall: lost contribution = (expected - actual) * unit_margin, its high figure is the value at risk. A rise: max(0, actual - capacity)
    * (expedite + overtime cost) + extra units * marginal cost. Service: affected orders * penalty, affected orders = orders * (expected -
    actual) / 100. A series' days are netted before its price is applied; the whole is never below 0.

    >>> from kpi_engine.anomalies.assessment.classification import Measures, classify_group
    >>> from kpi_engine.anomalies.detection.detector import detect_groups
    >>> from kpi_engine.examples.anomalies import build_panel
    >>> drop, spike = detect_groups(build_panel())
    >>> estimate_impact(drop, classify_group(drop, Measures()), Costs(currency="EUR", unit_margin=3.5)).money
    Money(low=105.0, expected=140.0, high=175.0, currency='EUR')
    """
    series = group.figures
    units_unseen = fsum(series.days.expected[series.days.is_gap])
    assumptions = [
        *_state_basis(group),
        *([f"{units_unseen:.10g} units expected on days without data are left out"] if units_unseen else []),
    ]
    money, reason = None, _reason_without_rule(classification)
    if reason is None:
        try:
            money, more_assumptions = _estimate_money(series, classification, costs)
            assumptions += more_assumptions
        except _MissingInput as missing:
            reason = str(missing)
            assumptions += [missing.detail] if missing.detail else []
    is_service = classification.kind is AnomalyKind.SERVICE_DROP
    units, points = (None, classification.delta) if is_service else (classification.delta, None)
    return Impact(units, points, units_unseen, money, reason, tuple(assumptions))


def _state_basis(group: AnomalyGroup) -> list[str]:
    """What the figures of a group of several series add up, where that is not the whole of its scope."""
    is_part = group.scope_series is None and len(group.series.dimensions) > 1
    return [PART_OF_SCOPE] if is_part else []


def _reason_without_rule(classification: Classification) -> str | None:
    if classification.kind is AnomalyKind.DATA_GAP:
        return "data_gap"
    return classification.reason or (None if classification.delta is not None else NO_EXPECTED_VALUES)


def _estimate_money(series: GroupSeries, classification: Classification, costs: Costs) -> tuple[Money, list[str]]:
    if not costs.currency:
        raise _MissingInput("currency_missing")
    if classification.kind is AnomalyKind.SERVICE_DROP:
        amount, assumptions = _penalties(series, costs)
    elif classification.direction == DOWN:
        amount, assumptions = _lost_contribution(series, costs)
    else:
        amount, assumptions = _extra_cost(series, costs)
    days = series.days
    low, expected, high = sorted((amount(days.lower), amount(days.expected), amount(days.upper)))
    assumptions.append(AT_BOUND if series.has_interval else NO_INTERVAL)
    return Money(low if series.has_interval else None, expected, high if series.has_interval else None, costs.currency), assumptions


def _lost_contribution(series: GroupSeries, costs: Costs) -> tuple[Amount, list[str]]:
    margins = np.array([costs.margin_of(dimensions) for dimensions in series.dimensions])
    is_counted = series.is_known.any(axis=1)
    if np.isnan(margins[is_counted]).any():
        unpriced_skus = {sku for row in np.flatnonzero(np.isnan(margins) & is_counted) for sku in list_skus(series.dimensions[row])}
        detail = f"no unit margin is known for {format_list(sorted(unpriced_skus))}" if unpriced_skus else None
        raise _MissingInput("unit_margin_missing", detail)

    def amount(demand: Floats) -> float:
        lost_units = [fsum((level - row)[mask]) for level, row, mask in zip(demand, series.days.actual, series.is_known, strict=True)]
        return max(0.0, fsum(units * margin for units, margin in zip(lost_units, margins, strict=True) if units))

    return amount, ["every unit not demanded is lost for good and costs its margin; high is the value at risk"]


def _extra_cost(series: GroupSeries, costs: Costs) -> tuple[Amount, list[str]]:
    expedite, overtime, marginal = (
        _require_price(costs, name) for name in ("expedite_cost_per_unit", "overtime_cost_per_unit", "marginal_cost_per_unit")
    )
    is_known = series.is_known
    if np.isnan(series.capacity[is_known]).any():
        raise _MissingInput("capacity_missing")
    load, capacity = (np.where(is_known, values, 0.0).sum(axis=0) for values in (series.days.actual, series.capacity))
    units_above = fsum(np.maximum(load - capacity, 0.0))

    def amount(demand: Floats) -> float:
        extra_units = max(0.0, fsum((series.days.actual - demand)[is_known]))
        return units_above * (expedite + overtime) + extra_units * marginal

    return amount, [f"{units_above:.10g} units above capacity need expediting and overtime; every extra unit costs its marginal handling"]


def _penalties(series: GroupSeries, costs: Costs) -> tuple[Amount, list[str]]:
    penalty, is_known = _require_price(costs, "penalty_per_order"), series.is_known
    if np.isnan(series.orders[is_known]).any():
        raise _MissingInput("orders_missing")

    def amount(level: Floats) -> float:
        return penalty * max(0.0, fsum((series.orders * (level - series.days.actual) / 100)[is_known]))

    return amount, ["orders are affected in proportion to the points of service lost"]


def _require_price(costs: Costs, name: str) -> float:
    price = costs.price_of(name)
    if math.isnan(price):
        raise _MissingInput(f"{name}_missing")
    return price
