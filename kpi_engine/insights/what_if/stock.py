"""What moving stock between sites changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kpi_engine.insights.logistics_facts import StockFacts


@dataclass(frozen=True)
class Transfer:
    """Units of a SKU that one site can spare and another one lacks."""

    from_site: str
    to_site: str
    sku_id: str
    units: float


def plan_transfers(rows: Sequence[StockFacts], spare: Mapping[tuple[str, str], float]) -> tuple[Transfer, ...]:
    """Cover what is short at all sites from the sites that have most to spare, each unit once: what is empty first, then what lacks most.

    spare: by site and SKU, what exceeds the need of the site itself.

    >>> row = StockFacts(site_id="LDS1", sku_id="A", stock=5, lead_days=7, demand=20, demand_p90=25, expected_short=15, empty_day=None,
    ...     daily_demand=3, cover_days=2, excess=0)
    >>> [(each.from_site, each.units) for each in plan_transfers([row], {("RTM1", "A"): 12, ("NTH2", "A"): 30})]
    [('NTH2', 20)]
    """
    amounts, transfers = dict(spare), []
    for row in sorted(rows, key=lambda each: (each.empty_day or date.max, -each.short, each.site_id, each.sku_id)):
        missing = row.short
        sources = [(site, sku) for site, sku in amounts if sku == row.sku_id and site != row.site_id]
        for source in sorted(sources, key=lambda each: (amounts[each], each), reverse=True):
            amount = min(amounts[source], missing)
            if amount > 0:
                transfers.append(Transfer(source[0], row.site_id, row.sku_id, amount))
                amounts[source] -= amount
                missing -= amount
    return tuple(transfers)
