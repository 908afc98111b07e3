"""INVENTORY_RISK: stock that lies longer than the policy allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
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
    Rule,
    Sensitivity,
    Sources,
)
from kpi_engine.insights.formats import format_count, format_number, name_sku
from kpi_engine.insights.logistics_facts import LogisticsFacts, StockFacts
from kpi_engine.insights.rules.rule_set import list_window_sources, quality_factor, quality_limits, rank_drivers
from kpi_engine.insights.rules.stock_terms import P90, describe_stock, list_stock_limits, weigh_age
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import INVENTORY_PLANNER, InsightCategory

EXCESS = Rule("excess_stock.v1", InsightCategory.INVENTORY_RISK, "Which stock lies longer than the policy allows, and where is it needed?")
NO_STOCK_PRICE = "no_price_of_stock"


def explain_excess(facts: RunFacts, logistics: LogisticsFacts, site: str, rows: Sequence[StockFacts]) -> Finding:
    """Return the finding of a site; rows: the SKUs with too much, the largest excess first."""
    excess, days = fsum(row.excess for row in rows), logistics.most_cover_days
    stock = fsum(row.stock for row in rows)
    needs = [row for row in logistics.stock if row.site_id != site and row.short > 0]
    useful = fsum(min(row.excess, fsum(each.short for each in needs if each.sku_id == row.sku_id)) for row in rows)
    worst, skus = rows[0], format_count(len(rows), "SKU")
    cover = "no demand is expected" if worst.cover_days is None else f"{format_number(worst.cover_days)} days of demand"
    return Finding(
        rule=EXCESS,
        scope={"site_id": site},
        headline=f"{skus} with more than {days:.0f} days of stock at site {site}: {format_number(excess)} units too many",
        cause=f"{name_sku(worst.sku_id)} has {format_number(worst.stock)} units: {cover}",
        action="Stop ordering these SKUs, and move or sell what exceeds the policy",
        owner_role=INVENTORY_PLANNER,
        first_day=facts.as_of_date + timedelta(days=14),
        measurement=Measurement("stock", stock, "units", stock - excess),
        impact=Impact(excess, "units", money_reason=NO_STOCK_PRICE),
        volume_share=score_volume(excess, facts.site_days),
        confidence=Confidence(weigh_age(facts, logistics, site), quality_factor(facts), P90),
        next_command="./signify explain {id}",
        direction="excess",
        is_cause=True,
        drivers=rank_drivers([Driver("sku", row.sku_id, row.excess) for row in rows], excess),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"units_too_many": excess}, None, NO_STOCK_PRICE, is_feasible=True),
            Counterfactual(
                "move to other sites what they are short of",
                {"units_too_many": excess - useful, "units_moved": useful},
                None,
                "no_price_of_a_transfer",
                is_feasible=useful > 0,
                feasibility_reason=None if useful > 0 else "no other site is short of these SKUs",
            ),
        ),
        sensitivities=(Sensitivity("most_cover_days", ">=", max((row.cover_days or 0.0) for row in rows)),),
        assumptions=("demand goes on as on the days of the forecast",),
        limits=(*quality_limits(facts), *list_stock_limits(rows), "batches and their expiry are not considered"),
        parameters={
            "skus": len(rows),
            "skus_judged": logistics.stock_judged,
            "most_cover_days": days,
            "units_too_many": excess,
            "snapshot_day": str(logistics.snapshot_days.get(site)),
        },
        evidence=Evidence(logistics.snapshot_days.get(site), logistics.snapshot_days.get(site), (site,), dataset="inventory_snapshot"),
        sources=(Sources(None), *list_window_sources(logistics)),
        details={"stock": describe_stock(rows)},
    )
