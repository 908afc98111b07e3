"""Rows of a run that explain its figures, from the Parquet files in the lake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import duckdb
from typing_extensions import override

from contracts import datasets
from contracts.datasets import Contract
from contracts.tables import DAILY_DEMAND, Table, curated_table
from runtime.services.insights.ports import ObjectLines, RowSelection, RunEvidence
from runtime.services.object_ports import Lake

SKU = "sku_id"
MOST_RANGES = 100
"""Ranges of lines of one object that are listed; the number of rows counts all."""

SITE_DAYS = """
select sum(demand) from rows where demand_date >= $since and demand is not null group by site_id, demand_date order by 1
"""
DEMAND = """
select coalesce(sum(demand), 0), count(distinct demand_date), count(*) - count(demand) from rows
where demand_date between $first_day and $last_day
    and (len($site_ids) = 0 or list_contains($site_ids, site_id)) and (len($sku_ids) = 0 or list_contains($sku_ids, sku_id))
"""
SOURCE_LINES = """
select source_object, count(*), list(distinct source_line order by source_line) from rows
where business_day between $first_day and $last_day
    and (len($site_ids) = 0 or list_contains($site_ids, {site})) and (len($sku_ids) = 0 or {sku})
group by source_object order by source_object
"""


class LakeRunEvidence(RunEvidence):
    """One download and one scan for each table."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def site_days(self, run_id: UUID, since: date) -> list[float]:
        with self._open(DAILY_DEMAND, run_id) as connection:
            if connection is None:
                return []
            return [float(units) for (units,) in connection.execute(SITE_DAYS, {"since": since}).fetchall()]

    @override
    def demand(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[float | None]:
        with self._open(DAILY_DEMAND, run_id) as connection:
            if connection is None:
                return [None for _ in selections]
            return [_sum_demand(connection, selection) for selection in selections]

    @override
    def source_lines(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[list[ObjectLines]]:
        results: list[list[ObjectLines]] = [[] for _ in selections]
        for name in _list_datasets(selections):
            contract = datasets.load(name)
            with self._open(curated_table(contract), run_id) as connection:
                for result, selection in zip(results, selections, strict=True):
                    if connection and name in _list_datasets([selection]):
                        result.extend(_read_lines(connection, contract, selection))
        return results

    @contextmanager
    def _open(self, table: Table, run_id: UUID) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """Open the files of a table of a run as the view `rows`; None when it has none."""
        keys = [key for key in self._lake.keys(table.run_prefix(run_id)) if key.endswith(".parquet")]
        if not keys:
            yield None
            return
        with TemporaryDirectory(prefix="signify-") as folder:
            paths = [Path(folder) / f"{number:05}.parquet" for number in range(len(keys))]
            for key, path in zip(keys, paths, strict=True):
                self._lake.download(key, path)
            with duckdb.connect(config={"threads": 2, "memory_limit": "400MB", "temp_directory": folder}) as connection:
                connection.read_parquet([str(path) for path in paths], hive_partitioning=False).create_view("rows")
                yield connection


def _sum_demand(connection: duckdb.DuckDBPyConnection, selection: RowSelection) -> float | None:
    [(units, n_days, n_unknown)] = connection.execute(DEMAND, _values(selection)).fetchall()
    is_complete = n_days == (selection.last_day - selection.first_day).days + 1 and not n_unknown
    return float(units) if is_complete else None


def _values(selection: RowSelection) -> dict[str, object]:
    return {
        "first_day": selection.first_day,
        "last_day": selection.last_day,
        "site_ids": list(selection.site_ids),
        "sku_ids": list(selection.sku_ids),
    }


def _list_datasets(selections: Sequence[RowSelection]) -> list[str]:
    names = {name for each in selections for name in ([each.dataset] if each.dataset else datasets.list_demand_names())}
    return sorted(names)


def _read_lines(connection: duckdb.DuckDBPyConnection, contract: Contract, selection: RowSelection) -> Iterator[ObjectLines]:
    for key, count, lines in connection.execute(_write_query(contract), _values(selection)).fetchall():
        yield ObjectLines(UUID(str(key)), contract.dataset, count, find_ranges(lines)[:MOST_RANGES])


def _write_query(contract: Contract) -> str:
    has_sku = any(column.name == SKU for column in contract.columns)
    condition = f"list_contains($sku_ids, {SKU})" if has_sku else "false"
    return SOURCE_LINES.replace("{site}", str(contract.site)).replace("{sku}", condition)


def find_ranges(lines: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return sorted line numbers as ranges, both ends included.

    >>> find_ranges([2, 3, 4, 9, 11, 12])
    ((2, 4), (9, 9), (11, 12))
    """
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return tuple(ranges)
