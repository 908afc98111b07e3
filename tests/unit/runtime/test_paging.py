"""Cursors: opaque, signed, and valid only with the filters of their list."""

from __future__ import annotations

import json
import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadCursor
from runtime.services.paging import Cursors, Position
from runtime.services.read_ports import JsonRows
from tests.fakes import FixedClock
from tests.fakes.examples import STARTED_AT

FILTERS = {"site": "LDS1", "skus": ["SKU-1"]}
clock = FixedClock(STARTED_AT)
cursors = Cursors(b"a key", clock)


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
        cursors.decode(FILTERS, Cursors(b"another key", clock).encode(FILTERS, ["SKU-1"], STARTED_AT))


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
    walk = Cursors(b"a key", reader)
    cursor = walk.read_page(FILTERS, 1, None, read_endlessly).next_cursor
    for hours in (23, 1):
        reader.advance(hours=hours)
        cursor = walk.read_page(FILTERS, 1, cursor, read_endlessly).next_cursor
    reader.advance(seconds=1)
    with pytest.raises(BadCursor, match="more than 24 hours ago; start without a cursor"):
        walk.read_page(FILTERS, 1, cursor, read_endlessly)
