"""The anomaly groups of a run as one Parquet file in the lake, for questions in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import duckdb

from runtime.models.domain import run_files
from runtime.services.ports import Lake

COLUMNS = {
    "group_id": "varchar",
    "as_of_date": "date",
    "detector": "varchar",
    "type": "varchar",
    "direction": "varchar",
    "severity": "varchar",
    "score": "double",
    "measure": "varchar",
    "start_date": "date",
    "end_date": "date",
    "site_ids": "varchar[]",
    "sku_ids": "varchar[]",
    "delta_units": "double",
    "units_unseen": "double",
    "known_events": "varchar[]",
    "material": "boolean",
    "not_material_reason": "varchar",
}


class LakeAnomalyTable:
    """AnomalyTable: a file for each run, written again when the run is judged again; without a row when nothing was found."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def write(self, run_id: UUID, groups: Sequence[Mapping[str, Any]]) -> None:
        """Store the groups of a run, one row each, with the names of COLUMNS."""
        with TemporaryDirectory(prefix="signify-") as folder, duckdb.connect() as connection:
            path = Path(folder) / "groups.parquet"
            connection.execute(f"create table found ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
            found = connection.table("found")
            for group in groups:
                found.insert([group[name] for name in COLUMNS])
            found.write_parquet(str(path))
            self._lake.upload(path, f"{run_files.anomaly_groups(run_id)}part-0.parquet")
