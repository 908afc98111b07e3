"""Benchmark of the accuracy engine against the libraries that a user would pick instead, on the same frames in the same run.

Usage: python -m benchmarks.kpi [--rows ROWS] [--order series|date|shuffled] [--rounds N]. Without `--rows` both sizes are run: 10 million
forecasts (100,000 SKUs, 15 weeks) beside DuckDB and polars, which compute four measures per SKU, by week and in total, and 1 million beside
utilsforecast and groupby-apply, which compute them per SKU. The engine computes everything it has.

CPU: user and system seconds of all threads, the best of three rounds in which contenders take turns. MB: the highest resident memory
while it ran above that before it. ratio: CPU over the engine's. `factorise the keys` is pandas' factorize on the two key columns of both
frames, what any join by hash pays first. Claims are about rows in order of series, as a run writes them and the engine is handed them here;
in any other order everybody pays for memory out of order, and DuckDB, which sorts nothing, comes out even or up to a quarter cheaper.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks import kpi_contenders
from benchmarks.kpi_frames import ORDERS, Frames, frames
from benchmarks.measuring import Cost, cost

LARGE, SMALL = 10_000_000, 1_000_000
ENGINE = "kpi_engine"


@dataclass(frozen=True)
class Claim:
    """Contenders on frames of one size, and what is claimed of the CPU time of each over the engine's."""

    rows: int
    contenders: dict[str, Callable[[Frames], object]]
    targets: dict[str, tuple[float, str]]


CLAIMS = (
    Claim(
        LARGE,
        {
            "factorise the keys": kpi_contenders.factorise,
            ENGINE: kpi_contenders.engine,
            "DuckDB": kpi_contenders.duckdb_sql,
            "polars": kpi_contenders.polars_frames,
        },
        {"factorise the keys": (1 / 3, "at least 0.33"), "DuckDB": (1, "more than 1"), "polars": (1, "more than 1")},
    ),
    Claim(
        SMALL,
        {
            ENGINE: kpi_contenders.engine,
            "utilsforecast": kpi_contenders.utilsforecast_losses,
            "groupby-apply": kpi_contenders.groupby_apply,
        },
        {"utilsforecast": (1, "more than 1"), "groupby-apply": (50, "at least 50")},
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU and memory of the accuracy engine beside its peers.")
    parser.add_argument("--rows", type=int, choices=[claim.rows for claim in CLAIMS], help="only this size")
    parser.add_argument("--order", choices=ORDERS, default=ORDERS[0], help="the order of rows")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    for claim in CLAIMS:
        if arguments.rows in (None, claim.rows):
            data = frames(claim.rows, arguments.order)
            Console().print(_table(claim, data, arguments.order, _costs(claim, data, arguments.rounds)))


def _costs(claim: Claim, data: Frames, rounds: int) -> dict[str, Cost]:
    """The best of each contender's rounds; they take turns, so that a busy machine slows all of them."""
    every: dict[str, list[Cost]] = {name: [] for name in claim.contenders}
    for _ in range(rounds):
        for name, contender in claim.contenders.items():
            gc.collect()
            every[name].append(cost(lambda run=contender: run(data)))  # type: ignore[misc]
    return {name: _best(costs) for name, costs in every.items()}


def _best(costs: Sequence[Cost]) -> Cost:
    return Cost(min(each.cpu for each in costs), min(each.memory for each in costs))


def _table(claim: Claim, data: Frames, order: str, costs: dict[str, Cost]) -> Table:
    title = f"{len(data.forecast):,} forecasts x {len(data.actual):,} actuals, rows {order}"
    table = Table("contender", title=title, title_justify="left")
    for heading in ("CPU s", "MB", "ratio", "claim", ""):
        table.add_column(heading, justify="right")
    for name, each in costs.items():
        ratio = each.cpu / costs[ENGINE].cpu
        least, words = claim.targets.get(name, (0.0, ""))
        outcome = "" if not words else "kept" if ratio >= least else "broken"
        table.add_row(name, f"{each.cpu:.2f}", f"{each.memory / 1e6:,.0f}", f"{ratio:.2f}", words, outcome)
    return table


if __name__ == "__main__":
    main()
