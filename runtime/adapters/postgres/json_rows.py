"""Lists as JSON text, six times cheaper than rows that become objects and JSON again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from runtime.adapters.postgres.database import Database
from runtime.services.read_ports import JsonRows


def json_rows(database: Database, sql: LiteralString, parameters: Mapping[str, object]) -> JsonRows:
    """Run a statement that selects `row` (json) and `sort_key` (text[]) of one row more than the limit."""
    json, last, has_more = database.fetch(
        PAGE.replace("{rows}", sql).replace("{fits}", FITS), {**parameters, "most_bytes": MOST_PAGE_BYTES}
    )[0]
    return JsonRows(json, tuple(last) if last else None, has_more)


FITS = "n <= %(limit)s and (n = 1 or bytes <= %(most_bytes)s)"
MOST_PAGE_BYTES = 1_900_000
"""A page ends before its rows have more bytes than this, whatever its limit. A response of AWS Lambda may have 6 MB, as JSON in a string:
there a quotation mark has two bytes, and a letter of two or three bytes has six."""
PAGE = """
with page as (select *, row_number() over () as n,
    sum(octet_length(row::text)) over (rows unbounded preceding) as bytes from ({rows}) as selection)
select coalesce(json_agg(row order by n) filter (where {fits}), '[]')::text,
    (array_agg(to_json(sort_key) order by n desc) filter (where {fits}))[1],
    count(*) > count(*) filter (where {fits})
from page
"""
