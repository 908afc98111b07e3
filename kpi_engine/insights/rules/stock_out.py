"""INVENTORY_RISK: SKUs that may run out before new goods arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import fsum

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import (
    DO_NOTHING,
    Confidence,
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Money,
    PredictedDemand,
    Rule,
    Sensitivity,
    Sources,
    Value,
)
from kpi_engine.insights.formats import format_count, format_number, name_sku
from kpi_engine.insights.logistics_facts import LogisticsFacts, StockFacts
from kpi_engine.insights.rules.rule_set import list_window_sources, quality_factor, quality_limits, rank_drivers
from kpi_engine.insights.rules.stock_terms import LISTED, P90, describe_stock, list_stock_limits, weigh_age
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import INVENTORY_PLANNER, InsightCategory
from kpi_engine.insights.what_if.stock import Transfer

STOCK_OUT = Rule(
    "stock_out.v1", InsightCategory.INVENTORY_RISK, "Which SKUs may run out before new goods can arrive, and how much is missing?"
)
NO_PRICE = "no_price_of_a_shortage"


def explain_shortage(
    facts: RunFacts, logistics: LogisticsFacts, site: str, rows: Sequence[StockFacts], transfers: Sequence[Transfer]
) -> Finding:
    """Return the finding of a site; rows: the SKUs that are short, the largest shortage first; transfers: what other sites can give it."""
    missing, expected_short = fsum(row.short for row in rows), fsum(row.expected_short for row in rows)
    empty_days = [row.empty_day for row in rows if row.empty_day and row.empty_day <= facts.as_of_date + timedelta(days=row.lead_days)]
    first_day = min(empty_days, default=facts.as_of_date + timedelta(days=min(row.lead_days for row in rows)))
    skus = format_count(len(rows), "SKU")
    money = _price(logistics, [(row.sku_id, row.expected_short) for row in rows])
    return Finding(
        rule=STOCK_OUT,
        scope={"site_id": site},
        headline=f"{skus} at site {site} may run out before new goods arrive: up to {format_number(missing)} units short",
        cause=_name_first(rows, empty_days),
        action="Expedite what is on its way or move stock from sites that can spare it; raise the order point of these SKUs",
        owner_role=INVENTORY_PLANNER,
        first_day=first_day,
        deadline=max(facts.as_of_date + timedelta(days=1), first_day - timedelta(days=1)),
        measurement=Measurement("stock", fsum(row.stock for row in rows), "units", fsum(row.stock + row.short for row in rows)),
        impact=Impact(expected_short, "units", money, None if money else NO_PRICE),
        volume_share=score_volume(expected_short, facts.site_days),
        confidence=Confidence(weigh_age(facts, logistics, site), quality_factor(facts), P90),
        next_command="./signify explain {id}",
        direction="short",
        is_cause=True,
        drivers=rank_drivers([Driver("sku", row.sku_id, -row.short) for row in rows], -missing),
        counterfactuals=_list_shortage_actions(logistics, rows, money, transfers),
        sensitivities=(Sensitivity("stock", ">=", fsum(row.stock + row.short for row in rows)),),
        assumptions=(
            "what is on its way arrives within the lead time; what is promised to orders is part of the forecast",
            "no order that is not in the snapshot arrives before the lead time ends",
            "demand is taken at its high end, which one case of ten exceeds",
        ),
        limits=(*quality_limits(facts), *list_stock_limits(rows)),
        parameters={
            "skus": len(rows),
            "skus_judged": logistics.stock_judged,
            "missing_units": missing,
            "first_empty_day": str(first_day),
            "shortage_cost_per_unit": logistics.prices.shortage_cost_per_unit,
            "snapshot_day": str(logistics.snapshot_days.get(site)),
        },
        evidence=Evidence(logistics.snapshot_days.get(site), logistics.snapshot_days.get(site), (site,), dataset="inventory_snapshot"),
        sources=(Sources(None), *list_window_sources(logistics)),
        predictions=tuple(_predict(facts, row) for row in rows[:LISTED]),
        details={"stock": describe_stock(rows)},
    )


def _predict(facts: RunFacts, row: StockFacts) -> PredictedDemand:
    first_day, last_day = facts.as_of_date + timedelta(days=1), facts.as_of_date + timedelta(days=row.lead_days)
    return PredictedDemand(first_day, last_day, row.demand, row.stock, (row.site_id,), (row.sku_id,))


def _name_first(rows: Sequence[StockFacts], empty_days: Sequence[date]) -> str:
    worst = rows[0]
    demand = worst.stock + worst.short
    text = (
        f"{name_sku(worst.sku_id)}: {format_number(worst.stock)} units for {format_count(worst.lead_days, 'day')} in which up to "
        f"{format_number(demand)} are needed"
    )
    return f"{text}; the first SKU is empty on {min(empty_days).day} {min(empty_days):%b}" if empty_days else text


def _list_shortage_actions(
    logistics: LogisticsFacts, rows: Sequence[StockFacts], money: Money | None, transfers: Sequence[Transfer]
) -> tuple[Counterfactual, ...]:
    by_sku: dict[str, float] = {}
    for each in transfers:
        by_sku[each.sku_id] = by_sku.get(each.sku_id, 0.0) + each.units
    moved_units = fsum(each.units for each in transfers)
    missing = fsum(row.short for row in rows)
    nothing: dict[str, Value] = {
        "units_short_at_the_high_end": missing,
        "units_short_in_the_mean": fsum(row.expected_short for row in rows),
        "skus_at_risk": len(rows),
    }
    after: dict[str, Value] = {
        "units_short_at_the_high_end": fsum(row.short - by_sku.get(row.sku_id, 0.0) for row in rows),
        "skus_at_risk": sum(row.short - by_sku.get(row.sku_id, 0.0) > 1e-9 for row in rows),
        "units_moved": moved_units,
    }
    action = f"move {format_number(moved_units)} units from other sites" if transfers else "move stock from other sites"
    return (
        Counterfactual(DO_NOTHING, nothing, money, NO_PRICE, is_feasible=True),
        Counterfactual(
            action,
            after,
            None,
            "no_price_of_a_transfer",
            is_feasible=bool(transfers),
            feasibility_reason=None if transfers else "no other site has more of these SKUs than it needs itself or gives another site",
            constraints=(
                "the high end of the demand of the other sites",
                "each unit goes to one site, first to the one that is empty first",
            ),
            steps=tuple(_describe_transfer(each) for each in transfers[:LISTED]),
        ),
        Counterfactual(
            f"expedite {format_number(missing)} units",
            {"units_short_at_the_high_end": 0.0, "skus_at_risk": 0, "units_expedited": missing},
            _price_expediting(logistics, missing),
            "no_price_of_expediting",
            feasibility_reason="what suppliers can expedite is in no data set",
        ),
    )


def _price(logistics: LogisticsFacts, units: Sequence[tuple[str, float]]) -> Money | None:
    """Return what shortages cost: the rate of a shortage, else the margins, when those of all SKUs are loaded."""
    prices = logistics.prices
    if not prices.currency:
        return None
    if prices.shortage_cost_per_unit is not None:
        return Money(fsum(amount for _, amount in units) * prices.shortage_cost_per_unit, prices.currency)
    if all(sku in prices.margins for sku, _ in units):
        return Money(fsum(amount * prices.margins[sku] for sku, amount in units), prices.currency)
    return None


def _price_expediting(logistics: LogisticsFacts, units: float) -> Money | None:
    price, currency = logistics.prices.expedite_cost_per_unit, logistics.prices.currency
    return Money(units * price, currency) if price is not None and currency else None


def _describe_transfer(transfer: Transfer) -> dict[str, object]:
    return {"from_site": transfer.from_site, "sku_id": transfer.sku_id, "units": transfer.units}
