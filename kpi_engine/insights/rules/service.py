"""SERVICE_LEVEL: a site below its target of on time in full, or of the fill rate."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Finding
from kpi_engine.insights.rules.fill_rate import FILL, explain_fill
from kpi_engine.insights.rules.otif import OTIF, Otif, explain_otif
from kpi_engine.insights.rules.rule_set import RuleSet, find_logistics_silence
from kpi_engine.insights.rules.service_terms import is_below
from kpi_engine.insights.terms import InsightCategory

CATEGORY = InsightCategory.SERVICE_LEVEL


def find_silence(facts: RunFacts) -> str | None:
    """Return why the service of no site is known."""
    if facts.logistics is not None and any(each.otif is not None or each.unit_fill is not None for each in facts.logistics.sites):
        return None
    return find_logistics_silence(facts, "otif", "no order lines with an outcome are loaded")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding for each site and measure that is below its target by more than chance."""
    logistics = facts.logistics
    for site in logistics.sites if logistics else ():
        if logistics is None or site.site_id is None:
            continue
        lanes = [lane for lane in logistics.lanes if lane.site_id == site.site_id]
        target = logistics.targets.get("otif")
        if target is not None and is_below(site.otif, target, site.orders):
            yield explain_otif(facts, logistics, Otif.of(site, target), [lane for lane in lanes if lane.otif is not None])
        target = logistics.targets.get("unit_fill")
        if target is not None and is_below(site.unit_fill, target, site.lines):
            yield explain_fill(facts, logistics, site, target, [lane for lane in lanes if lane.unit_fill is not None])


RULES = RuleSet(CATEGORY, (OTIF, FILL), derive, find_silence)
