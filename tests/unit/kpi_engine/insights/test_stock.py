"""Stock that sites share out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpi_engine.insights.engine import derive_insights
from kpi_engine.insights.finding import Counterfactual
from kpi_engine.insights.logistics_facts import LogisticsFacts, StockFacts
from tests.unit.kpi_engine.insights.facts import AS_OF, a_run


def a_shortage(site_id: str, short: float, days: int | None = None, sku_id: str = "A") -> StockFacts:
    return StockFacts(
        site_id=site_id,
        sku_id=sku_id,
        stock=10.0,
        lead_days=7,
        demand=10.0 + short,
        demand_p90=None,
        expected_short=short,
        empty_day=None if days is None else AS_OF + timedelta(days=days),
        daily_demand=3.0,
        cover_days=3.0,
        excess=0.0,
    )


def plan_moves(rows: tuple[StockFacts, ...], spare: dict[tuple[str, str], float]) -> dict[str, Counterfactual]:
    """Return of each site the way out that moves stock."""
    days = dict.fromkeys([row.site_id for row in rows], date(2026, 11, 28))
    logistics = LogisticsFacts(stock=rows, spare_stock=spare, stock_judged=len(rows), snapshot_days=days)
    findings = [each.finding for each in derive_insights(a_run(logistics=logistics)).insights if each.finding.rule.id == "stock_out.v1"]
    return {finding.scope["site_id"]: finding.counterfactuals[1] for finding in findings}


@pytest.mark.parametrize(("days", "units"), [((5, 2), (10.0, 30.0)), ((2, 5), (30.0, 10.0)), ((None, 5), (10.0, 30.0))])
def test_each_unit_of_spare_stock_is_offered_once_first_to_the_site_that_is_empty_first(
    days: tuple[int | None, int], units: tuple[float, float]
) -> None:
    moves = plan_moves((a_shortage("LDS1", 30.0, days[0]), a_shortage("NTH2", 30.0, days[1])), {("RTM1", "A"): 40.0})
    assert tuple(moves[site].result["units_moved"] for site in ("LDS1", "NTH2")) == units
    assert [moves[site].result["units_short_at_the_high_end"] for site in ("LDS1", "NTH2")] == [30 - each for each in units]


def test_a_site_for_which_nothing_is_left_is_told_so() -> None:
    moves = plan_moves((a_shortage("LDS1", 30.0, 2), a_shortage("NTH2", 30.0, 5)), {("RTM1", "A"): 30.0})
    assert [moves[site].is_feasible for site in ("LDS1", "NTH2")] == [True, False]
    assert "or gives another site" in str(moves["NTH2"].feasibility_reason)


def test_no_site_gives_more_than_it_can_spare_of_any_sku() -> None:
    rows = tuple(a_shortage(site, 10.0 + place, place, sku) for place, site in enumerate("PQRS") for sku in "AB")
    spare = {("X", "A"): 17.0, ("Y", "A"): 9.0, ("Y", "B"): 100.0, ("Z", "B"): 3.0}
    moved_units: dict[tuple[str, str], float] = {}
    for move in plan_moves(rows, spare).values():
        for step in move.steps:
            source = str(step["from_site"]), str(step["sku_id"])
            moved_units[source] = moved_units.get(source, 0.0) + float(str(step["units"]))
    assert all(units <= spare[source] + 1e-9 for source, units in moved_units.items())
    assert sum(units for (_, sku), units in moved_units.items() if sku == "A") == pytest.approx(26.0)
