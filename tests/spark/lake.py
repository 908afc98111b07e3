"""One run's lake as a folder: the generated sample through real ingestion, and every hostile text in every field."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from contracts import datasets
from contracts.datasets import Contract
from local import sample
from runtime.models.domain.objects import LandedObject
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects
from tests.fakes.ingestion import make_ingestion
from tests.unit.glue_jobs import hostile
from tests.unit.glue_jobs.rows import GOOD, Row, stage, write

RUN_ID = "parity"
AS_OF = date(2026, 11, 22)
TODAY = date(2026, 11, 23)
SCALE = 0.03
REPEATS = 400
MOMENTS = (
    None,
    "2026-11-02T08:00:00+00:00",
    "2026-11-02T09:00:00+01:00",  # the same moment
    "2026-11-02T08:00:00.000001Z",
    "9999-12-31T00:00:00Z",
    "broken",
)


def fill(folder: Path) -> None:
    """Write the staged objects and the manifest of the run into folder."""
    objects = [*_sample(folder), *_hostile(folder)]
    manifest = {"as_of_date": str(AS_OF), "horizon_days": 28, "today": str(TODAY), "objects": objects}
    run = folder / "runs" / RUN_ID
    run.mkdir(parents=True)
    (run / "manifest.json").write_text(json.dumps(manifest))


def _sample(folder: Path) -> Iterator[dict[str, Any]]:
    """What ingestion accepts of the generated operator's files."""
    files = sample.write_files(folder / "sample", until=AS_OF, scale=SCALE).files
    lake = InMemoryLake()
    ingestion = make_ingestion(lake, InMemoryObjects(), FixedClock(datetime(2026, 11, 23, tzinfo=UTC)))
    for file in files:
        lake.put(file.key, file.path.read_bytes(), "v1")
        decision = ingestion.receive(LandedObject(lake.bucket, file.key, "v1", file.path.stat().st_size))
        if decision.staging_key and decision.dataset and decision.rows:
            lake.download(decision.staging_key, with_parents(folder / decision.staging_key))
            yield _entry(str(decision.id), decision.dataset, file.key, decision.rows, decision.staging_key)


def _hostile(folder: Path) -> Iterator[dict[str, Any]]:
    for contract in (datasets.load(name) for name in datasets.list_names()):
        repetitions = [repeat_keys(contract, seed) for seed in (1, 2)] if contract.carries_demand else []
        for part, rows in enumerate((spoil_each_column(contract), *repetitions)):
            name = f"hostile-{contract.dataset}-{part}"
            key = f"staging/{contract.dataset}/v1/{name}.parquet"
            write(stage(contract, rows, name), folder / key)
            yield _entry(name, contract.dataset, f"landing/{contract.dataset}/v1/{name}.csv", len(rows), key)


def spoil_each_column(contract: Contract) -> list[Row]:
    """A good row for every column and hostile text, with that text in that column and, as a rule, a key of its own."""
    good, own = GOOD[contract.dataset], contract.key[0]
    pairs = [(column.name, text) for column in contract.columns for text in hostile.TEXTS]
    rows: list[Row] = [{**good, own: f"H{number}", name: text} for number, (name, text) in enumerate(pairs)]
    return [*rows, *_clock_times_elsewhere(contract)]


def _clock_times_elsewhere(contract: Contract) -> list[Row]:
    """Rows with every time of a clock at a site that the master does not have."""
    own, site, time = contract.key[0], contract.site, contract.business_date
    if site is None or time is None or contract.column(time).type is not datasets.ColumnType.TIMESTAMP:
        return []
    rows = enumerate(hostile.CLOCK_TIMES)
    return [
        {**GOOD[contract.dataset], own: f"C{number}" if own != site else "NOWHERE", site: "NOWHERE", time: text} for number, text in rows
    ]


def repeat_keys(contract: Contract, seed: int) -> list[Row]:
    """Rows that share few keys and few moments of change, some broken, with fractions of units, in an order that means nothing."""
    rng = random.Random(seed)
    quantity = "quantity" if contract.dataset == "demand_history" else "ordered_qty"
    time = "" if contract.dataset == "demand_history" else "T23:30:00-05:00"
    return [
        {
            **GOOD[contract.dataset],
            contract.key[0]: f"R{rng.randrange(8)}",
            quantity: f"{rng.uniform(-1, 100):.{rng.randrange(4)}f}",
            contract.business_date or "": f"2026-10-{rng.randint(1, 31):02}{time}",
            "updated_at": rng.choice(MOMENTS),
        }
        for _ in range(REPEATS)
    ]


def _entry(object_id: str, dataset: str, key: str, rows: int, staging_key: str) -> dict[str, Any]:
    return {"object_id": object_id, "dataset": dataset, "key": key, "rows": rows, "staging_key": staging_key}


def with_parents(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
