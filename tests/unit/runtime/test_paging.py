"""Cursors: opaque, signed, and valid only with the filters of their list."""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadCursor
from runtime.services.cursor_key import CursorKey
from runtime.services.paging import Cursors, Position
from runtime.services.read_ports import JsonRows
from tests.fakes import FixedClock
from tests.fakes.examples import STARTED_AT
from tests.fakes.reads import fixed_cursor_key

FILTERS = {"site": "LDS1", "skus": ["SKU-1"]}
clock = FixedClock(STARTED_AT)
cursors = Cursors(fixed_cursor_key(), clock)


@given(st.lists(st.text(max_size=50), min_size=1, max_size=4))
def test_a_cursor_returns_the_sort_key_it_was_made_of(sort_key: list[str]) -> None:
    assert cursors.decode(FILTERS, cursors.encode(FILTERS, sort_key, STARTED_AT)) == Position(sort_key, STARTED_AT)


@given(st.lists(st.text(max_size=50), min_size=4, max_size=4))
def test_a_cursor_is_short_and_needs_no_escaping_in_a_url(sort_key: list[str]) -> None:
    cursor = cursors.encode(FILTERS, sort_key, STARTED_AT)
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_.")


def test_the_longest_cursor_fits_the_parameter() -> None:
    identifiers = "".join(chr(0x1F600 + number) for number in range(50))
    assert (
        len(cursors.encode(FILTERS, ["6a9029ad-3096-5d4a-9e0a-3fd0d35f558e", identifiers, identifiers[::-1], "2026-11-24"], STARTED_AT))
        <= 2000
    )


def test_no_character_of_a_cursor_can_be_changed() -> None:
    cursor = cursors.encode(FILTERS, ["SKU-1", "LDS1", "2026-11-24"], STARTED_AT)
    for position in range(len(cursor) - 1):  # the last character has bits that base64 does not use
        other = "A" if cursor[position] != "A" else "B"
        with pytest.raises(BadCursor):
            cursors.decode(FILTERS, cursor[:position] + other + cursor[position + 1 :])


@pytest.mark.parametrize("filters", [{}, {"site": "LDS1"}, {**FILTERS, "site": "LDS2"}, {**FILTERS, "more": None}])
def test_a_cursor_is_refused_with_other_filters(filters: dict[str, object]) -> None:
    with pytest.raises(BadCursor, match="other filters"):
        cursors.decode(filters, cursors.encode(FILTERS, ["SKU-1"], STARTED_AT))


def test_the_order_of_filters_does_not_matter() -> None:
    assert cursors.decode(dict(reversed(FILTERS.items())), cursors.encode(FILTERS, ["SKU-1"], STARTED_AT)).after == ["SKU-1"]


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(BadCursor):
        cursors.decode(FILTERS, Cursors(fixed_cursor_key(b"another key"), clock).encode(FILTERS, ["SKU-1"], STARTED_AT))


@pytest.mark.parametrize("cursor", ["", ".", "x", "\0é", "a" * 2000, "漢字.漢字"])
def test_a_text_that_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        cursors.decode(FILTERS, cursor)


def test_pages_lead_through_a_list_and_the_last_has_no_cursor() -> None:
    letters = "abcde"

    def read(after: Sequence[str] | None) -> JsonRows:
        rest = [letter for letter in letters if after is None or letter > after[0]]
        return JsonRows(json.dumps(rest[:2]), (rest[:2][-1],), len(rest) > 2)

    pages, cursor = [], None
    while True:
        page = cursors.read_page(FILTERS, 2, cursor, read)
        pages.append(json.loads(page.json))
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert pages == [["a", "b"], ["c", "d"], ["e"]]
    assert cursor is None


def read_endlessly(after: Sequence[str] | None) -> JsonRows:
    return JsonRows("[1]", (str(int(after[0]) + 1) if after else "1",), has_more=True)


def test_a_cursor_is_valid_for_a_day_after_the_first_page_however_late_the_pages_between_were_read() -> None:
    reader = FixedClock(STARTED_AT)
    walk = Cursors(fixed_cursor_key(), reader)
    cursor = walk.read_page(FILTERS, 1, None, read_endlessly).next_cursor
    for hours in (23, 1):
        reader.advance(hours=hours)
        cursor = walk.read_page(FILTERS, 1, cursor, read_endlessly).next_cursor
    reader.advance(seconds=1)
    with pytest.raises(BadCursor, match="more than 24 hours ago; start without a cursor"):
        walk.read_page(FILTERS, 1, cursor, read_endlessly)


class StoredKey:
    """The key in the database, and how often it was read."""

    def __init__(self) -> None:
        self.key, self.reads = b"a key", 0

    def read(self) -> bytes:
        self.reads += 1
        return self.key


def test_a_function_that_read_the_key_before_a_restore_reads_the_new_one_for_a_cursor_of_another_function() -> None:
    database_key, now = StoredKey(), FixedClock(STARTED_AT)
    warm = Cursors(CursorKey(database_key.read, now), now)
    warm.encode(FILTERS, ["SKU-1"], STARTED_AT)
    database_key.key = b"the key after the restore"
    now.advance(seconds=10)
    cursor = Cursors(CursorKey(database_key.read, now), now).encode(FILTERS, ["SKU-2"], STARTED_AT)
    assert warm.decode(FILTERS, cursor).after == ["SKU-2"]
    assert warm.encode(FILTERS, ["SKU-2"], STARTED_AT) == cursor


def test_cursors_that_do_not_verify_make_a_function_read_the_key_once_in_ten_seconds() -> None:
    database_key, now = StoredKey(), FixedClock(STARTED_AT)
    reader = Cursors(CursorKey(database_key.read, now), now)
    for seconds in (0, 9.9, 0.1, 5):
        now.advance(seconds=seconds)
        for _ in range(20):
            with pytest.raises(BadCursor):
                reader.decode(FILTERS, "no cursor")
    assert database_key.reads == 2


def test_of_many_threads_with_an_old_key_one_reads_the_new_one() -> None:
    database_key, now = StoredKey(), FixedClock(STARTED_AT)
    reader = Cursors(CursorKey(database_key.read, now), now)
    reader.encode(FILTERS, ["SKU-1"], STARTED_AT)
    database_key.key = b"another key"
    now.advance(minutes=1)
    cursor = Cursors(fixed_cursor_key(database_key.key), now).encode(FILTERS, ["SKU-1"], STARTED_AT)
    with ThreadPoolExecutor(8) as pool:
        assert {tuple(position.after) for position in pool.map(lambda _: reader.decode(FILTERS, cursor), range(50))} == {("SKU-1",)}
    assert database_key.reads == 2


def test_a_function_does_not_sign_for_long_with_a_key_that_was_replaced() -> None:
    database_key, now = StoredKey(), FixedClock(STARTED_AT)
    warm = Cursors(CursorKey(database_key.read, now), now)
    warm.encode(FILTERS, ["SKU-1"], STARTED_AT)
    database_key.key = b"another key"
    now.advance(minutes=5)
    cursor = warm.encode(FILTERS, ["SKU-1"], STARTED_AT)
    assert Cursors(fixed_cursor_key(database_key.key), now).decode(FILTERS, cursor).after == ["SKU-1"]
