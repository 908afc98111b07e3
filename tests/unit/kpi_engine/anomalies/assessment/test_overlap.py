"""Groups of overlapping scopes: what both contain counts once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi_engine.anomalies.assessment.business_impact import COUNTED_ONCE, BusinessImpact
from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.overlap import count_once
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

COSTS = Costs("EUR", 2.0)
A, B, C = ({"site_id": "S1", "sku_id": "A"}, {"site_id": "S1", "sku_id": "B"}, {"site_id": "S2", "sku_id": "A"})


def a_fall(name: str, units_lost: dict[str, float], members: tuple[dict[str, str], ...]) -> AnomalyGroup:
    """A group with the total of its scope: 100 expected of each member, and less seen."""
    actual = [[100 - units_lost[member["site_id"] + member["sku_id"]]] for member in members]
    group = a_group_of(
        actual, [[100]] * len(members), id=name, dimensions=members, lower=[[90]] * len(members), upper=[[110]] * len(members)
    )
    return replace(group, scope={}, scope_series=group.series)


@pytest.mark.parametrize("order", [1, -1])
def test_units_and_money_of_overlapping_scopes_are_those_of_the_values_that_they_contain(order: int) -> None:
    """Site S1 loses 30 + 50, SKU A loses 30 + 20: together 100, of which the SKU adds 20."""
    units_lost = {"S1A": 30.0, "S1B": 50.0, "S2A": 20.0}
    groups = [a_fall("site", units_lost, (A, B)), a_fall("sku", units_lost, (A, C))][::order]
    report = AnomalyDetectionEngine(costs=COSTS).assess(groups, Window.ending(FIRST, 1))
    assert report.business_impact.delta_units == pytest.approx(-100)
    assert report.business_impact.money is not None
    assert report.business_impact.money.expected == pytest.approx(200)
    assert COUNTED_ONCE in report.business_impact.assumptions
    assert sorted(each.impact.delta_units or 0.0 for each in report.anomalies) == [-80, -50], "each states its own total"


def test_scopes_apart_are_added_up_as_they_are() -> None:
    units_lost = {"S1A": 30.0, "S1B": 50.0, "S2A": 20.0}
    groups = [a_fall("site", units_lost, (A, B)), a_fall("sku", units_lost, (C,))]
    anomalies = AnomalyDetectionEngine(costs=COSTS).assess(groups, Window.ending(FIRST, 1)).anomalies
    assert all(part.share == 1 for part in count_once(anomalies))
    assert COUNTED_ONCE not in BusinessImpact.of(anomalies).assumptions
