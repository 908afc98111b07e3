"""A kill drill of an upload: the function that receives files is killed, and the file must be received once nevertheless."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cli.drills.kills.drill import KillResult
from cli.drills.kills.plans import KillPlan
from cli.drills.kills.processes import StackProcesses
from cli.drills.kills.tables import RunTables
from cli.platform import Platform
from contracts.paths import Zone, dataset_prefix

SERVICE = "data_processor"
DATASET = "demand_history"
ROWS = 200_000
PATIENCE_S = 300.0
"""More than the two minutes for which a killed function keeps a message."""


@dataclass(frozen=True)
class UploadDrill:
    """Upload a file that is new, kill the function while it receives it, and wait until it is accepted."""

    platform: Platform
    processes: StackProcesses
    tables: RunTables
    folder: Path

    def run(self, plan: KillPlan, name: str) -> KillResult:
        """Return what the drill found."""
        start = time.monotonic()
        key, bucket = f"{dataset_prefix(Zone.LANDING, DATASET)}{name}.csv.gz", self.platform.outputs["LakeBucketName"]
        self.platform.client("s3").upload_file(str(self._write(name)), bucket, key)
        time.sleep(1 + plan.offset_s)
        kills = int(self.processes.kill_function(SERVICE))
        records = self._wait_for_records(key)
        faults = (
            [] if [(status, rows) for status, rows, _ in records] == [("ACCEPTED", ROWS)] else [f"the records of the file are {records}"]
        )
        return KillResult(plan, kills, 0, 0, time.monotonic() - start, tuple(faults))

    def _wait_for_records(self, key: str) -> list[tuple[str, int, str]]:
        deadline = time.monotonic() + PATIENCE_S
        while not (records := self.tables.list_objects(key)) and time.monotonic() < deadline:
            time.sleep(1)
        return records

    def _write(self, name: str) -> Path:
        """Write a history of one SKU per file, which no other file has."""
        first = date(2024, 1, 1)
        path = self.folder / f"{name}.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
            file.write("site_id,sku_id,demand_date,quantity,uom\n")
            for number in range(ROWS):
                file.write(f"DRILL,{name}-{number // 365},{first + timedelta(days=number % 365)},{number % 7},EA\n")
        return path
