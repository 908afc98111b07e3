"""What the rules of the service level have in common: chance, targets and the descriptions of lanes."""

from __future__ import annotations

from math import sqrt

from kpi_engine.insights.finding import Rejection
from kpi_engine.insights.logistics_facts import LogisticsFacts, ServiceFacts
from kpi_engine.shared.split_normal import NORMAL

ENOUGH = 30
PROBABLE = 0.95
UNKNOWN_EFFORT = "what it takes is in no data set"
IMPACT_OF_SPAN = "without prices the impact is the part of the way from the target to the floor of the efficiency grade"
NO_CHANCE = (Rejection("it is chance", "at the target, so low a share would be rare"),)


def weigh_chance(value: float, target: float, n: int) -> float:
    """Return the probability that a share below the target is no chance: the normal approximation of the binomial.

    >>> round(weigh_chance(90, 98, 100), 4), round(weigh_chance(98, 98, 100), 2)
    (1.0, 0.5)
    """
    deviation = 100 * sqrt(target / 100 * (1 - target / 100) / n) if n else 0.0
    return NORMAL.cdf((target - value) / deviation) if deviation else 1.0


def is_below(value: float | None, target: float, n: int) -> bool:
    """Whether a share is below its target by more than chance."""
    return value is not None and value < target and n > 0 and weigh_chance(value, target, n) >= PROBABLE


def share_of_span(logistics: LogisticsFacts, name: str, value: float) -> float:
    """Return how far a value is on the way from its target to the floor of the grade, percent."""
    target, floor = logistics.targets[name], logistics.targets.get(f"{name}_floor", 0.0)
    return max(0.0, min(100.0, 100 * (target - value) / (target - floor)))


def describe_window(logistics: LogisticsFacts) -> dict[str, str]:
    """Return the days that were measured."""
    return {"first_day": str(logistics.first_day), "last_day": str(logistics.last_day)}


def describe_lane(lane: ServiceFacts) -> dict[str, object]:
    """Return the figures of a lane."""
    return {name: value for name, value in vars(lane).items() if name != "site_id"}
