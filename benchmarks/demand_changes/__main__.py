"""Bias of the forecast right after a change.

Usage: python -m benchmarks.demand_changes [--seeds N]. Each case is drawn with sizes, days and noise of its own per seed; the figure is the
bias of the mean forecast over the next 28 days: 100 * (sum of forecasts / sum of expected demand - 1) of the series that changed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from benchmarks.demand_changes.cases import (
    LAST_DAY,
    Change,
    draw_closed_weekends,
    draw_fading,
    draw_growth,
    draw_opposite_seasons,
    draw_order,
    draw_season,
    draw_shift,
    draw_spike,
)
from forecast_engine.model import PanelModel

SEEDS = 10
CASES: dict[str, Callable[[np.random.Generator], Change]] = {
    "fell to 30 % 21 days ago": lambda rng: draw_shift(rng, 0.3, 21),
    "fell to 30 % 21 days ago, 60 steady": lambda rng: draw_shift(rng, 0.3, 21, steady=60),
    "fell to 20-60 % 10-50 days ago": lambda rng: draw_shift(rng, rng.uniform(0.2, 0.6), int(rng.integers(10, 50))),
    "rose threefold 21 days ago": lambda rng: draw_shift(rng, 3.0, 21),
    "rose 2-5 fold 10-50 days ago": lambda rng: draw_shift(rng, rng.uniform(2, 5), int(rng.integers(10, 50)), steady=20),
    "one day of 10x 3 days ago": lambda rng: draw_spike(rng, 10.0, 3),
    "one day of 5-100x 1-20 days ago": lambda rng: draw_spike(rng, float(np.exp(rng.uniform(1.6, 4.6))), int(rng.integers(1, 20))),
    "an order of 50,000 150 days ago": lambda rng: draw_order(rng, 50_000.0, 150),
    "an order of 500-50,000 20-300 days ago": lambda rng: draw_order(rng, float(rng.uniform(500, 50_000)), int(rng.integers(20, 300))),
    "growth of 1 % a day": lambda rng: draw_growth(rng, 0.01),
    "growth of 0.5-1.5 % a day for 80-150 days": lambda rng: draw_growth(rng, rng.uniform(0.005, 0.015), int(rng.integers(80, 150)), 20),
    "dying, half-life 30": lambda rng: draw_fading(rng, 30.0, 90),
    "dying, half-life 20-60, 60-150 days": lambda rng: draw_fading(rng, rng.uniform(20, 60), int(rng.integers(60, 150))),
    "season begun 25 Nov, seen 28 Nov": lambda rng: draw_season(rng, 40.0),
    "season, 15-100 a day, seen 26 Nov-5 Dec": lambda rng: draw_season(
        rng, rng.uniform(15, 100), LAST_DAY + timedelta(days=int(rng.integers(-2, 8))), int(rng.integers(2, 4))
    ),
    "opposite seasons": lambda rng: draw_opposite_seasons(rng, 0.6),
    "weekends closed for 6 weeks": lambda rng: draw_closed_weekends(rng, 6, 11.0),
    "weekends closed for 3-10 weeks": lambda rng: draw_closed_weekends(rng, int(rng.integers(3, 10)), rng.uniform(5, 40)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Bias of the mean right after a change.")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    print(f"{'case':45}{'mean':>8}{'worst':>8}   bias of the mean in %, {seeds} draws")
    for name, draw in CASES.items():
        biases = np.array([draw(np.random.default_rng(seed)).bias(PanelModel()) for seed in range(seeds)])
        print(f"{name:45}{biases.mean():+8.1f}{biases[np.abs(biases).argmax()]:+8.1f}", flush=True)


if __name__ == "__main__":
    main()
