"""The states of a run and the errors that are retried in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.run_states import RETRYABLE_ERRORS, RunState
from runtime import errors
from runtime.models.domain.jobs import progress_at


def family(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for child in error.__subclasses__():
        yield from family(child)


def test_every_error_of_an_unavailable_dependency_is_retried_and_no_other() -> None:
    """Also the root itself, which the adapters of AWS raise when no connection can be made."""
    assert sorted(error.__name__ for error in family(errors.Unavailable)) == sorted(RETRYABLE_ERRORS)


@pytest.mark.parametrize(("state", "step", "percent"), [("ResolveInput", 1, 0), ("Forecast", 5, 36), ("FinishRun", 11, 90)])
def test_percent_counts_the_states_before(state: str, step: int, percent: int) -> None:
    assert progress_at(state) == {"step": step, "steps": 11, "percent": percent, "message": state}


def test_a_state_of_the_amazon_forecast_branch_is_part_of_the_forecast() -> None:
    assert progress_at("TrainPredictor") == progress_at(RunState.FORECAST) | {"message": "TrainPredictor"}


def test_every_state_says_what_it_does() -> None:
    descriptions = [state.description for state in RunState]
    assert len(set(descriptions)) == len(list(RunState))
    assert all(text and not text.endswith(".") for text in descriptions)
