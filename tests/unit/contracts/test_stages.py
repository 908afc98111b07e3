"""Names of stages: which are legal in every resource, and whose stacks are whose."""

from __future__ import annotations

import pytest

from contracts.stages import MAX_STAGE_LENGTH, find_name_problem, is_stack_of, make_stack_name


@pytest.mark.parametrize("stage", ["dev", "prod", "local", "staging", "prod-eu", "prod-eu-central-1", "t2", "a"])
def test_an_ordinary_name_is_accepted(stage: str) -> None:
    assert find_name_problem(stage) is None


@pytest.mark.parametrize("stage", ["", "Prod", "prod_eu", "-prod", "prod-", "prod--eu", "2prod", "prod eu", "prod.eu", "prüf", "dev\n"])
def test_a_name_with_other_characters_is_a_problem_that_gives_an_example(stage: str) -> None:
    assert "for example prod-eu" in str(find_name_problem(stage))


def test_the_longest_name_is_accepted_and_one_more_character_is_not() -> None:
    assert find_name_problem("s" * MAX_STAGE_LENGTH) is None
    assert f"at most {MAX_STAGE_LENGTH}" in str(find_name_problem("s" * (MAX_STAGE_LENGTH + 1)))


@pytest.mark.parametrize("stage", ["aws", "my-aws", "cognito2", "amazonia"])
def test_a_word_that_cognito_refuses_is_a_problem(stage: str) -> None:
    assert "Cognito" in str(find_name_problem(stage))


def test_a_stack_belongs_to_the_stage_in_its_name_and_to_no_stage_whose_name_begins_alike() -> None:
    stages = ("prod", "prod-eu", "eu")
    for owner in stages:
        assert [stage for stage in stages if is_stack_of(stage, make_stack_name(owner, "Lake"))] == [owner]
    assert not is_stack_of("prod", "Signify-prod")
    assert not is_stack_of("prod", "Another-prod-Lake")
