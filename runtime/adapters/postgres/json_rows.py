"""Lists as JSON text, six times cheaper than rows that become objects and JSON again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from runtime.adapters.postgres.database import Database
from runtime.services.read_ports import JsonRows


def json_rows(database: Database, sql: LiteralString, parameters: Mapping[str, object]) -> JsonRows:
    """Run a statement that selects `row` (json) and `sort_key` (text[]) of one row more than the limit."""
    json, last, has_more = database.fetch(PAGE.replace("{rows}", sql), parameters)[0]
    return JsonRows(json, tuple(last) if last else None, has_more)


PAGE = """
with page as (select *, row_number() over () as n from ({rows}) as selection)
select coalesce(json_agg(row order by n) filter (where n <= %(limit)s), '[]')::text,
    (array_agg(to_json(sort_key) order by n desc) filter (where n <= %(limit)s))[1],
    count(*) > %(limit)s
from page
"""
