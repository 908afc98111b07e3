"""The age of the published data."""

from __future__ import annotations

from datetime import date

from runtime.services.runs.published_age import PublishedAge
from tests.fakes import FixedClock, InMemoryRuns
from tests.fakes.examples import STARTED_AT, a_run


def test_before_the_first_publication_there_is_no_age(runs: InMemoryRuns, clock: FixedClock) -> None:
    runs.start(a_run())
    assert PublishedAge(runs, clock).measure_days() is None


def test_the_age_counts_from_the_last_day_of_data_and_grows_without_a_run(runs: InMemoryRuns, clock: FixedClock) -> None:
    """The clock stands at 22 November, 04:30."""
    run = runs.start(a_run(as_of_date=date(2026, 11, 21)))
    runs.point_readers_at(run.id, STARTED_AT)
    age = PublishedAge(runs, clock)
    assert age.measure_days() == 1
    clock.advance(days=3)
    assert age.measure_days() == 4


def test_a_publication_of_old_data_leaves_the_data_old(runs: InMemoryRuns, clock: FixedClock) -> None:
    """NoPublishedRun is quiet then: a run was published."""
    run = runs.start(a_run(as_of_date=date(2026, 11, 1)))
    runs.point_readers_at(run.id, clock.now())
    assert PublishedAge(runs, clock).measure_days() == 21
