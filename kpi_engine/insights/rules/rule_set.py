"""What every category has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from kpi_engine.insights.facts import PartName, RunFacts
from kpi_engine.insights.finding import RESIDUAL, Driver, Finding, Rule, Sources
from kpi_engine.insights.logistics_facts import LogisticsFacts
from kpi_engine.insights.terms import InsightCategory

TOP_DRIVERS = 5
UNKNOWN_QUALITY = 0.5
MASTERS = ("site_master", "sku_master", "lane_master", "vehicle_types", "calendar_events", "cost_rates", "fx_rates")
QUALITY_UNKNOWN = "the quality of the input is unknown and counts as half"


@dataclass(frozen=True)
class RuleSet:
    """The rules of one category. find_silence: why the facts do not suffice to judge them, None when they do."""

    category: InsightCategory
    rules: tuple[Rule, ...]
    derive: Callable[[RunFacts], Iterable[Finding]]
    find_silence: Callable[[RunFacts], str | None]


def rank_drivers(drivers: Sequence[Driver], total: float) -> tuple[Driver, ...]:
    """Return the drivers with the most units, one for the others, and what is left to the total.

    >>> parts = [Driver("sku", name, units) for name, units in zip("ABCDEFG", [7, 6, 5, 4, 3, 2, 1])]
    >>> [(driver.key, driver.units) for driver in rank_drivers(parts, 30)]
    [('A', 7), ('B', 6), ('C', 5), ('D', 4), ('E', 3), ('others', 3.0), ('residual', 2.0)]
    """
    ranking = sorted(drivers, key=lambda driver: (-abs(driver.units), driver.key))
    top, rest = ranking[:TOP_DRIVERS], ranking[TOP_DRIVERS:]
    if rest:
        top.append(Driver(rest[0].kind, "others", fsum(driver.units for driver in rest), len(rest)))
    remainder = total - fsum(driver.units for driver in drivers)
    return (*top, Driver(RESIDUAL, RESIDUAL, remainder)) if abs(remainder) > 1e-6 * max(abs(total), 1.0) else tuple(top)


def quality_factor(facts: RunFacts) -> float:
    """Return the quality of the input as a factor of the confidence, 0..1."""
    return facts.quality.score / 100 if facts.quality else UNKNOWN_QUALITY


def quality_limits(facts: RunFacts) -> tuple[str, ...]:
    """Return what the quality of the input leaves open."""
    return () if facts.quality else (QUALITY_UNKNOWN,)


def list_window_sources(logistics: LogisticsFacts, site_ids: tuple[str, ...] = ()) -> tuple[Sources, ...]:
    """Return the rows that the figures of the window come from: its orders and shipments, and the master data with which they are read."""
    masters = tuple(Sources(name) for name in MASTERS)
    if logistics.first_day is None or logistics.last_day is None:
        return masters
    return (*(Sources(name, logistics.first_day, logistics.last_day, site_ids) for name in ("orders", "shipments")), *masters)


def find_logistics_silence(facts: RunFacts, part: str, reason: str) -> str:
    """Return why a part of the logistics report is not there: the reason that the report states for it, else this one."""
    if facts.logistics is None:
        return facts.missing.get(PartName.LOGISTICS, "the run has no logistics report")
    stated_reason = facts.logistics.undefined.get(part)
    return f"{reason} ({stated_reason.replace('_', ' ')})" if stated_reason else reason
