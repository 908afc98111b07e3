"""Turning an input into a run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts import datasets
from contracts.paths import manifest_key
from runtime.errors import IdempotencyKeyTaken, InvalidInput, ManifestNotFound, NoInputData, UnknownInputKey
from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.objects import ObjectStatus, ReasonCode
from runtime.models.domain.runs import RunStatus
from runtime.services.runs.execution_events import ExecutionEvents
from runtime.services.runs.manifests import Manifests
from runtime.services.runs.run_recorder import Failure
from runtime.services.runs.run_resolution import RunResolution
from tests.fakes import FixedClock, InMemoryJobs, InMemoryLake, InMemoryObjects, InMemoryRuns
from tests.fakes.examples import STARTED_AT, an_accepted_object, an_execution
from tests.fakes.workflow import InMemoryWorkflow

YESTERDAY = date(2026, 11, 21)


@pytest.fixture
def resolution(objects: InMemoryObjects, runs: InMemoryRuns, jobs: InMemoryJobs, lake: InMemoryLake, clock: FixedClock) -> RunResolution:
    return RunResolution(objects, runs, jobs, Manifests(lake, runs), clock, "1.2.3")


def test_an_empty_input_starts_a_run_to_yesterday(
    resolution: RunResolution, objects: InMemoryObjects, runs: InMemoryRuns, jobs: InMemoryJobs
) -> None:
    objects.record(an_accepted_object())
    result = resolution.resolve({}, an_execution())
    assert result.to_state_output() == {
        "run_id": str(an_execution().run_id),
        "as_of_date": "2026-11-21",
        "horizon_days": 28,
        "gate": "enforce",
        "publish": True,
        "notify": True,
        "lake_bucket": "test-lake",
        "warnings": [],
    }
    assert runs.get(result.run.id).status is RunStatus.RUNNING
    assert runs.get(result.run.id).code_version == "1.2.3"
    assert (jobs.get(result.run.id).status, jobs.get(result.run.id).progress["message"]) == (JobStatus.RUNNING, "ResolveInput")
    assert result.input_age_days == 1


def test_the_manifest_names_every_accepted_object_and_no_other(
    resolution: RunResolution, objects: InMemoryObjects, lake: InMemoryLake
) -> None:
    objects_accepted = objects.record(an_accepted_object("a.csv"))
    objects.record(an_accepted_object("b.csv", status=ObjectStatus.REJECTED, reason_code=ReasonCode.EMPTY, dataset=None))
    result = resolution.resolve({"horizon_days": 7}, an_execution())
    assert lake.read_json(f"runs/{result.run.id}/manifest.json") == {
        "run_id": str(result.run.id),
        "as_of_date": "2026-11-21",
        "horizon_days": 7,
        "today": "2026-11-22",
        "objects": [
            {
                "object_id": str(objects_accepted.id),
                "dataset": "demand_history",
                "key": "landing/demand_history/v1/a.csv",
                "version_id": "v1",
                "sha256": objects_accepted.sha256,
                "rows": 10,
                "staging_key": objects_accepted.staging_key,
                "replays": [],
                "discarded_lines": [],
            }
        ],
    }


def test_a_retry_reads_what_the_first_attempt_read(resolution: RunResolution, objects: InMemoryObjects, lake: InMemoryLake) -> None:
    objects.record(an_accepted_object("a.csv", last_date=YESTERDAY - timedelta(days=5)))
    first = resolution.resolve({}, an_execution())
    manifest = lake.read_json(f"runs/{first.run.id}/manifest.json")
    objects.record(an_accepted_object("late.csv"))
    again = resolution.resolve({}, an_execution())
    assert again.to_state_output() == first.to_state_output()
    assert lake.read_json(f"runs/{first.run.id}/manifest.json") == manifest


def test_a_run_keeps_the_number_and_the_digest_of_its_objects(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object("a.csv"))
    first, second = (resolution.resolve({}, an_execution(name)).run for name in ("one", "two"))
    objects.record(an_accepted_object("b.csv"))
    third = resolution.resolve({}, an_execution("three")).run
    assert [run.input_objects for run in (first, second, third)] == [1, 1, 2]
    assert first.input_digest == second.input_digest != third.input_digest


def test_a_retry_of_a_run_that_an_earlier_version_started_takes_the_objects_from_its_row(
    resolution: RunResolution, objects: InMemoryObjects, runs: InMemoryRuns, lake: InMemoryLake
) -> None:
    objects.record(an_accepted_object("a.csv"))
    run = resolution.resolve({}, an_execution()).run
    manifest = lake.read_json(manifest_key(run.id))
    runs.input_entries[run.id] = manifest["objects"]
    del lake.contents[manifest_key(run.id)]
    objects.record(an_accepted_object("late.csv"))
    resolution.resolve({}, an_execution())
    assert lake.read_json(manifest_key(run.id)) == manifest


def test_a_retry_without_any_manifest_starts_nothing(resolution: RunResolution, objects: InMemoryObjects, lake: InMemoryLake) -> None:
    objects.record(an_accepted_object("a.csv"))
    run = resolution.resolve({}, an_execution()).run
    del lake.contents[manifest_key(run.id)]
    with pytest.raises(ManifestNotFound, match=str(run.id)):
        resolution.resolve({}, an_execution())
    assert manifest_key(run.id) not in lake.contents


def test_two_executions_are_two_runs(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object())
    assert resolution.resolve({}, an_execution("one")).run.id != resolution.resolve({}, an_execution("two")).run.id


def test_old_data_is_forecast_from_where_it_ends_and_readers_are_told(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object(first_date=date(2010, 12, 1), last_date=date(2011, 12, 9)))
    result = resolution.resolve({}, an_execution())
    assert result.run.as_of_date == date(2011, 12, 9)
    assert result.run.warnings == ("The accepted data ends on 2011-12-09, 5462 days ago; the forecast starts the day after.",)


def test_data_of_today_does_not_make_today_the_last_day(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object(last_date=STARTED_AT.date()))
    assert resolution.resolve({}, an_execution()).run.as_of_date == YESTERDAY


def test_data_without_demand_does_not_move_the_last_day(
    resolution: RunResolution, objects: InMemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "list_demand_names", lambda: ("demand_history",))
    objects.record(an_accepted_object("demand.csv", last_date=date(2026, 11, 15)))
    objects.record(an_accepted_object("returns.csv", dataset="returns", first_date=date(2020, 1, 1), last_date=YESTERDAY))
    assert resolution.resolve({}, an_execution()).run.as_of_date == date(2026, 11, 15)
    with pytest.raises(InvalidInput, match="the accepted data starts on 2024-11-22"):
        resolution.resolve({"as_of_date": "2020-01-01"}, an_execution("early"))


@pytest.mark.parametrize(
    ("requested_date", "complaint"),
    [
        ("2026-11-22", "as_of_date = 2026-11-22: that day has not ended; the latest possible date is 2026-11-21"),
        ("2024-11-21", "as_of_date = 2024-11-21: the accepted data starts on 2024-11-22"),
    ],
)
def test_a_day_that_cannot_be_is_refused(resolution: RunResolution, objects: InMemoryObjects, requested_date: str, complaint: str) -> None:
    objects.record(an_accepted_object())
    with pytest.raises(InvalidInput, match=complaint):
        resolution.resolve({"as_of_date": requested_date}, an_execution())


def test_a_day_after_the_data_ends_is_allowed_with_a_warning(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object(last_date=date(2026, 11, 15)))
    result = resolution.resolve({"as_of_date": "2026-11-20"}, an_execution())
    assert result.run.as_of_date == date(2026, 11, 20)
    assert "ends on 2026-11-15" in result.run.warnings[0]


def test_an_empty_lake_says_what_to_drop_where(resolution: RunResolution, runs: InMemoryRuns) -> None:
    with pytest.raises(NoInputData, match="upload files to landing/demand_history/v1/"):
        resolution.resolve({}, an_execution())
    assert not runs.by_id


def test_data_that_begins_today_is_not_enough(resolution: RunResolution, objects: InMemoryObjects) -> None:
    objects.record(an_accepted_object(first_date=STARTED_AT.date(), last_date=STARTED_AT.date()))
    with pytest.raises(NoInputData, match="none of its days has ended yet"):
        resolution.resolve({}, an_execution())


def test_an_unknown_key_starts_nothing(resolution: RunResolution, objects: InMemoryObjects, jobs: InMemoryJobs) -> None:
    objects.record(an_accepted_object())
    with pytest.raises(UnknownInputKey):
        resolution.resolve({"horizon": 7}, an_execution())
    assert not jobs.by_id


def test_a_run_whose_execution_was_stopped_meanwhile_does_not_stay_running(
    resolution: RunResolution, objects: InMemoryObjects, runs: InMemoryRuns, jobs: InMemoryJobs, clock: FixedClock
) -> None:
    objects.record(an_accepted_object())
    workflow = InMemoryWorkflow()
    workflow.start(an_execution().name, {})
    workflow.finished_names.add(an_execution().name)
    ExecutionEvents(runs, jobs, workflow, clock).record_end(an_execution(), "ABORTED", Failure("Drill", "stopped"))
    result = resolution.resolve({}, an_execution())
    assert (runs.get(result.run.id).status, jobs.get(result.run.id).status) == (RunStatus.FAILED, JobStatus.CANCELLED)


@pytest.mark.parametrize("name", ["daily-2026-11-22", "api-b2700462ead592bdf71357eb641dfe87"])
def test_a_key_that_somebody_sends_directly_never_takes_that_of_the_schedule_or_of_a_client(
    resolution: RunResolution, objects: InMemoryObjects, jobs: InMemoryJobs, name: str
) -> None:
    objects.record(an_accepted_object())
    resolution.resolve({"idempotency_key": name}, an_execution("by-hand"))
    run = resolution.resolve({"idempotency_key": name}, an_execution(name)).run
    assert jobs.get(run.id).idempotency_key == name


def test_one_idempotency_key_starts_one_run(resolution: RunResolution, objects: InMemoryObjects, runs: InMemoryRuns) -> None:
    objects.record(an_accepted_object())
    resolution.resolve({"idempotency_key": "once"}, an_execution("one"))
    with pytest.raises(IdempotencyKeyTaken):
        resolution.resolve({"idempotency_key": "once"}, an_execution("two"))
    assert len(runs.by_id) == 1
