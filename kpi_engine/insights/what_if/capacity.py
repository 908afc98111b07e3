"""What follows for a resource from moving work to other days, or from more capacity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from kpi_engine.insights.finding import Value
from kpi_engine.insights.logistics_facts import ResourceDay, ResourceFacts
from kpi_engine.shared.split_normal import NORMAL

BREACH_LIMIT = 0.2
"""A day whose load exceeds the capacity more likely than this is at risk."""
SHIFT_DAYS = 2
"""By how many days work may move."""
TOLERANCE = 1e-9
PROBABILITY_TOLERANCE = 1e-4
"""A day that is brought just to the limit is not at risk, however its figures are rounded."""
Z_LIMIT = NORMAL.inv_cdf(1 - BREACH_LIMIT)


@dataclass(frozen=True)
class Move:
    """Work of a resource, in its own unit, that moves from one day to another."""

    from_day: date
    to_day: date
    amount: float


def is_at_risk(day: ResourceDay, change: float = 0.0, extra: float = 0.0) -> bool:
    """Whether the load, changed by so much, probably exceeds the capacity with so much more.

    >>> day = ResourceDay(date(2026, 11, 27), load=95, p10=90, p90=105, capacity=100)
    >>> is_at_risk(day), is_at_risk(day, change=-5)
    (True, False)
    """
    capacity = day.capacity + extra
    probability = day.distribution.move(change).probability_above(capacity)
    return day.load + change > capacity + TOLERANCE if probability is None else probability > BREACH_LIMIT + PROBABILITY_TOLERANCE


def find_safe_load(day: ResourceDay) -> float:
    """Return the largest load with which a day is not at risk; the deviation stays the same.

    >>> find_safe_load(ResourceDay(date(2026, 11, 27), load=95, p10=None, p90=None, capacity=100))
    100.0
    """
    above = day.distribution.above
    return max(0.0, day.capacity - Z_LIMIT * (0.0 if math.isnan(above) else above))


def plan_moves(resource: ResourceFacts, others: Sequence[ResourceFacts]) -> tuple[Move, ...]:
    """Move what is too much on a day to the nearest days, earlier ones first, that have room in this and the other resources of the site.

    >>> days = tuple(ResourceDay(date(2026, 11, day), load, None, None, 100) for day, load in ((26, 70), (27, 120), (28, 95)))
    >>> doors = ResourceFacts(site_id="LDS1", resource="DOORS_OUT", use_per_unit=1, use_basis="", days=days, peak=days[1].date)
    >>> [(move.to_day.day, move.amount) for move in plan_moves(doors, [])]
    [(26, 20.0)]
    """
    by_day = {day.date: day for day in resource.days}
    room = {day: _find_room(resource, each, others) for day, each in by_day.items()}
    moves = []
    for day in sorted(day for day, each in by_day.items() if is_at_risk(each)):
        excess = by_day[day].load - find_safe_load(by_day[day])
        for step in (sign * distance for distance in range(1, SHIFT_DAYS + 1) for sign in (-1, 1)):
            target = day + timedelta(days=step)
            amount = min(excess, room.get(target, 0.0))
            if amount > TOLERANCE:
                moves.append(Move(day, target, amount))
                room[target] -= amount
                excess -= amount
    return tuple(moves)


def _find_room(resource: ResourceFacts, day: ResourceDay, others: Sequence[ResourceFacts]) -> float:
    """Return how much work of the resource its day can take; 0 where another resource with a known use has no room."""
    if is_at_risk(day):
        return 0.0
    room = max(0.0, find_safe_load(day) - day.load)
    for other in others:
        for each in other.days:
            if each.date == day.date and other.use_per_unit and resource.use_per_unit:
                room = min(room, max(0.0, find_safe_load(each) - each.load) / other.use_per_unit * resource.use_per_unit)
    return room


def find_extra(day: ResourceDay) -> int:
    """Return how many whole units of a resource a day needs more, so that it is no longer at risk.

    >>> find_extra(ResourceDay(date(2026, 11, 27), load=9.4, p10=None, p90=None, capacity=8))
    2
    """
    return max(0, math.ceil(day.load - find_safe_load(day) - TOLERANCE)) if is_at_risk(day) else 0


def judge_days(resource: ResourceFacts, changes: Mapping[date, float], extra: Mapping[date, float]) -> dict[str, Value]:
    """Return what the days of a resource are like with these changes of the load and this capacity more.

    expected_units_over: the mean of max(0, load - capacity) over all days, in units of the forecast.
    """
    over, days_over, days_at_risk, utilisation, probabilities = [], 0, 0, 0.0, []
    for day in resource.days:
        change, capacity = changes.get(day.date, 0.0), day.capacity + extra.get(day.date, 0.0)
        distribution = day.distribution.move(change)
        over.append(distribution.mean_above(capacity))
        days_over += distribution.median > capacity + TOLERANCE
        days_at_risk += is_at_risk(day, change, extra.get(day.date, 0.0))
        probabilities.append(distribution.probability_above(capacity))
        utilisation = max(utilisation, distribution.median / capacity if capacity else math.inf * (distribution.median > 0))
    likely = [each for each in probabilities if each is not None]
    return {
        "days_at_risk": days_at_risk,
        "days_over_capacity": days_over,
        "highest_utilisation_percent": None if math.isinf(utilisation) or math.isnan(utilisation) else 100 * utilisation,
        "highest_breach_probability_percent": 100 * max(likely) if len(likely) == len(probabilities) else None,
        "expected_units_over": fsum(over) / resource.use_per_unit,
    }
