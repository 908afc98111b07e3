"""What the rules of the stock have in common: the age of a snapshot, and the rows that an explanation lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.logistics_facts import LogisticsFacts, StockFacts

LISTED = 200
"""SKUs that an explanation lists, those with the most units."""
P90 = 0.9


def weigh_age(facts: RunFacts, logistics: LogisticsFacts, site: str) -> float:
    """Return the evidence: a snapshot loses a quarter for each day that it is older than the run."""
    day = logistics.snapshot_days.get(site)
    return 0.0 if day is None else max(0.25, 1 - 0.25 * (facts.as_of_date - day).days)


def list_stock_limits(rows: Sequence[StockFacts]) -> tuple[str, ...]:
    """Return what the list of SKUs leaves out."""
    return ("of many SKUs, only those with the most units are listed",) if len(rows) > LISTED else ()


def describe_stock(rows: Sequence[StockFacts]) -> list[dict[str, object]]:
    """Return the figures of the SKUs that an explanation lists."""
    documents = [{**{name: value for name, value in vars(row).items() if name != "site_id"}, "short": row.short} for row in rows[:LISTED]]
    return [{name: str(value) if isinstance(value, date) else value for name, value in row.items()} for row in documents]
