"""Cost of cleansing and features: the jobs on the embedded engine and (where installed) on real Spark, beside plain pandas.

Usage: python -m benchmarks.etl [--rows N ...]. Generated order lines, 1 % of them broken and 1 % sent twice; the same files for
every engine, each in processes of its own, start-up included. Stops when the engines do not agree on the rows and units that come out.

CPU: seconds of user and system time. MB: highest resident memory, all of an engine's processes together, sampled 20 times a second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import psutil

from benchmarks import etl_rows
from tests.spark.conftest import JOBS, ROOT, SUBMIT, what_is_missing

TODAY, AS_OF, RUN = "2026-11-23", "2026-11-22", "benchmark"
ENGINES = {
    "pandas": ("-m", "benchmarks.etl_pandas", "{folder}", RUN, TODAY, AS_OF),
    "embedded": ("-m", "local.glue_runner", JOBS, "{folder}", RUN),
    "spark": (JOBS, "{folder}", RUN),
}


class Cost(NamedTuple):
    """Seconds and memory of one engine."""

    wall: float
    cpu: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of the cleansing and the features.")
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    arguments = parser.parse_args()
    missing = what_is_missing()
    print(f"without real Spark: {missing}" if missing else "with real Spark, local[2]")
    print(f"{'rows':>10} {'engine':10}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'CPU / pandas':>14}{'MB / pandas':>13}")
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory(prefix="signify-benchmark-") as folder:
            etl_rows.generate(Path(folder), rows, RUN, TODAY, AS_OF)
            compare(Path(folder), rows, [name for name in ENGINES if name != "spark" or not missing])


def compare(folder: Path, rows: int, engines: list[str]) -> None:
    first, outcome = None, None
    for name in engines:
        cost = measure([sys.executable, *(part.format(folder=folder) for part in ENGINES[name])])
        first, outcome = first or cost, outcome or outcome_of(folder)
        ratios = f"{cost.cpu / first.cpu:14.2f}{cost.megabytes / first.megabytes:13.2f}"
        print(f"{rows:10,} {name:10}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.megabytes:7.0f}{ratios}", flush=True)
        if outcome_of(folder) != outcome:
            raise SystemExit(f"{name} produced {outcome_of(folder)}, {engines[0]} to {outcome} ")


def measure(command: list[str]) -> Cost:
    """Run a command to its end and sample it and its children."""
    local = {"PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, "PYSPARK_SUBMIT_ARGS": SUBMIT, "SPARK_LOCAL_IP": "127.0.0.1"}
    seconds: dict[int, float] = {}
    peak, start = 0, time.monotonic()
    with subprocess.Popen(command, env={**os.environ, **local}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _sample(root, seconds))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {process.returncode}")
    return Cost(time.monotonic() - start, sum(seconds.values()), peak / 2**20)


def _sample(root: psutil.Process, seconds: dict[int, float]) -> int:
    """Record the CPU time of every process so far; return the bytes they hold in memory now."""
    resident = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in (root, *root.children(recursive=True)):
            times = process.cpu_times()
            seconds[process.pid] = times.user + times.system
            resident += process.memory_info().rss
    return resident


def outcome_of(folder: Path) -> tuple[Any, ...]:
    """Rows curated, rows quarantined, days, units and sum of the 7-day means."""
    places = (f"'{folder}/{name}/v1/{RUN}/*.parquet'" for name in ("curated/orders", "quarantine/orders", "features/daily_demand"))
    curated_files, quarantine_files, days = places
    sums = f"SELECT count(*), sum(demand), round(sum(mean_7), 3) FROM {days}"
    query = f"SELECT * FROM (SELECT count(*) FROM {curated_files}), (SELECT count(*) FROM {quarantine_files}), ({sums})"
    return duckdb.execute(query).fetchall()[0]


if __name__ == "__main__":
    main()
