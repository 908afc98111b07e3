"""What a site can do about an overload, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum

from kpi_engine.insights.finding import DO_NOTHING, Counterfactual, Money, Value
from kpi_engine.insights.formats import format_days, format_number
from kpi_engine.insights.rules.overload import STORAGE, Overload
from kpi_engine.insights.rules.resource_words import find_words
from kpi_engine.insights.what_if.capacity import SHIFT_DAYS, Move, find_extra, judge_days, plan_moves

NO_PRICE = "no_price_of_work_above_capacity"


def list_counterfactuals(overload: Overload) -> tuple[Counterfactual, ...]:
    """Return doing nothing, moving work to other days (stock does not move), and more capacity."""
    results = judge_days(overload.resource, {}, {})
    nothing = Counterfactual(DO_NOTHING, results, _price_rest(overload, results), NO_PRICE, is_feasible=True)
    moves = () if overload.resource.resource == STORAGE else (_move(overload),)
    return (nothing, *moves, _extend(overload))


def recommend(counterfactuals: Sequence[Counterfactual]) -> str:
    """Return the action that is known to be possible, with more capacity as the other way."""
    extension = counterfactuals[-1].action
    possible = next((each.action for each in counterfactuals[1:-1] if each.is_feasible), None)
    text = f"{possible}, or {extension}" if possible else extension
    return f"{text[0].upper()}{text[1:]}"


def _price_rest(overload: Overload, results: dict[str, Value]) -> Money | None:
    """Return what the units that remain above the capacity cost."""
    price, currency = overload.overflow_price, overload.logistics.prices.currency
    return Money(float(results["expected_units_over"] or 0.0) * price, currency) if price is not None and currency else None


def _move(overload: Overload) -> Counterfactual:
    resource = overload.resource
    moves = plan_moves(resource, overload.others)
    changes: dict[date, float] = {}
    for move in moves:
        changes[move.from_day] = changes.get(move.from_day, 0.0) - move.amount
        changes[move.to_day] = changes.get(move.to_day, 0.0) + move.amount
    units = fsum(move.amount for move in moves) / resource.use_per_unit
    results: dict[str, Value] = {**judge_days(resource, changes, {}), "units_moved": units}
    is_enough = results["days_at_risk"] == 0
    titles = [find_words(each.resource).title.lower() for each in (resource, *overload.others)]
    return Counterfactual(
        _name_moves(moves, units),
        results,
        _price_rest(overload, results),
        NO_PRICE,
        is_feasible=is_enough,
        feasibility_reason=None if is_enough else f"the days within {SHIFT_DAYS} days have too little room",
        constraints=tuple(f"capacity of {title} on every day" for title in titles),
        steps=tuple(_describe_move(move, resource.use_per_unit) for move in moves),
    )


def _name_moves(moves: Sequence[Move], units: float) -> str:
    if not moves:
        return f"move work to a day within {SHIFT_DAYS} days"
    sources, targets = sorted({move.from_day for move in moves}), sorted({move.to_day for move in moves})
    return f"move {format_number(units)} units {format_days(sources, 'from')} {format_days(targets, 'to')}"


def _describe_move(move: Move, use_per_unit: float) -> dict[str, object]:
    return {"from_date": str(move.from_day), "to_date": str(move.to_day), "amount": move.amount, "units": move.amount / use_per_unit}


def _extend(overload: Overload) -> Counterfactual:
    resource, words = overload.resource, overload.words
    extra = {day.date: find_extra(day) for day in overload.days}
    most, total = max(extra.values()), sum(extra.values())
    counts: dict[str, Value] = {f"extra_{words.unit}": most, f"extra_{words.unit}_of_all_days": total}
    results = {**judge_days(resource, {}, {day: float(number) for day, number in extra.items()}), **counts}
    price, currency = resource.extra_unit_price, resource.currency
    return Counterfactual(
        f"{words.ask_for(most, at_most=len(set(extra.values())) > 1)} {format_days(sorted(extra))}",
        results,
        Money(total * price, currency) if price is not None and currency else None,
        "capacity_states_no_cost_per_extra_unit",
        is_feasible=None,
        feasibility_reason=f"whether the site can have more {words.unit} is in no data set",
        steps=tuple({"date": str(day), "extra": number} for day, number in sorted(extra.items())),
    )
