"""What moving stock between sites changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi_engine.insights.logistics_facts import StockFacts


@dataclass(frozen=True)
class Transfer:
    """Units of a SKU that another site can spare."""

    from_site: str
    sku_id: str
    units: float


def plan_transfers(site: str, rows: Sequence[StockFacts], spare: Mapping[tuple[str, str], float]) -> tuple[Transfer, ...]:
    """Cover what is short from the sites that have most to spare. spare: by site and SKU, what exceeds the need of the site itself.

    >>> row = StockFacts(site_id="LDS1", sku_id="A", stock=5, lead_days=7, demand=20, demand_p90=25, expected_short=15, empty_day=None,
    ...     daily_demand=3, cover_days=2, excess=0)
    >>> plan_transfers("LDS1", [row], {("RTM1", "A"): 12, ("NTH2", "A"): 30})
    (Transfer(from_site='NTH2', sku_id='A', units=20),)
    """
    transfers = []
    for row in rows:
        missing = row.short
        offers = sorted(((units, other) for (other, sku), units in spare.items() if sku == row.sku_id and other != site), reverse=True)
        for units, other in offers:
            amount = min(units, missing)
            if amount > 0:
                transfers.append(Transfer(other, row.sku_id, amount))
                missing -= amount
    return tuple(transfers)
