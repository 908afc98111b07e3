"""The schedule fires at least once; the run starts exactly once."""

from __future__ import annotations

from datetime import datetime

import pytest

from runtime.services.runs.daily_start import DailyStart
from tests.fakes.workflow import InMemoryWorkflow

SCHEDULED_AT = datetime.fromisoformat("2026-11-24T04:30:00+00:00")


@pytest.fixture
def workflow() -> InMemoryWorkflow:
    return InMemoryWorkflow()


def test_two_fires_for_one_day_are_one_execution(workflow: InMemoryWorkflow) -> None:
    first, second = (DailyStart(workflow).start(SCHEDULED_AT) for _ in range(2))
    assert first == second
    assert list(workflow.inputs) == ["daily-2026-11-24"]


def test_a_fire_after_the_run_ended_starts_nothing(workflow: InMemoryWorkflow) -> None:
    DailyStart(workflow).start(SCHEDULED_AT)
    workflow.finished_names.add("daily-2026-11-24")
    late = DailyStart(workflow).start(SCHEDULED_AT)
    assert late.to_state_output() == {"execution": "daily-2026-11-24", "arn": None, "outcome": "ENDED_ALREADY"}


@pytest.mark.parametrize(
    ("scheduled_at", "day"),
    [("2026-11-25T00:30:00+01:00", "2026-11-24"), ("2026-11-24T23:30:00-05:00", "2026-11-25"), ("2026-11-24T05:00:00Z", "2026-11-24")],
)
def test_the_day_is_the_one_in_utc_by_which_runs_choose_their_data(workflow: InMemoryWorkflow, scheduled_at: str, day: str) -> None:
    assert DailyStart(workflow).start(datetime.fromisoformat(scheduled_at)).name == f"daily-{day}"
