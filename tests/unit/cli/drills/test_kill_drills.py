"""Kill drills: their plans by seed, and the comparison of tables."""

from __future__ import annotations

from collections import Counter
from typing import cast

import pytest

from cli.drills.kills.__main__ import run_until_kill
from cli.drills.kills.alarms import find_expected_alarm
from cli.drills.kills.drill import KillDrills, KillResult
from cli.drills.kills.plans import FUNCTION_SERVICES, JOB_STATES, MAX_OUTAGE_S, KillPlan, StateInterval, Victim, draw_plan
from cli.drills.kills.tables import Row, compare
from cli.drills.kills.uploads import UploadDrill
from contracts.alarms import AlarmName
from contracts.run_states import RunState

TIMELINE = [StateInterval(state, 1.0 + number) for number, state in enumerate([*map(str, RunState), "ShallNotify"])]
PLANS = [draw_plan(seed, TIMELINE) for seed in range(500)]
WORKING_STATES = {Victim.FUNCTION: set(FUNCTION_SERVICES), Victim.JOB: set(JOB_STATES), Victim.POSTGRES: set(map(str, RunState))}


def test_a_seed_stands_for_one_plan() -> None:
    assert [draw_plan(seed, TIMELINE) for seed in range(500)] == PLANS


def test_every_state_of_a_run_is_worked_in_by_one_function_or_job() -> None:
    assert sorted([*FUNCTION_SERVICES, *JOB_STATES]) == sorted(map(str, RunState))


@pytest.mark.parametrize("victim", [Victim.FUNCTION, Victim.JOB, Victim.POSTGRES])
def test_a_process_is_killed_only_in_a_state_in_which_it_works_and_in_each_of_them(victim: Victim) -> None:
    plans = [plan for plan in PLANS if plan.victim is victim]
    assert {plan.state for plan in plans} == WORKING_STATES[victim]
    seconds = {interval.state: interval.seconds for interval in TIMELINE}
    assert all(0 <= plan.offset_s <= seconds[plan.state] for plan in plans)


def test_a_longer_state_is_hit_more_often() -> None:
    counts = Counter(plan.state for plan in PLANS if plan.victim is Victim.FUNCTION)
    assert counts["FinishRun"] > 2 * counts["ResolveInput"]


def test_every_kind_is_drawn_and_only_postgres_is_down_for_a_while() -> None:
    assert {plan.victim for plan in PLANS} == set(Victim)
    assert all((plan.outage_s > 0) == (plan.victim is Victim.POSTGRES) and plan.outage_s <= MAX_OUTAGE_S for plan in PLANS)
    assert {plan.until_failure for plan in PLANS if plan.victim is Victim.JOB} == {True, False}


def test_a_plan_that_came_too_late_is_repeated_earlier_and_is_otherwise_the_same() -> None:
    plan = KillPlan(7, Victim.FUNCTION, "PublishRun", 1.0, until_failure=True)
    assert plan.bring_forward() == KillPlan(7, Victim.FUNCTION, "PublishRun", 0.5, until_failure=True)


class Attempts:
    """Drills in which the victim is killed at the n-th attempt."""

    def __init__(self, successful_attempt: int) -> None:
        self.plans: list[KillPlan] = []
        self._successful_attempt = successful_attempt

    def run(self, plan: KillPlan, _name: str) -> KillResult:
        self.plans.append(plan)
        return KillResult(plan, int(len(self.plans) == self._successful_attempt), 0, 0, 1.0, ())


@pytest.mark.parametrize(
    ("successful_attempt", "offsets", "faults"), [(1, [8], ()), (3, [8, 4, 2], ()), (9, [8, 4, 2], ("nothing was killed",))]
)
def test_a_drill_that_killed_nothing_is_no_success(successful_attempt: int, offsets: list[float], faults: tuple[str, ...]) -> None:
    drills = Attempts(successful_attempt)
    plan = KillPlan(7, Victim.JOB, "Cleanse", 8.0)
    result = run_until_kill(cast(KillDrills, drills), cast(UploadDrill, drills), plan)
    assert [each.offset_s for each in drills.plans] == offsets
    assert result.faults == faults


def test_a_plan_is_described_in_a_few_words() -> None:
    plan = KillPlan(7, Victim.FUNCTION, "PublishRun", 1.234, until_failure=True)
    assert str(plan) == "function in PublishRun + 1.23 s, every attempt"


def test_only_the_tables_that_differ_are_reported_with_both_contents() -> None:
    reference = {"forecasts": [Row.parse('{"sku": "A", "p50": 2}')], "jobs": [Row.parse('{"status": "SUCCEEDED"}')]}
    [difference] = compare(reference, {**reference, "forecasts": [Row.parse('{"sku": "A", "p50": 2.01}')]})
    assert difference.startswith("forecasts: 1 of 1 rows differ, ")
    assert "(2.01,)" in difference
    assert "(2.0,)" in difference
    assert compare(reference, reference) == []


def test_of_a_large_row_the_report_shows_the_part_that_differs() -> None:
    prefix = "x" * 5000
    rows, others = ([Row.parse(f'{{"a": "{prefix}{word}", "b": [1, 2, {number}]}}')] for word, number in (("late", 3), ("early", 4)))
    [difference] = compare({"forecast_runs": rows}, {"forecast_runs": others})
    assert len(difference) < 700
    assert all(part in difference for part in ("late", "early", "(2.0, 3.0)", "(2.0, 4.0)"))


def test_rows_that_are_absent_and_rows_that_are_surplus_are_reported_with_an_example() -> None:
    rows = [Row.parse('{"sku": "A"}'), Row.parse('{"sku": "B"}')]
    assert compare({"forecasts": rows}, {"forecasts": rows[:1]}) == [f"forecasts: 1 rows instead of 2, without {rows[1]}"]
    assert compare({"forecasts": rows[:1]}, {"forecasts": [*rows[:1], *rows[:1]]}) == [f"forecasts: 2 rows instead of 1, with {rows[0]}"]


@pytest.mark.parametrize("texts", [('{"ok": true}', '{"ok": 1}'), ('{"a": null}', '{"a": 0}'), ('["1"]', "[1]"), ('{"a": 1}', '{"b": 1}')])
def test_a_number_equals_no_other_value(texts: tuple[str, str]) -> None:
    one, other = map(Row.parse, texts)
    assert not one.equals(other)


def test_numbers_are_compared_by_their_keys_whatever_the_order_of_the_keys() -> None:
    row = Row.parse('{"b": [2, {"c": 3}], "a": 1}')
    assert row.equals(Row.parse('{"a": 1, "b": [2, {"c": 3.0000000001}]}'))
    assert not row.equals(Row.parse('{"a": 2, "b": [1, {"c": 3}]}'))


@pytest.mark.parametrize(
    ("state", "alarm"),
    [
        ("Cleanse", AlarmName.RUN_FAILED),
        ("PublishRun", AlarmName.RUN_FAILED),
        ("DetectAnomalies", AlarmName.RUN_UNMEASURED),
        ("ComputeKpis", AlarmName.RUN_UNMEASURED),
        ("MeasureLogistics", AlarmName.RUN_UNMEASURED),
        ("FinishRun", AlarmName.RUN_UNMEASURED),
    ],
)
def test_a_run_that_fails_after_its_forecast_is_complete_raises_the_ticket_and_not_the_page(state: str, alarm: AlarmName) -> None:
    assert find_expected_alarm(state) is alarm
