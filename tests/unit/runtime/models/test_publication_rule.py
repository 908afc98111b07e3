"""Which of two runs readers see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from runtime.models.domain.publishing import RunExtent, unpublished_reason

DAY, MOMENT = date(2026, 11, 22), datetime(2026, 11, 23, 4, 30, tzinfo=UTC)

extents = st.builds(
    lambda number, days, horizon, minutes: RunExtent(
        UUID(int=number), DAY + timedelta(days=days), horizon, MOMENT + timedelta(minutes=minutes)
    ),
    st.integers(0, 9),
    st.integers(-2, 2),
    st.sampled_from([1, 7, 28]),
    st.integers(-2, 2),
)


def test_the_first_run_is_published() -> None:
    assert unpublished_reason(RunExtent(UUID(int=1), DAY, 1, MOMENT), None) is None


@given(st.lists(extents, min_size=1, max_size=8, unique_by=lambda run: run.run_id))
def test_in_any_order_of_finishing_readers_never_go_back(runs: list[RunExtent]) -> None:
    published_run = runs[0]
    for run in runs[1:]:
        if unpublished_reason(run, published_run) is None:
            assert run.as_of_date >= published_run.as_of_date
            assert run.horizon_days >= published_run.horizon_days
            assert run.as_of_date > published_run.as_of_date or run.started_at >= published_run.started_at
            published_run = run


@given(st.permutations([RunExtent(UUID(int=n), DAY + timedelta(days=n // 2), 28, MOMENT + timedelta(minutes=n)) for n in range(6)]))
def test_of_runs_with_one_horizon_the_newest_is_published_last_whatever_the_order(runs: list[RunExtent]) -> None:
    published_run = runs[0]
    for run in runs[1:]:
        published_run = run if unpublished_reason(run, published_run) is None else published_run
    assert published_run.run_id == UUID(int=5)


def test_a_run_that_is_published_already_stays_so() -> None:
    run = RunExtent(UUID(int=1), DAY, 28, MOMENT)
    assert unpublished_reason(run, run) is None
