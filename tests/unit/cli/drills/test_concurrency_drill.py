"""The invariants that the concurrency drill checks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from cli.drills.concurrency.invariants import Page, RunRecord, check_publications, check_records, check_walk
from cli.drills.publications import Publication

NAMESPACE = UUID(int=7)
START = datetime(2026, 11, 29, 4, 30, tzinfo=UTC)


def publication(minute: int, *, by_hand: bool = False, day: int = 28) -> Publication:
    return Publication(uuid5(NAMESPACE, str(minute)), date(2026, 11, day), 28, START + timedelta(minutes=minute), by_hand)


def test_runs_that_publish_themselves_in_the_order_of_their_starts_are_right() -> None:
    assert check_publications([publication(1), publication(3), publication(9)]) == []


def test_an_older_run_that_publishes_itself_is_a_violation() -> None:
    [violation] = check_publications([publication(3), publication(1)])
    assert "published itself after the newer run" in violation


def test_older_data_is_older_whenever_its_run_was_started() -> None:
    assert len(check_publications([publication(1, day=28), publication(5, day=27)])) == 1


def test_only_a_publication_by_hand_leads_back() -> None:
    assert check_publications([publication(1), publication(3), publication(1, by_hand=True), publication(4)]) == []


def test_a_late_run_does_not_undo_a_publication_by_hand() -> None:
    assert len(check_publications([publication(1), publication(5), publication(1, by_hand=True), publication(3)])) == 1


def test_a_run_that_publishes_itself_twice_is_a_violation() -> None:
    violations = check_publications([publication(1), publication(1)])
    assert violations == [f"run {publication(1).run_id} published itself 2 times"]


def page(run_id: str, *skus: str) -> Page:
    return Page(run_id, tuple(("LDS1", sku, "2026-11-30") for sku in skus))


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([page("a", "1", "2"), page("a", "3")], None),
        ([page("a", "1", "2"), page("b", "3")], "pages of the runs a, b"),
        ([page("a", "1", "2"), page("a", "2", "3")], "1 rows twice"),
        ([page("a", "1", "2")], "2 of its 3 rows"),
    ],
)
def test_a_walk_is_of_one_run_and_has_each_of_its_rows_once(pages: list[Page], words: str | None) -> None:
    violations = check_walk(pages, {"a": 3})
    assert (violations == []) if words is None else (words in violations[0])


def test_a_run_that_was_deleted_since_the_walk_is_not_compared_with_its_number_of_rows() -> None:
    assert check_walk([page("a", "1")], {}) == []


@pytest.mark.parametrize(
    ("run", "job", "execution", "count"),
    [
        ("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", 0),
        ("FAILED", "CANCELLED", "ABORTED", 0),
        (None, "FAILED", "FAILED", 0),
        ("RUNNING", "CANCELLED", "ABORTED", 1),
        ("FAILED", "RUNNING", "FAILED", 1),
        ("SUCCEEDED", "FAILED", "SUCCEEDED", 1),
        ("SUCCEEDED", "SUCCEEDED", "FAILED", 2),
    ],
)
def test_the_records_of_a_run_agree_with_its_execution(run: str | None, job: str, execution: str, count: int) -> None:
    assert len(check_records([RunRecord(NAMESPACE, run, job, execution)])) == count
