"""One object, one decision."""

import gzip
from dataclasses import replace
from datetime import date
from typing import NoReturn
from uuid import UUID

import pytest

from runtime.errors import Unavailable
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import COLUMNS, HEADER, KEY, World, history, line
from tests.unit.runtime.ingestion.test_formats import zip_archive


def test_an_accepted_object_is_staged_and_recorded(world: World) -> None:
    record = world.receive("a.csv", history(line(sku_id="A"), line(sku_id="B", demand_date="2026-11-03")))
    assert (record.status, record.rows, record.unreadable_rows) == (ObjectStatus.ACCEPTED, 2, 0)
    assert (record.dataset, record.format) == ("demand_history", "csv")
    assert (record.first_date, record.last_date) == (date(2026, 11, 1), date(2026, 11, 3))
    assert record.staging_key == f"staging/demand_history/v1/{record.id}.parquet"
    assert [row["sku_id"] for row in world.rows(record)] == ["A", "B"]
    assert [row["source_line"] for row in world.rows(record)] == [2, 3]
    assert {row["source_object"] for row in world.rows(record)} == {str(record.id)}


def nobody_opens(key: str, version_id: str | None = None) -> NoReturn:
    raise AssertionError(f"{key} is read again")


def test_a_redelivered_object_is_ingested_once(world: World) -> None:
    first = world.receive("a.csv", history(line()))
    world.lake.contents.clear()
    world.lake.open = nobody_opens  # type: ignore[method-assign]
    assert world.ingestion.receive(LandedObject(world.lake.bucket, f"{KEY}a.csv", "v1", 1)) == first
    assert world.staged_keys() == [], "nothing is written a second time"
    assert len(world.objects.records) == 1


def test_the_same_content_under_another_name_is_a_duplicate_of_the_first(world: World) -> None:
    first = world.receive("a.csv", history(line()))
    second = world.receive("b.csv", history(line()))
    assert (second.status, second.duplicate_of) == (ObjectStatus.DUPLICATE, first.id)
    assert second.staging_key is None
    assert second.rows == 0
    assert world.staged_keys() == [first.staging_key]


def test_a_newer_version_of_a_key_is_an_object_of_its_own(world: World) -> None:
    first = world.receive("a.csv", history(line()), version="v1")
    second = world.receive("a.csv", history(line(quantity="6")), version="v2")
    assert [first.status, second.status] == [ObjectStatus.ACCEPTED, ObjectStatus.ACCEPTED]
    assert first.id != second.id


def test_the_content_of_a_rejected_object_may_come_again(world: World) -> None:
    assert [world.receive(name, b"").status for name in ("a.csv", "b.csv")] == [ObjectStatus.REJECTED] * 2


def test_losing_a_race_against_the_same_content_makes_a_duplicate(world: World) -> None:
    winner = IngestedObject(
        UUID(int=1), "lake", "k", "v", ObjectStatus.ACCEPTED, world.ingestion.clock.now(), "demand_history", sha256="", staging_key="s"
    )
    find = world.objects.find_accepted
    lookups: list[str] = []

    def too_late(dataset: str, sha256: str) -> IngestedObject | None:
        """The first look finds nothing; right after it the other object is recorded."""
        lookups.append(sha256)
        if len(lookups) == 1:
            world.objects.records[winner.id] = replace(winner, sha256=sha256)
            return None
        return find(dataset, sha256)

    world.objects.find_accepted = too_late  # type: ignore[method-assign]
    record = world.receive("a.csv", history(line()))
    assert (record.status, record.duplicate_of) == (ObjectStatus.DUPLICATE, winner.id)


def test_a_failing_lake_decides_nothing_so_that_the_delivery_can_be_repeated(world: World) -> None:
    def down(*_: object) -> None:
        raise Unavailable("S3 is down")

    upload, world.lake.upload = world.lake.upload, down  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        world.receive("a.csv", history(line()))
    assert world.objects.records == {}
    world.lake.upload = upload  # type: ignore[method-assign]
    assert world.receive("a.csv", history(line())).status is ObjectStatus.ACCEPTED


LATIN1 = history(line(sku_id="Café")).decode().encode("cp1252")
BAD_FILES = [
    ("landing/invoices/v1/a.csv", b"a,b\n1,2\n", ReasonCode.UNKNOWN_DATASET, "demand_history"),
    ("landing/demand_history/a.csv", b"a,b\n1,2\n", ReasonCode.UNKNOWN_DATASET, "v1"),
    ("a.xls", b"PK", ReasonCode.UNSUPPORTED_FORMAT, ".parquet"),
    ("a.csv", b"", ReasonCode.EMPTY, "the file is empty"),
    ("a.csv", b"\n\r\n\n", ReasonCode.EMPTY, "only blank lines"),
    ("a.csv", LATIN1, ReasonCode.ENCODING, "line 2, byte 7 (0xE9)"),
    ("a.csv", history(line()).decode().encode("utf-16")[:-1], ReasonCode.ENCODING, "line 2 ends in the middle of a character of utf-16"),
    ("a.csv", b"x" * 10_000_000, ReasonCode.UNREADABLE, "the header (line 1) is longer than 1 MiB"),
    ("a.csv", b"\0\0\0\0\n", ReasonCode.UNREADABLE, "contains a NUL byte"),
    ("a.csv", zip_archive("a.csv"), ReasonCode.UNREADABLE, "zip archive"),
    ("a.csv.gz", gzip.compress(history(line()) * 500, mtime=0)[:60], ReasonCode.UNREADABLE, "truncated after line"),
    ("a.csv.gz", gzip.compress(history(line()), mtime=0)[:-6], ReasonCode.UNREADABLE, "truncated"),
    ("a.csv", b"sku_id,when\nA,2026-11-01\n", ReasonCode.MISSING_COLUMNS, "site_id, demand_date, quantity"),
    ("a.csv", b"sku_id;when\nA;2026-11-01\n", ReasonCode.MISSING_COLUMNS, "separated by semicolons"),
    ("a.csv", (HEADER.strip() + ",Site-ID\n").encode(), ReasonCode.UNREADABLE, "'site_id' (column 1) and 'Site-ID' (column 6)"),
    ("a.csv", (HEADER.strip() + ",SKU_ID\n").encode(), ReasonCode.UNREADABLE, "'sku_id' more than once"),
    ("a.parquet", b"PAR1" + b"\0" * 99, ReasonCode.UNREADABLE, "truncated"),
    ("a.parquet", b"PAR1" + b"\0" * 99 + b"PAR1", ReasonCode.UNREADABLE, "damaged or truncated"),
]


@pytest.mark.parametrize(("name", "content", "code", "words"), BAD_FILES, ids=lambda value: str(value)[:40])
def test_a_bad_file_is_rejected_with_a_reason(world: World, name: str, content: bytes, code: ReasonCode, words: str) -> None:
    record = world.receive(name, content)
    assert (record.status, record.reason_code) == (ObjectStatus.REJECTED, code)
    assert words in (record.reason or "")
    assert record.staging_key is None
    assert world.staged_keys() == []


def test_after_all_the_bad_files_a_good_one_is_accepted(world: World) -> None:
    for number, (name, content, _, _) in enumerate(BAD_FILES):
        world.receive(name, content, version=f"v{number}")
    assert world.receive("good.csv", history(line())).status is ObjectStatus.ACCEPTED
    assert len(world.objects.records) == len(BAD_FILES) + 1


def test_a_rejection_keeps_what_was_found_out_before_it(world: World) -> None:
    record = world.receive("a.csv", LATIN1)
    assert (record.dataset, record.format, record.bytes) == ("demand_history", "csv", len(LATIN1))
    assert record.sha256 is not None


@pytest.mark.parametrize("size", [5, 10**10], ids=["when it is read", "when it is announced"])
def test_an_object_above_the_limit_is_too_large_whatever_its_event_says(world: World, size: int) -> None:
    small = replace(world.ingestion, max_bytes=20)
    landed_object = replace(world.land("a.csv", history(line())), bytes=size)
    record = small.receive(landed_object)
    assert record.reason_code is ReasonCode.TOO_LARGE
    assert (record.reason or "").startswith("the object has"), "it is not the unpacked text that is too large"


def test_an_object_that_was_deleted_meanwhile_is_rejected_and_says_so(world: World) -> None:
    record = world.ingestion.receive(LandedObject("lake", f"{KEY}gone.csv", "v1", 5))
    assert record.reason_code is ReasonCode.UNREADABLE
    assert "deleted" in (record.reason or "")


def test_a_header_without_rows_is_accepted_with_a_warning(world: World) -> None:
    record = world.receive("a.csv", HEADER.encode())
    assert (record.status, record.rows, record.first_date) == (ObjectStatus.ACCEPTED, 0, None)
    assert "no rows" in record.warnings[0]
    assert world.rows(record) == []


def test_header_names_match_in_any_case_with_spaces_a_byte_order_mark_and_extra_columns(world: World) -> None:
    header = ", ".join(["Planner", *(name.upper() for name in COLUMNS)])
    record = world.receive("a.csv", b"\xef\xbb\xbf" + f"{header}\nAnn,{line()}".encode())
    assert record.status is ObjectStatus.ACCEPTED
    assert world.rows(record)[0]["sku_id"] == "A"
    assert record.warnings == ("unknown columns were ignored: Planner",)
