"""Kill drills: their plans by seed, and the comparison of tables."""

from __future__ import annotations

from collections import Counter

import pytest

from cli.drills.kills.plans import FUNCTION_SERVICES, JOB_STATES, MAX_OUTAGE_S, KillPlan, StateInterval, Victim, draw_plan
from cli.drills.kills.tables import compare
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


def test_a_plan_is_described_in_a_few_words() -> None:
    plan = KillPlan(7, Victim.FUNCTION, "PublishRun", 1.234, until_failure=True)
    assert str(plan) == "function in PublishRun + 1.23 s, every attempt"


def test_only_the_tables_that_differ_are_reported_with_both_contents() -> None:
    reference = {"forecasts": "56 rows, a", "jobs": "1 rows, b"}
    assert compare(reference, {"forecasts": "55 rows, c", "jobs": "1 rows, b"}) == ["forecasts: 55 rows, c instead of 56 rows, a"]
    assert compare(reference, reference) == []
