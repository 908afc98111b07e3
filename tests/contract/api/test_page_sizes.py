"""No page is larger than what AWS Lambda delivers, whatever its rows have in them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.json_rows import MOST_PAGE_BYTES, json_rows
from tests.contract.api.conftest import Served

MOST_BYTES_OF_LAMBDA = 6 * 1024 * 1024
ROWS = """select array[n::text] as sort_key, json_build_object('n', n, 'text', repeat(%(text)s, %(length)s)) as row
from generate_series(1, %(count)s) as n where n > %(after)s order by n limit %(limit)s + 1"""


def read_pages(database: Database, text: str, length: int, count: int = 300) -> Iterator[str]:
    after, has_more = 0, True
    while has_more:
        rows = json_rows(database, ROWS, {"text": text, "length": length, "after": after, "limit": 200, "count": count})
        assert rows.last is not None
        after, has_more = int(rows.last[0]), rows.has_more
        yield rows.json


@pytest.mark.parametrize(
    ("text", "length", "page_count"), [("x", 100, 2), ("x", 50_000, 9), ("\N{LATIN SMALL LETTER E WITH ACUTE}", 20_000, 7)]
)
def test_a_page_ends_where_lambda_would_not_deliver_it(api_database: Served, text: str, length: int, page_count: int) -> None:
    pages = list(read_pages(api_database.api, text, length))
    assert [row["n"] for page in pages for row in json.loads(page)] == list(range(1, 301))
    assert len(pages) == page_count
    assert max(len(json.dumps(page)) for page in pages) < MOST_BYTES_OF_LAMBDA
    assert max(len(page.encode()) for page in pages) <= MOST_PAGE_BYTES + 300


def test_a_row_that_is_large_by_itself_is_a_page(api_database: Served) -> None:
    assert len(list(read_pages(api_database.api, "x", 2_000_000, count=3))) == 3
