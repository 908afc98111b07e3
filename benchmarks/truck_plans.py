"""Benchmark of truck planning: its time, the distance of the plans from the proven bound, and their validity.

Plans 2,000 shipments on 50 lanes in several sizes, then 10,000 random lanes, and checks every plan with the checker of the tests, which
shares no code with the planner. Usage: python -m benchmarks.truck_plans [--lanes N]. CPU seconds of this process; the limit of the
2,000 shipments is 2 seconds. Exit code 1 when a limit is missed; an invalid plan raises.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.unit.kpi_engine.logistics.checker import check
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row
from tests.unit.kpi_engine.logistics.lanes import FLEET, LOADS, instances, plan_lanes

LIMIT_SECONDS = 2.0
LANES, PER_LANE = 50, 40
BATCH = 1_000
SIZES = {"small": (0.02, 0.3), "mixed": (0.05, 0.7), "large": (0.25, 0.75), "near a half": (0.4, 0.6)}
COLUMNS = ("sizes", "shipments", "lanes", "used", "bound", "planned", "gap", "saved %", "CPU s", "limit")


class Case(NamedTuple):
    """A problem with its plan, and the CPU seconds that planning took."""

    name: str
    shipments: int
    lanes: int
    plan: dict[str, Any]
    seconds: float
    limit: float | None = None


def lanes_of(low: float, high: float, seed: int = 1) -> list[Row]:
    """2,000 shipments between `low` and `high` of a trailer in each dimension, each of which travelled in a truck of its own."""
    chance = np.random.default_rng(seed)
    common = {"ship_date": "2026-07-20", "vehicle_type": "trailer", "temp_class": "ambient", "hazmat": False, "exclusive_customer": ""}
    rows: list[Row] = []
    for number in range(LANES * PER_LANE):
        loads = {load: round(float(chance.uniform(low, high) * TRAILER[limit]), 3) for load, limit in LOADS.items()}
        rows.append({"shipment_id": f"S{number:05}", "trip_id": f"T{number:05}", "lane_id": f"L{number % LANES:02}"} | common | loads)
    return rows


def plan_case(name: str, low: float, high: float) -> Case:
    """Plan one size of shipments and check the plan."""
    rows = lanes_of(low, high)
    start = time.process_time()
    plan = plan_lanes(rows)
    seconds = time.process_time() - start
    check(plan, rows, FLEET, 0)
    return Case(name, len(rows), LANES, plan, seconds, LIMIT_SECONDS)


def random_case(lanes: int, batch: int) -> Case:
    """Plan random lanes and check the plans; shipments may move by 0, 1 or 2 days."""
    shift_days = batch % 3
    rows = instances(batch, lanes, days=1 + 2 * shift_days)
    start = time.process_time()
    plan = plan_lanes(rows, shift_days)
    seconds = time.process_time() - start
    check(plan, rows, FLEET, shift_days)
    return Case(f"random {batch + 1}, +-{shift_days} d", len(rows), lanes, plan, seconds)


def main() -> int:
    """Measure, check, and print a table."""
    parser = argparse.ArgumentParser(description="Cost, quality and truth of consolidation plans.")
    parser.add_argument("--lanes", type=int, default=10_000, help="random lanes to verify")
    lanes = parser.parse_args().lanes
    plan_case("warm-up", 0.4, 0.6)
    cases = [plan_case(name, *size) for name, size in SIZES.items()]
    cases += [random_case(min(BATCH, lanes - start), start // BATCH) for start in range(0, lanes, BATCH)]
    Console(width=110).print(_table(cases))
    failures = [case.name for case in cases if case.limit is not None and case.seconds > case.limit]
    print(f"{sum(case.lanes for case in cases):,} lanes checked, every plan is true. Limits missed: {', '.join(failures) or 'none'}.")
    return int(bool(failures))


def _table(cases: list[Case]) -> Table:
    table = Table(title="Consolidation plans")
    for place, name in enumerate(COLUMNS):
        table.add_column(name, no_wrap=True, justify="right" if place else "left")
    for case in cases:
        plan = [case.plan[name] for name in ("trucks_used", "trucks_lower_bound", "trucks_planned", "gap")]
        figures = [f"{value:,}" for value in (case.shipments, case.lanes, *plan)]
        limit = "" if case.limit is None else f"{case.limit:.0f}"
        table.add_row(case.name, *figures, f"{case.plan['avoidable_percent']:.1f}", f"{case.seconds:.2f}", limit)
    return table


if __name__ == "__main__":
    sys.exit(main())
