"""A resource that the forecast probably overloads, and what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Driver, PredictedDemand, Rejection, Sources, Value
from kpi_engine.insights.formats import format_days, format_number, name_sku
from kpi_engine.insights.logistics_facts import LogisticsFacts, ResourceDay, ResourceFacts
from kpi_engine.insights.rules.resource_words import ResourceWords, find_words
from kpi_engine.insights.rules.rule_set import list_window_sources, quality_limits, rank_drivers
from kpi_engine.insights.what_if.capacity import BREACH_LIMIT, SHIFT_DAYS, Z_LIMIT, is_at_risk

STORAGE = "STORAGE_POS"
MOST_OF_IT = 0.5
"""The share of the change that one SKU must make to be named as its cause."""
LESS_THAN_USUAL, MORE_THAN_USUAL = 0.95, 1.05
"""Shares of the usual capacity and load, beyond which a day is not a usual one."""


@dataclass(frozen=True)
class Overload:
    """A resource with its days at risk."""

    facts: RunFacts
    logistics: LogisticsFacts
    resource: ResourceFacts
    days: tuple[ResourceDay, ...]

    @property
    def words(self) -> ResourceWords:
        """How people name the resource."""
        return find_words(self.resource.resource)

    @property
    def worst(self) -> ResourceDay:
        """The most likely overload, of which the SKUs are known."""
        return next(day for day in self.resource.days if day.date == self.resource.peak)

    @property
    def probability(self) -> float | None:
        """The probability that the load of the worst day exceeds its capacity, None without an interval."""
        return self.worst.distribution.probability_above(self.worst.capacity)

    @property
    def others(self) -> list[ResourceFacts]:
        """The other resources of the site that work moves with; stock does not move from day to day."""
        site, name = self.resource.site_id, self.resource.resource
        return [each for each in self.logistics.resources if each.site_id == site and each.resource not in (name, STORAGE)]

    @property
    def usual_load(self) -> float:
        """The mean load of all days."""
        return fsum(day.load for day in self.resource.days) / len(self.resource.days)

    @property
    def usual_capacity(self) -> float:
        """The mean capacity of all days."""
        return fsum(day.capacity for day in self.resource.days) / len(self.resource.days)

    @property
    def overflow_price(self) -> float | None:
        """What a unit above the capacity costs: expediting it and overtime for it; None when one of the two is not loaded."""
        expedite, overtime = self.logistics.prices.expedite_cost_per_unit, self.logistics.prices.overtime_cost_per_unit
        return None if expedite is None or overtime is None else expedite + overtime


def write_headline(overload: Overload) -> str:
    """Return which resource is short when, how much is used on the worst day, and how likely it does not suffice."""
    worst, words, days = overload.worst, overload.words, overload.days
    where, when = f"{words.title} at site {overload.resource.site_id}", format_days([day.date for day in days])
    if not worst.capacity:
        return f"{where}: work for {format_number(worst.load, 1)} {words.unit}, but no capacity {when}"
    state = "overloaded" if worst.load > worst.capacity else "close to the limit"
    size = f"{format_number(100 * worst.load / worst.capacity)} % of capacity"
    on_worst = f" on {worst.date.day} {worst.date:%b}" if len(days) > 1 else ""
    likely = "" if overload.probability is None else f" ({format_number(100 * overload.probability)} % likely to be exceeded)"
    return f"{where} {state} {when}: {size}{on_worst}{likely}"


def write_cause(overload: Overload) -> str:
    """Return what makes the worst day worse than a usual one."""
    worst, unit = overload.worst, overload.words.unit
    usual_load, usual_capacity = overload.usual_load, overload.usual_capacity
    if worst.capacity < LESS_THAN_USUAL * usual_capacity:
        return f"{format_number(worst.capacity, 1)} {unit} are available that day, {format_number(usual_capacity, 1)} on the mean day"
    if worst.load <= MORE_THAN_USUAL * usual_load:
        used = f"{format_number(usual_load, 1)} of {format_number(usual_capacity, 1)} {unit}"
        return f"It is no single day: the mean day needs {used}"
    rise = worst.load - usual_load
    text = f"{format_number(100 * rise / usual_load)} % more work than on the mean day" if usual_load else "Only that day has work"
    largest = next((each for each in list_drivers(overload) if each.kind == "sku" and each.count is None), None)
    if largest and -largest.units / rise >= MOST_OF_IT:
        return f"{text}, most of it {name_sku(largest.key)}"
    return f"{text}; many SKUs rise together"


def list_drivers(overload: Overload) -> tuple[Driver, ...]:
    """Return what takes the headroom of a usual day away: more of each SKU, and less capacity."""
    resource, worst = overload.resource, overload.worst
    if len(resource.days) == 1:
        return ()
    use = resource.use_per_unit
    parts = [
        Driver("sku", each.sku_id, -use * (each.units - each.usual_units), each.count if each.count > 1 else None) for each in resource.skus
    ]
    drivers = rank_drivers(parts, overload.usual_load - worst.load)
    change = worst.capacity - overload.usual_capacity
    return (*drivers, Driver("capacity", resource.resource, change)) if abs(change) > 1e-9 else drivers


def list_assumptions(overload: Overload) -> tuple[str, ...]:
    """Return what is taken for granted."""
    basis = overload.resource.use_basis
    return (
        f"a unit of the forecast uses as much of the resource as so far: {basis}",
        "the forecast errors of all SKUs go in the same direction, and stay the same when work moves",
        f"a day is at risk when its load exceeds the capacity with a probability above {100 * BREACH_LIMIT:.0f} %",
    )


def list_rejections(overload: Overload) -> tuple[Rejection, ...]:
    """Return other explanations that do not hold."""
    rejections = []
    if len(overload.resource.days) > 1 and overload.worst.capacity >= LESS_THAN_USUAL * overload.usual_capacity:
        rejections.append(Rejection("there is less capacity than usual", "the capacity of that day is that of the mean day, or more"))
    for other in overload.others:
        if not any(is_at_risk(day) for day in other.days):
            title = find_words(other.resource).title.lower()
            rejections.append(Rejection(f"the load of {title} is too high as well", "no day of it is at risk"))
    return tuple(rejections)


def list_limits(overload: Overload) -> tuple[str, ...]:
    """Return what is not known."""
    prefix = f"{overload.resource.site_id} "
    gaps = [
        f"{find_words(name.removeprefix(prefix)).title} could not be checked: {reason.replace('_', ' ')}"
        for name, reason in sorted(overload.logistics.unknown_resources.items())
        if name.startswith(prefix)
    ]
    return (*quality_limits(overload.facts), "whether customers accept another day is in no data set", *gaps)


def list_parameters(overload: Overload) -> dict[str, Value]:
    """Return the figures that the texts state, and those that the counterfactuals follow from."""
    worst, resource, usual_load = overload.worst, overload.resource, overload.usual_load
    return {
        "peak_date": str(worst.date),
        "load": worst.load,
        "capacity": worst.capacity,
        "utilisation_percent": 100 * worst.load / worst.capacity if worst.capacity else None,
        "p_breach_percent": None if overload.probability is None else 100 * overload.probability,
        "usual_load": usual_load,
        "usual_capacity": overload.usual_capacity,
        "rise_percent": 100 * (worst.load - usual_load) / usual_load if usual_load else None,
        "dates_at_risk": ", ".join(str(day.date) for day in overload.days),
        "days_at_risk": len(overload.days),
        "days": len(resource.days),
        "use_per_unit": resource.use_per_unit,
        "use_basis": resource.use_basis,
        "breach_limit_percent": 100 * BREACH_LIMIT,
        "breach_limit_z": Z_LIMIT,
        "shift_days": SHIFT_DAYS,
        "price_of_a_unit_over_capacity": overload.overflow_price,
        "price_of_one_more": resource.extra_unit_price,
    }


def list_sources(overload: Overload) -> tuple[Sources, ...]:
    """Return the rows that the load comes from: the demand that was forecast from, and the window in which the use was measured."""
    site, worst = (overload.resource.site_id,), overload.worst
    load = Sources("inventory_snapshot", worst.date, worst.date, site) if overload.resource.resource == STORAGE else Sources(None)
    days = [day.date for day in overload.resource.days]
    return (load, Sources("capacity", min(days), max(days), site), *list_window_sources(overload.logistics, site))


def list_predictions(overload: Overload) -> tuple[PredictedDemand, ...]:
    """Return the demand of the days at risk, with the demand that the capacity allows; stock is not demand."""
    use, site = overload.resource.use_per_unit, (overload.resource.site_id,)
    if overload.resource.resource == STORAGE:
        return ()
    return tuple(PredictedDemand(day.date, day.date, day.load / use, day.capacity / use, site) for day in overload.days)


def describe_days(overload: Overload) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return the days of the resource, and those of the others of the site, from which every alternative can be recomputed."""
    others = [
        {"resource": other.resource, "use_per_unit": other.use_per_unit, **_row(day)} for other in overload.others for day in other.days
    ]
    return {"days": [_row(day) for day in overload.resource.days], "days_of_other_resources": others}


def _row(day: ResourceDay) -> dict[str, object]:
    probability = day.distribution.probability_above(day.capacity)
    return {
        "date": str(day.date),
        "load": day.load,
        "load_p10": day.p10,
        "load_p90": day.p90,
        "capacity": day.capacity,
        "p_breach": probability,
        "is_at_risk": is_at_risk(day),
    }
