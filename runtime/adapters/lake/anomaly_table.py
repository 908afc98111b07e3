"""The anomaly groups of a run as one Parquet file in the lake, for queries in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import duckdb
from typing_extensions import override

from contracts.paths import part_key
from contracts.tables import ANOMALY_GROUPS
from runtime.services.object_ports import Lake
from runtime.services.ports import AnomalyTable


class LakeAnomalyTable(AnomalyTable):
    """A file for each run, replaced when the run is assessed again; without a row when there are no anomalies."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def write(self, run_id: UUID, groups: Sequence[Mapping[str, object]]) -> None:
        with TemporaryDirectory(prefix="signify-") as folder, duckdb.connect() as connection:
            path = Path(folder) / "groups.parquet"
            columns = ", ".join(f"{name} {sql_type}" for name, sql_type in ANOMALY_GROUPS.duckdb_columns().items())
            connection.execute(f"create table groups ({columns})")
            table = connection.table("groups")
            for group in groups:
                table.insert([group[name] for name in ANOMALY_GROUPS.column_names])
            table.write_parquet(str(path))
            self._lake.upload(path, part_key(ANOMALY_GROUPS.run_prefix(run_id)))
