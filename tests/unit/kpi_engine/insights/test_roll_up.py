"""Findings that become one: sums where sums make sense, and nothing unknown that counts as nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi_engine.insights.engine import derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.finding import DO_NOTHING, Confidence, Counterfactual, Driver, Finding, Impact, Measurement, Money, Rule
from kpi_engine.insights.roll_up import roll_up
from kpi_engine.insights.rules.rule_set import RuleSet
from kpi_engine.insights.terms import InsightCategory
from kpi_engine.insights.validation import find_faults
from tests.unit.kpi_engine.insights.facts import a_run

RULE = Rule("fill.v1", InsightCategory.SERVICE_LEVEL, "Which orders are short?")


def a_finding(sku: str, measurement: Measurement, unit: str = "units", **changes: object) -> Finding:
    delta = measurement.delta or 0.0
    finding = Finding(
        rule=RULE,
        scope={"site_id": "LDS1", "sku_id": sku},
        headline=f"{sku} is short",
        cause="The data points to no cause",
        action="Look",
        owner_role="site manager",
        first_day=date(2026, 11, 29),
        measurement=measurement,
        impact=Impact(abs(delta), unit, money_reason="no_prices"),
        volume_share=50.0,
        confidence=Confidence(1.0, 1.0, 1.0),
        next_command="./signify explain {id}",
        drivers=(Driver("sku", sku, delta),) if measurement.delta else (),
        counterfactuals=(Counterfactual(DO_NOTHING, {"units_short": abs(delta), "unit_fill_percent": measurement.value}),),
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def test_units_are_added_up() -> None:
    [parent] = roll_up([a_finding(sku, Measurement("demand", value, "units", 100.0)) for sku, value in (("A", 80.0), ("B", 90.0))])
    assert (parent.measurement.value, parent.measurement.expected, parent.impact.units) == (170, 200, 30)
    assert parent.counterfactuals[0].result["units_short"] == 30


@pytest.mark.parametrize("unit", ["percent", "points of fill", "EUR per unit"])
def test_rates_are_not_added_up(unit: str) -> None:
    findings = [a_finding(sku, Measurement("fill", value, unit, 98.0), unit) for sku, value in (("A", 91.0), ("B", 94.0), ("C", 95.0))]
    [parent] = roll_up(findings)
    assert (parent.measurement.value, parent.measurement.expected) == (91, 98), "of the worst, as the text is"
    assert (parent.impact.units, parent.impact.unit) == (7, unit)
    assert parent.counterfactuals[0].result["unit_fill_percent"] == 91
    assert parent.headline == "A is short (and 2 more of LDS1)"


def test_an_expectation_that_is_unknown_is_not_counted_as_nothing() -> None:
    findings = [a_finding("A", Measurement("demand", 80.0, "units", 100.0)), a_finding("B", Measurement("demand", 90.0, "units"))]
    [parent] = roll_up(findings)
    assert (parent.measurement.value, parent.measurement.expected, parent.measurement.delta) == (170, None, None)
    assert parent.drivers == ()


@pytest.mark.parametrize("other", [Measurement("fill", 94.0, "percent", 98.0), Measurement("demand", 5.0, "EUR", 9.0)])
def test_findings_that_measure_something_else_are_not_rolled_up(other: Measurement) -> None:
    findings = [a_finding("A", Measurement("demand", 80.0, "units", 100.0)), a_finding("B", other)]
    assert roll_up(findings) == findings


def test_the_cost_of_an_action_for_all_is_the_sum_and_it_is_possible_only_if_each_is() -> None:
    def an_action(cost: float | None, *, is_feasible: bool | None) -> Counterfactual:
        money = None if cost is None else Money(cost, "EUR")
        return Counterfactual(
            "expedite", {"units_short": 0}, money, None if money else "no_rate", is_feasible, None if is_feasible else "busy"
        )

    def merge(*actions: Counterfactual) -> Counterfactual:
        measurement = Measurement("demand", 80.0, "units", 100.0)
        return roll_up([a_finding(f"S{place}", measurement, counterfactuals=(each,)) for place, each in enumerate(actions)])[
            0
        ].counterfactuals[0]

    both = merge(an_action(10.0, is_feasible=True), an_action(5.0, is_feasible=True))
    assert (both.cost, both.is_feasible) == (Money(15.0, "EUR"), True)
    one = merge(an_action(10.0, is_feasible=True), an_action(None, is_feasible=False))
    assert (one.cost, one.cost_reason, one.is_feasible, one.feasibility_reason) == (None, "no_rate", False, "busy")


@pytest.mark.parametrize(("unit", "values"), [("units", (80.0, 90.0)), ("percent", (91.0, 94.0))])
def test_the_explanation_of_a_parent_is_right_in_every_unit(unit: str, values: tuple[float, float]) -> None:
    findings = [a_finding(f"S{place}", Measurement("fill", value, unit, 98.0), unit) for place, value in enumerate(values)]
    rules = RuleSet(InsightCategory.SERVICE_LEVEL, (RULE,), lambda facts: findings, lambda facts: None)
    [insight] = derive_insights(a_run(), (rules,)).insights
    assert find_faults(explain(insight, a_run(), [])) == []
