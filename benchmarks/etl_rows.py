"""A year of generated order lines as ingestion stages them, for the measurements of the jobs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contracts import datasets

DAYS = 365


def generate(folder: Path, rows: int, run: str, today: str, as_of: str) -> None:
    """Staged order lines and the manifest of a run."""
    rng = np.random.default_rng(7)
    number = np.arange(rows)
    day = (np.datetime64(as_of) - rng.integers(0, DAYS, rows)).astype(str)
    text = {
        "order_id": np.char.add("SO-", (number // 4 - (number // 4) * (number % 100 == 0)).astype(str)),
        "line_no": (number % 4 + 1).astype(str),
        "sku_id": np.char.add("SKU-", rng.integers(0, max(100, rows // 4000), rows).astype(str)),
        "ship_from_site_id": rng.choice(["LDS1", "RTM1", "WAW1", "LYS1"], rows),
        "order_ts": np.char.add(day, "T10:00:00+01:00"),
        "ordered_qty": np.where(rng.random(rows) < 0.01, "1e309", rng.integers(1, 40, rows).astype(str)),
        "uom": np.full(rows, "EA"),
        "unit_price": np.char.mod("%.2f", rng.uniform(1, 99, rows)),
        "status": rng.choice(["OPEN", "SHIPPED", "DELIVERED", "CANCELLED_US"], rows),
        "updated_at": np.char.add(day, "T12:00:00Z"),
    }
    columns = {column.name: pa.array(text.get(column.name, [None] * rows), pa.string()) for column in datasets.load("orders").columns}
    nothing = pa.nulls(rows, pa.string())
    place = {"source_object": pa.array(["bench"] * rows), "source_line": number + 2, "unreadable": nothing, "raw_excerpt": nothing}
    (folder / "staging/orders/v1").mkdir(parents=True)
    pq.write_table(pa.table(columns | place), folder / "staging/orders/v1/bench.parquet", row_group_size=50_000)
    entry = {"object_id": "bench", "dataset": "orders", "key": "k", "rows": rows, "staging_key": "staging/orders/v1/bench.parquet"}
    (folder / "runs" / run).mkdir(parents=True)
    manifest = {"as_of_date": as_of, "horizon_days": 28, "today": today, "objects": [entry]}
    (folder / "runs" / run / "manifest.json").write_text(json.dumps(manifest))
