"""INVENTORY_RISK: SKUs that may run out before new goods arrive, and stock that lies longer than the policy allows."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Finding
from kpi_engine.insights.rules.excess_stock import EXCESS, explain_excess
from kpi_engine.insights.rules.rule_set import RuleSet, find_logistics_silence
from kpi_engine.insights.rules.stock_out import STOCK_OUT, explain_shortage
from kpi_engine.insights.terms import InsightCategory
from kpi_engine.insights.what_if.stock import plan_transfers

CATEGORY = InsightCategory.INVENTORY_RISK


def find_silence(facts: RunFacts) -> str | None:
    """Return why no stock can be compared with a forecast."""
    if facts.logistics is not None and facts.logistics.stock_judged:
        return None
    return find_logistics_silence(facts, "stock", "no recent stock with a lead time and a forecast is loaded")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield for each site what is short, and what is too much."""
    logistics = facts.logistics
    if logistics is None:
        return
    transfers = plan_transfers([row for row in logistics.stock if row.short > 0], logistics.spare_stock)
    for site in sorted({row.site_id for row in logistics.stock}):
        rows = [row for row in logistics.stock if row.site_id == site]
        short, excess = [row for row in rows if row.short > 0], [row for row in rows if row.excess > 0]
        if short:
            ranking = sorted(short, key=lambda row: (-row.short, row.sku_id))
            yield explain_shortage(facts, logistics, site, ranking, [each for each in transfers if each.to_site == site])
        if excess:
            yield explain_excess(facts, logistics, site, sorted(excess, key=lambda row: (-row.excess, row.sku_id)))


RULES = RuleSet(CATEGORY, (STOCK_OUT, EXCESS), derive, find_silence)
