"""Publishing by hand: which run readers see, what is recorded, and what later runs do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from runtime.models.domain.audit import Actor
from runtime.models.domain.publishing import PublishCommand, PublishOutcome, ShorterHorizon, unpublished_warning
from runtime.models.domain.runs import ForecastRun
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, forecast_files

NOON = STARTED_AT + timedelta(hours=8)


def load(books: Books, folder: Path, name: str, days: int, **changes: Any) -> ForecastRun:
    """Start a run `days` after the first one, load it and let it publish itself if it may."""
    moment = {"as_of_date": AS_OF + timedelta(days=days), "created_at": STARTED_AT + timedelta(days=days)}
    run = books.runs.start(a_run(name, **moment | changes))
    books.loader.load(run.id, forecast_files(folder, run.id), run.created_at + timedelta(hours=1))
    return run


def publish(
    books: Books,
    run_id: UUID,
    at: Any = NOON,
    event_id: UUID | None = None,
    reason: str = "the newest is wrong",
    actor: Actor | None = None,
) -> PublishOutcome:
    event = PublishCommand(event_id or uuid4(), at, actor or Actor("planner"), reason, is_repeatable=event_id is not None)
    return books.publications.publish(run_id, event).outcome


def published_id(books: Books) -> UUID | None:
    published_run = books.runs.find_published()
    return published_run.run_id if published_run else None


def read_events(books: Books) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(books.audit_reads.rows({}, None, 10).json)
    return events


def test_an_older_run_is_published_again_and_the_event_says_who_why_and_instead_of_what(books: Books, tmp_path: Path) -> None:
    old, new = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    assert published_id(books) == new.id
    at = STARTED_AT + timedelta(days=1, hours=5)
    assert publish(books, old.id, at) is PublishOutcome.PUBLISHED
    assert published_id(books) == old.id
    assert books.runs.get(old.id).published_at == at
    [event] = read_events(books)
    assert {name: event[name] for name in ("actor", "action", "subject", "reason", "detail")} == {
        "actor": "planner",
        "action": "PUBLISH_RUN",
        "subject": str(old.id),
        "reason": "the newest is wrong",
        "detail": {"replaced_run_id": str(new.id)},
    }


def test_the_event_has_the_person_as_the_client_stated_it(books: Books, tmp_path: Path) -> None:
    old, new = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    assert publish(books, old.id, actor=Actor("planner", "alice@desk")) is PublishOutcome.PUBLISHED
    assert publish(books, old.id, actor=Actor("planner", "bob@desk")) is PublishOutcome.UNCHANGED
    [event] = read_events(books)
    assert event["actor"] == "planner"
    assert event["detail"] == {"replaced_run_id": str(new.id), "actor_detail": "alice@desk", "actor_detail_verified": False}


def test_a_second_click_changes_nothing_and_is_not_recorded(books: Books, tmp_path: Path) -> None:
    old, _ = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    publish(books, old.id)
    assert publish(books, old.id, NOON + timedelta(seconds=1)) is PublishOutcome.UNCHANGED
    assert books.runs.get(old.id).published_at == NOON
    assert len(read_events(books)) == 1


def test_a_repeated_request_does_not_undo_what_was_published_since(books: Books, tmp_path: Path) -> None:
    old, new = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    event_id = uuid4()
    publish(books, old.id, event_id=event_id)
    newest = load(books, tmp_path, "newest", 2)
    assert publish(books, old.id, event_id=event_id) is PublishOutcome.REPEATED
    assert publish(books, new.id, event_id=event_id) is PublishOutcome.KEY_TAKEN
    assert publish(books, old.id, event_id=event_id, reason="another") is PublishOutcome.KEY_TAKEN
    assert published_id(books) == newest.id


def test_a_repeated_request_whose_run_was_published_already_does_not_publish_it_later(books: Books, tmp_path: Path) -> None:
    old = load(books, tmp_path, "old", 0)
    event_id, actor = uuid4(), Actor("planner", "alice@desk")
    assert publish(books, old.id, event_id=event_id, actor=actor) is PublishOutcome.UNCHANGED
    newer = load(books, tmp_path, "newer", 1)
    assert publish(books, old.id, event_id=event_id, actor=actor) is PublishOutcome.REPEATED
    assert publish(books, newer.id, event_id=event_id) is PublishOutcome.KEY_TAKEN
    assert published_id(books) == newer.id
    [event] = read_events(books)
    assert event["detail"] == {"outcome": "UNCHANGED", "actor_detail": "alice@desk", "actor_detail_verified": False}


def test_a_run_with_fewer_days_is_published_and_the_result_and_the_event_name_both_horizons(books: Books, tmp_path: Path) -> None:
    load(books, tmp_path, "daily", 0)
    short = load(books, tmp_path, "short", 1, horizon_days=7)
    event = PublishCommand(uuid4(), NOON, Actor("planner"), "only a week is wanted", is_repeatable=True)
    results = [books.publications.publish(short.id, event) for _ in range(2)]
    assert [result.outcome for result in results] == [PublishOutcome.PUBLISHED, PublishOutcome.REPEATED]
    assert [result.shorter_horizon for result in results] == [ShorterHorizon(7, 28)] * 2
    [row] = read_events(books)
    assert (row["detail"]["horizon_days"], row["detail"]["replaced_horizon_days"]) == (7, 28)
    longer = PublishCommand(uuid4(), NOON, Actor("planner"), "the week is over")
    assert books.publications.publish(a_run("daily").id, longer).shorter_horizon is None


def test_a_run_without_rows_is_not_published(books: Books, tmp_path: Path) -> None:
    old = load(books, tmp_path, "old", 0)
    running = books.runs.start(a_run("running"))
    for day in range(1, 4):
        load(books, tmp_path, f"new-{day}", day)
    assert books.loader.retire(2, STARTED_AT + timedelta(days=9)) == [books.runs.get(a_run("new-1").id).id, old.id]
    assert publish(books, old.id) is PublishOutcome.NOT_LOADED
    assert publish(books, running.id) is PublishOutcome.NOT_LOADED
    assert publish(books, uuid4()) is PublishOutcome.NOT_FOUND
    assert (published_id(books), read_events(books)) == (a_run("new-3").id, [])


def test_a_run_that_was_refused_can_be_published_and_loses_the_warning_that_it_was_not(books: Books, tmp_path: Path) -> None:
    load(books, tmp_path, "published", 1)
    short = load(books, tmp_path, "short", 2, horizon_days=7)
    books.runs.warn(short.id, ["old data", unpublished_warning("it forecasts 7 days")])
    assert publish(books, short.id) is PublishOutcome.PUBLISHED
    assert (published_id(books), books.runs.get(short.id).warnings) == (short.id, ("old data",))


def test_the_next_daily_run_is_published_as_usual(books: Books, tmp_path: Path) -> None:
    old, _ = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    publish(books, old.id, STARTED_AT + timedelta(days=1, hours=3))
    next_run = load(books, tmp_path, "next", 2)
    assert published_id(books) == next_run.id


def test_the_run_that_was_replaced_by_hand_does_not_come_back_when_it_is_retried(books: Books, tmp_path: Path) -> None:
    old, new = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    publish(books, old.id)
    books.loader.load(new.id, forecast_files(tmp_path, new.id), NOON + timedelta(hours=1))
    assert published_id(books) == old.id


def test_a_late_run_of_the_days_between_does_not_undo_the_decision_but_a_new_one_of_the_same_day_is_published(
    books: Books, tmp_path: Path
) -> None:
    old, _ = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 2)
    at = STARTED_AT + timedelta(days=2, hours=3)
    publish(books, old.id, at)
    load(books, tmp_path, "late", 1)
    assert published_id(books) == old.id
    new_run = load(books, tmp_path, "mended", 1, created_at=at + timedelta(minutes=5))
    assert published_id(books) == new_run.id


def test_a_longer_horizon_that_was_published_by_hand_does_not_stop_the_daily_runs(books: Books, tmp_path: Path) -> None:
    load(books, tmp_path, "daily", 0)
    long = books.runs.start(a_run("long", horizon_days=56))
    books.loader.load(long.id, forecast_files(tmp_path, long.id), None)
    publish(books, long.id)
    next_run = load(books, tmp_path, "next", 1)
    assert published_id(books) == next_run.id
    load(books, tmp_path, "short", 2, horizon_days=7)
    assert published_id(books) == next_run.id


def test_a_run_that_was_replaced_by_hand_is_kept_for_its_readers(books: Books, tmp_path: Path) -> None:
    old, new = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    at = NOON + timedelta(days=1)
    publish(books, old.id, at)
    assert books.loader.retire(0, at) == []
    assert books.loader.retire(0, at + timedelta(hours=1)) == [new.id]


@pytest.mark.parametrize("keep", [0, 1, 5])
def test_the_published_run_is_kept_however_few_are(books: Books, tmp_path: Path, keep: int) -> None:
    old, _ = load(books, tmp_path, "old", 0), load(books, tmp_path, "new", 1)
    publish(books, old.id, NOON)
    books.loader.retire(keep, NOON + timedelta(days=30))
    assert publish(books, old.id) is PublishOutcome.UNCHANGED
