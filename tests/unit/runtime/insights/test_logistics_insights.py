"""What the logistics of a run leads to: every figure is recomputed here by loops of its own, from the rows of the operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import erf, exp, pi, sqrt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contracts.paths import insights_key
from kpi_engine.insights.engine import RULE_SETS
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Finding
from kpi_engine.insights.rules import transport
from kpi_engine.insights.rules.rule_set import RuleSet
from kpi_engine.insights.terms import InsightCategory
from kpi_engine.insights.validation import find_faults
from runtime.services.insights.logistics_reading import read_logistics
from runtime.services.logistics.cost_baseline import CostBaseline
from runtime.services.logistics.windows import BUSINESS_DAYS
from tests.unit.runtime.insights.operation_insights import PEAK, a_busy_operation, action_of, build_insights, judge
from tests.unit.runtime.logistics.operation import AS_OF, Operation, capacity, forecast, shipment

Row = dict[str, Any]
Z_90, Z_80 = 1.2815515655446004, 0.8416212335729143
RULES = {
    "overload.v1",
    "avoidable_trucks.v1",
    "otif_below_target.v1",
    "fill_below_target.v1",
    "stock_out.v1",
    "excess_stock.v1",
    "cost_above_band.v1",
}


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    return a_busy_operation(tmp_path)


@pytest.fixture(scope="module")
def operation_as_it_is(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """The operation for tests that change nothing of it."""
    return a_busy_operation(tmp_path_factory.mktemp("operation"))


@pytest.fixture(scope="module")
def explanations(operation_as_it_is: Operation) -> dict[str, Row]:
    return judge(operation_as_it_is)


def cumulative(z: float) -> float:
    return 0.5 * (1 + erf(z / sqrt(2)))


def density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)


def chance_above(load: float, below: float, above: float, limit: float) -> float:
    return cumulative((load - limit) / (above if limit >= load else below))


def mean_above(load: float, below: float, above: float, limit: float) -> float:
    """Integrate max(0, load - limit) over the two halves of the distribution in small steps."""
    total, step = 0.0, 0.001
    for place in range(int(8 / step)):
        z = (place + 0.5) * step
        total += density(z) * step * (max(0.0, load + z * above - limit) + max(0.0, load - z * below - limit))
    return total


def test_every_logistics_rule_explains_itself_without_a_fault(explanations: dict[str, Row]) -> None:
    assert explanations.keys() >= RULES
    assert {rule: find_faults(each) for rule, each in explanations.items() if find_faults(each)} == {}


def test_a_door_overload_in_the_forecast_is_an_insight_of_the_site_manager(explanations: dict[str, Row]) -> None:
    overload = explanations["overload.v1"]
    assert overload["scope"] == {"site_id": "LDS1", "resource": "DOORS_OUT"}
    assert overload["recommended_action"]["owner_role"] == "site manager"
    assert overload["headline"].startswith(f"Outbound doors at site LDS1 overloaded on {PEAK.day} {PEAK:%b}: ")
    hours_at_doors, units = 90.0, 1200.0  # 3 shipments and 40 units a day, 30 days of an hour each; 16 hours a day, peak hour 1.25
    assert overload["method"]["parameters"]["use_per_unit"] == pytest.approx(hours_at_doors / 16 * 1.25 / units, abs=1e-6)
    assert overload["method"]["parameters"]["load"] == pytest.approx(130 * hours_at_doors / 16 * 1.25 / units, abs=1e-5)
    assert (BUSINESS_DAYS, overload["recommended_action"]["deadline"]) == (30, str(PEAK - timedelta(days=1)))


def naive_days(days: list[Row], changes: dict[str, float], extra: dict[str, float], use: float) -> dict[str, float]:
    over = at_risk = 0
    expected, utilisation, probability = 0.0, 0.0, 0.0
    for day in days:
        below, above = (day["load"] - day["load_p10"]) / Z_90, (day["load_p90"] - day["load"]) / Z_90
        load, limit = day["load"] + changes.get(day["date"], 0.0), day["capacity"] + extra.get(day["date"], 0.0)
        chance = chance_above(load, below, above, limit)
        over += load > limit + 1e-9
        at_risk += chance > 0.2 + 1e-4
        expected += mean_above(load, below, above, limit)
        utilisation, probability = max(utilisation, 100 * load / limit), max(probability, 100 * chance)
    return {
        "days_at_risk": at_risk,
        "days_over_capacity": over,
        "highest_utilisation_percent": utilisation,
        "highest_breach_probability_percent": probability,
        "expected_units_over": expected / use,
    }


def check_results(action: Row, expected: dict[str, float]) -> None:
    for name, value in expected.items():
        assert action["result"][name] == pytest.approx(value, rel=1e-3, abs=2e-3), (action["action"], name)


def test_what_follows_from_each_way_out_of_an_overload_recomputes(explanations: dict[str, Row]) -> None:
    overload = explanations["overload.v1"]
    days, use = overload["details"]["days"], overload["method"]["parameters"]["use_per_unit"]
    nothing, move, extend = action_of(overload, "do nothing"), action_of(overload, "move"), action_of(overload, "open")
    check_results(nothing, naive_days(days, {}, {}, use))
    assert nothing["cost"]["expected"] == pytest.approx(4 * nothing["result"]["expected_units_over"], rel=1e-6)
    changes: dict[str, float] = {}
    for step in move["steps"]:
        changes[step["from_date"]] = changes.get(step["from_date"], 0.0) - step["amount"]
        changes[step["to_date"]] = changes.get(step["to_date"], 0.0) + step["amount"]
        assert abs((date.fromisoformat(step["to_date"]) - date.fromisoformat(step["from_date"])).days) <= 2
    check_results(move, naive_days(days, changes, {}, use) | {"units_moved": sum(step["units"] for step in move["steps"])})
    assert move["feasible"] is (move["result"]["days_at_risk"] == 0)
    extra = {step["date"]: step["extra"] for step in extend["steps"]}
    check_results(extend, naive_days(days, {}, extra, use))
    assert (extend["result"]["days_at_risk"], extend["cost"]["expected"]) == (0, 120 * sum(extra.values()))


def test_no_day_that_takes_work_over_becomes_a_risk_itself(explanations: dict[str, Row]) -> None:
    overload = explanations["overload.v1"]
    move = action_of(overload, "move")
    by_day = {day["date"]: day for day in overload["details"]["days"]}
    assert move["steps"]
    for step in move["steps"]:
        day = by_day[step["to_date"]]
        amount = sum(each["amount"] for each in move["steps"] if each["to_date"] == step["to_date"])
        above = (day["load_p90"] - day["load"]) / Z_90
        assert day["load"] + amount <= day["capacity"] - Z_80 * above + 1e-5


def test_work_moves_only_where_the_other_resources_of_the_site_have_room(operation: Operation) -> None:
    operation.rows["capacity"] = [row for row in operation.rows["capacity"] if row["resource"] != "VEHICLES"]
    vehicles = capacity("VEHICLES", 10, rated=4.4)
    operation.add("capacity", *(row | {"rated": 200} if row["valid_date"] == PEAK else row for row in vehicles))
    move = action_of(judge(operation)["overload.v1"], "move")
    assert (move["feasible"], move["result"]["days_at_risk"]) == (False, 1)
    assert "too little room" in move["feasibility_reason"]


def test_the_drivers_of_an_overload_are_the_skus_that_rise(explanations: dict[str, Row]) -> None:
    overload = explanations["overload.v1"]
    use = overload["method"]["parameters"]["use_per_unit"]
    usual = sum([40, 45, 30, 41, 90, 44, 43, 42, 40, 39]) / 10
    [first, second] = overload["drivers"]
    assert (first["key"], second["key"]) == ("SKU-1", "SKU-2")
    assert first["contribution_units"] == pytest.approx(-(90 - usual) * use, rel=1e-4)
    assert overload["cause"].endswith("most of it SKU-1")


def test_enough_doors_are_no_insight(operation: Operation) -> None:
    operation.rows["capacity"] = capacity("DOORS_OUT", 10, rated=5, unit="doors")
    assert "overload.v1" not in judge(operation)


def test_a_day_without_any_capacity_is_named_as_such(operation: Operation) -> None:
    rows = capacity("DOORS_OUT", 10, rated=5, unit="doors")
    operation.rows["capacity"] = [row | {"rated": 0} if row["valid_date"] == PEAK else row for row in rows]
    overload = judge(operation)["overload.v1"]
    assert (find_faults(overload), "but no capacity on" in overload["headline"]) == ([], True)


def naive_plan_errors(plan: list[Row], shipments: list[Row], vehicle: Row) -> list[str]:
    """Check a plan against the rows of the shipments: every load once, on its day and lane, within every capacity of the vehicle."""
    by_id = {row["shipment_id"]: row for row in shipments}
    errors, names = [], []
    for truck in plan:
        kg = m3 = 0.0
        for name in truck["shipments"]:
            row = by_id[name]
            names.append(name)
            kg, m3 = kg + row["gross_kg"], m3 + row["volume_m3"]
            if row["planned_departure_ts"][:10] != truck["ship_date"]:
                errors.append(f"{name} leaves on another day")
            if (row["lane_id"], row["vehicle_type"]) != (truck["lane_id"], truck["vehicle_type"]):
                errors.append(f"{name} is of another lane or vehicle type")
        if kg > vehicle["payload_kg"] or m3 > vehicle["volume_m3"]:
            errors.append(f"{truck['truck']} is overloaded")
    trucks = {truck["truck"] for truck in plan}
    if sorted(names) != sorted(trucks):  # each shipment of this operation is one trip, named as it
        errors.append("a load is missing, or is there twice")
    return errors


def test_the_plan_of_avoidable_trucks_holds_against_the_rows_of_the_shipments(
    operation_as_it_is: Operation, explanations: dict[str, Row]
) -> None:
    trucks = explanations["avoidable_trucks.v1"]
    plan, vehicle = trucks["details"]["plan"], operation_as_it_is.rows["vehicle_types"][0]
    assert naive_plan_errors(plan, operation_as_it_is.rows["shipments"], vehicle) == []
    used, needed_trucks = len(plan), sum(bool(truck["shipments"]) for truck in plan)
    consolidate = action_of(trucks, "move")
    assert (trucks["what_happened"]["value"], consolidate["result"]["trucks"]) == (used, needed_trucks)
    assert trucks["impact"]["units"] == used - needed_trucks == 10
    assert trucks["impact"]["money"]["expected"] == (used - needed_trucks) * (50 + 100)
    moved_out = [name for truck in plan for name in truck["moved_in"]]
    assert consolidate["result"]["shipments_moved"] == len(moved_out)


def test_the_checker_of_the_plan_sees_an_overload_and_a_load_on_two_trucks(
    operation_as_it_is: Operation, explanations: dict[str, Row]
) -> None:
    plan, vehicle = explanations["avoidable_trucks.v1"]["details"]["plan"], operation_as_it_is.rows["vehicle_types"][0]
    twice = [*plan, plan[0] | {"truck": "X"}]
    assert naive_plan_errors(twice, operation_as_it_is.rows["shipments"], vehicle)
    assert naive_plan_errors(plan, operation_as_it_is.rows["shipments"], vehicle | {"payload_kg": 900})


def test_full_trucks_are_no_insight(operation: Operation) -> None:
    for row in operation.rows["shipments"]:
        row["gross_kg"] = 900
    assert "avoidable_trucks.v1" not in judge(operation)


def test_trucks_of_earlier_weeks_are_no_insight_any_more(operation: Operation) -> None:
    for row in operation.rows["shipments"]:
        if row["planned_departure_ts"][:10] > str(AS_OF - timedelta(days=7)):
            row["gross_kg"] = 900
    assert "avoidable_trucks.v1" not in judge(operation)


def test_orders_that_failed_add_up_from_late_and_short_ones(operation_as_it_is: Operation, explanations: dict[str, Row]) -> None:
    otif = explanations["otif_below_target.v1"]
    lines = [row for row in operation_as_it_is.rows["orders"] if row["requested_date"] > AS_OF - timedelta(days=42)]
    late = {row["order_id"] for row in lines if row["delivered_ts"][:10] > str(row["requested_date"])}
    short = {row["order_id"] for row in lines if row["shipped_qty"] < row["ordered_qty"]}
    n = len({row["order_id"] for row in lines})
    values = {each["key"]: each["contribution_units"] for each in otif["drivers"]}
    assert otif["what_happened"]["value"] == pytest.approx(len(late | short))
    assert values["late only"] == pytest.approx(len(late - short))
    assert values.get("short only", 0) == pytest.approx(len(short - late))
    assert values["allowed by the target"] == pytest.approx(-0.02 * n)
    on_time = action_of(otif, "deliver")
    assert on_time["result"]["otif_percent"] == pytest.approx(100 * (1 - len(short) / n), abs=1e-5)
    assert on_time["cost"]["expected"] == pytest.approx(25 * len(short), abs=1e-3)


def test_units_that_were_not_shipped_are_points_of_the_fill_rate(operation_as_it_is: Operation, explanations: dict[str, Row]) -> None:
    fill = explanations["fill_below_target.v1"]
    lines = [row for row in operation_as_it_is.rows["orders"] if row["requested_date"] > AS_OF - timedelta(days=42)]
    percent = 100 * sum(row["shipped_qty"] for row in lines) / sum(row["ordered_qty"] for row in lines)
    assert fill["what_happened"]["value"] == pytest.approx(percent, abs=1e-5)
    assert fill["drivers"][0]["contribution_units"] == pytest.approx(percent - 99, abs=1e-5)
    assert action_of(fill, "fill lane")["result"]["unit_fill_percent"] == pytest.approx(99)


def test_stock_that_does_not_last_until_new_goods_arrive_is_short_by_what_is_missing(explanations: dict[str, Row]) -> None:
    stock_out = explanations["stock_out.v1"]
    medians = [40, 45, 30, 41, 90]
    sigmas = [0.2 * each / Z_90 for each in medians]
    deviation = sqrt(0.7 * sum(each * each for each in sigmas) + 0.3 * sum(sigmas) ** 2)
    p90 = sum(medians) + Z_90 * deviation
    assert stock_out["impact"]["units"] == pytest.approx(mean_above(sum(medians), deviation, deviation, 150), rel=1e-3)
    nothing, move = action_of(stock_out, "do nothing"), action_of(stock_out, "move")
    assert nothing["result"]["units_short_at_the_high_end"] == pytest.approx(p90 - 150, rel=1e-5)
    assert (move["feasible"], move["result"]["units_moved"]) == (False, 0)  # nobody forecasts RTM1, so that what it can spare is unknown
    assert "the first SKU is empty on" in stock_out["cause"]


def test_another_site_that_can_spare_stock_is_asked_for_it(operation: Operation) -> None:
    assert operation.forecast is not None
    operation.forecast = pd.concat([operation.forecast, forecast([1.0] * 10, site_id="RTM1")])
    move = action_of(judge(operation)["stock_out.v1"], "move")
    [step] = move["steps"]
    assert (step["from_site"], move["feasible"]) == ("RTM1", True)
    sigmas = [0.2 / Z_90] * 5
    need = 5 + Z_90 * sqrt(0.7 * sum(each * each for each in sigmas) + 0.3 * sum(sigmas) ** 2)
    assert step["units"] == pytest.approx(60 - need, rel=1e-5)


def test_stock_for_more_days_than_the_policy_allows_is_too_much(explanations: dict[str, Row]) -> None:
    excess = explanations["excess_stock.v1"]
    daily = sum([10, 12, 8, 10, 40, 10, 10, 10, 10, 10]) / 10
    assert excess["impact"]["units"] == pytest.approx(4000 - 90 * daily)


def test_a_week_that_costs_more_than_the_weeks_before_names_the_cost_that_rose(explanations: dict[str, Row]) -> None:
    cost = explanations["cost_above_band.v1"]
    *earlier, newest = cost["details"]["weeks"]
    values = [week["cost_per_unit"] for week in earlier]
    usual = sum(values) / len(values)
    moving = [abs(after - before) for before, after in pairwise(values)]
    assert cost["method"]["parameters"]["limit_cost_per_unit"] == pytest.approx(usual + 2.66 * sum(moving) / len(moving), rel=1e-5)
    assert newest["cost_per_unit"] > cost["method"]["parameters"]["limit_cost_per_unit"]
    assert cost["impact"]["money"]["expected"] == pytest.approx((newest["cost_per_unit"] - usual) * newest["units"], rel=1e-5)
    assert (cost["drivers"][0]["key"], len(cost["drivers"])) == ("transport cost", 1)


def test_a_rule_that_fails_takes_no_other_insight_with_it(operation: Operation) -> None:
    building, insights, _ = build_insights(operation)

    def fail(_: object) -> list[Any]:
        raise KeyError("saving")

    failing = RuleSet(InsightCategory.TRANSPORT_UTILISATION, transport.RULES.rules, fail, lambda _: None)
    others = tuple(each for each in RULE_SETS if each is not transport.RULES)
    result = replace(building, rule_sets=(*others, failing)).build(operation.run.id)
    assert {each.content.rule_id for each in insights.by_id.values()} == RULES - {"avoidable_trucks.v1"}
    assert result.faults == ("the rules of TRANSPORT_UTILISATION failed: KeyError: 'saving'",)


def test_an_explanation_that_contradicts_itself_is_reported_and_nothing_of_its_rule_is_resolved(operation: Operation) -> None:
    building, insights, _ = build_insights(operation)
    building.build(operation.run.id)
    before = dict(insights.by_id)

    def lie(facts: RunFacts) -> Iterator[Finding]:
        for finding in transport.RULES.derive(facts):
            yield replace(finding, cause="17 drivers were on strike")

    lying = replace(transport.RULES, derive=lie)
    others = tuple(each for each in RULE_SETS if each is not transport.RULES)
    result = replace(building, rule_sets=(*others, lying)).build(operation.run.id)
    assert result.faults == ("the explanation of avoidable_trucks.v1 is wrong: '17 drivers were on strike' states 17, which no figure has",)
    assert result.to_state_output()["faults"] == list(result.faults)
    assert operation.lake.read_json(insights_key(operation.run.id))["faults"] == list(result.faults)
    assert insights.by_id == before


def test_the_sources_of_an_overload_are_its_capacity_its_demand_and_the_window_that_was_measured(operation: Operation) -> None:
    building, insights, evidence = build_insights(operation)
    building.build(operation.run.id)
    [overload] = [each for each in insights.by_id.values() if each.content.rule_id == "overload.v1"]
    assert {"capacity", "orders", "shipments"} <= {each.dataset for each in evidence.selections}
    entries: Any = overload.content.explanation["data_sources"]
    assert {"landing/demand_history/a.csv", "landing/orders/a.csv"} <= {each["object"] for each in entries}


def test_trucks_of_several_vehicle_types_stay_apart(operation: Operation) -> None:
    operation.add("vehicle_types", {**operation.rows["vehicle_types"][0], "vehicle_type": "TRUCK", "payload_kg": 20_000})
    operation.add("shipments", *(shipment(900 + place, vehicle_type="TRUCK", volume_m3=1) for place in range(2)))
    plan = judge(operation)["avoidable_trucks.v1"]["details"]["plan"]
    assert {truck["vehicle_type"] for truck in plan} == {"VAN", "TRUCK"}
    trucks = [truck for truck in plan if truck["vehicle_type"] == "TRUCK"]
    assert sorted(len(truck["shipments"]) for truck in trucks) == [0, 2]


def test_the_cost_of_a_unit_is_compared_with_the_baseline_that_a_setting_states(operation: Operation) -> None:
    operation.cost_baseline = CostBaseline(2.0, "EUR")
    operation.measure()
    facts = read_logistics(operation.lake, operation.run.id)
    assert facts is not None
    assert facts.baseline_per_unit == 2.0
