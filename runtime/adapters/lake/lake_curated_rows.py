"""The curated rows of a run as frames, from the Parquet files in the lake."""

# ruff: noqa: S608 - the SQL is put together from the names of contracts and from dates, never from a file's content

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import duckdb
import pandas as pd
from typing_extensions import override

from contracts import datasets
from contracts.datasets import ColumnType, Contract
from contracts.tables import curated_table
from runtime.services.logistics.curated_rows import DAY, CuratedRows, DayRange
from runtime.services.object_ports import Lake

SITES = "site_master"
BUSINESS_DAY = "business_day"
NUMBERS = (ColumnType.DECIMAL, ColumnType.RATE)
LOCAL_TIME = """
    strftime(timezone(zone, {column}), '%Y-%m-%dT%H:%M:%S')
    || printf('%s%02d:%02d', if({offset} < 0, '-', '+'), abs({offset}) // 60, abs({offset}) % 60)"""
OFFSET = "date_diff('minute', timezone('UTC', {column}), timezone(zone, {column}))"


class LakeCuratedRows(CuratedRows):
    """One download and one scan per frame; DuckDB knows the time zones, for which Python needs files that a function may lack."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def read(self, run_id: UUID, dataset: str, days: DayRange | None = None) -> pd.DataFrame:
        contract = datasets.load(dataset)
        with self._open(run_id, contract) as connection:
            if connection is None:
                return pd.DataFrame()
            names = [name for name, *_ in connection.execute("describe rows").fetchall()]
            columns = [_select(contract, name) for name in names if name in {column.name for column in contract.columns}]
            condition = "true"
            if days is not None:
                day = f"cast(coalesce({', '.join(name for name in days.columns if name in names)}) as date)"
                columns.append(f"{day} as {DAY}")
                condition = f"{day} between date '{days.first}' and date '{days.last}'"
            zone = f"left join zones on zones.site = rows.{contract.site}" if contract.site else "cross join (select 'UTC' as zone)"
            query = f"select {', '.join(columns)} from rows {zone} where {condition}"
            frame: pd.DataFrame = connection.sql(query.replace("(zone,", "(coalesce(zone, 'UTC'),")).df()
            return frame

    @override
    def find_last_days(self, run_id: UUID, dataset: str, until: date) -> Mapping[str, date]:
        contract = datasets.load(dataset)
        with self._open(run_id, contract) as connection:
            if connection is None:
                return {}
            condition = f"{BUSINESS_DAY} <= date '{until}' and {contract.site} is not null"
            query = f"select {contract.site}, max({BUSINESS_DAY}) from rows where {condition} group by all"
            return dict(connection.execute(query).fetchall())

    @contextmanager
    def _open(self, run_id: UUID, contract: Contract) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """Open the rows as the view `rows`, and the time zones of the sites as the table `zones`; None when there are no rows."""
        with TemporaryDirectory(prefix="signify-") as name:
            folder = Path(name)
            files = self._download(run_id, contract, folder / "rows")
            if not files:
                yield None
                return
            site_files = self._download(run_id, datasets.load(SITES), folder / "sites")
            with duckdb.connect(config={"threads": 2, "memory_limit": "800MB", "temp_directory": name}) as connection:
                connection.read_parquet(files, hive_partitioning=False).create_view("rows")
                connection.execute("create table zones (site varchar, zone varchar)")
                if site_files:
                    sites = connection.read_parquet(site_files, hive_partitioning=False)
                    sites.project("site_id, time_zone").insert_into("zones")
                yield connection

    def _download(self, run_id: UUID, contract: Contract, folder: Path) -> list[str]:
        folder.mkdir()
        keys = [key for key in self._lake.keys(curated_table(contract).run_prefix(run_id)) if key.endswith(".parquet")]
        paths = [folder / f"{number:05}.parquet" for number in range(len(keys))]
        for key, path in zip(keys, paths, strict=True):
            self._lake.download(key, path)
        return [str(path) for path in paths]


def _select(contract: Contract, name: str) -> str:
    column = contract.column(name)
    if column.type in NUMBERS:
        return f"cast(rows.{name} as double) as {name}"
    if column.type is ColumnType.TIMESTAMP:
        offset = OFFSET.format(column=f"rows.{name}")
        return f"{LOCAL_TIME.format(column=f'rows.{name}', offset=offset)} as {name}"
    return f"rows.{name}"
