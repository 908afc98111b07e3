"""Every measure again, one row at a time: slow, obvious, and sharing no line with the engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

Demand = dict[tuple[str, str, date], float]


@dataclass(frozen=True)
class Pair:
    """A forecast whose actual is known."""

    site: str
    sku: str
    day: date
    origin: date
    actual: float
    forecast: float
    row: dict[Any, Any]

    @property
    def error(self) -> float:
        return self.forecast - self.actual


def index_demand(frame: pd.DataFrame) -> Demand:
    rows = frame.to_dict("records")
    return {(r["site_id"], r["sku_id"], r["demand_date"]): r["actual_value"] for r in rows if not math.isnan(r["actual_value"])}


def match(forecast: pd.DataFrame, demand: Demand) -> list[Pair]:
    matches = []
    for r in forecast.to_dict("records"):
        actual = demand.get((r["site_id"], r["sku_id"], r["forecast_date"]))
        if actual is not None and not math.isnan(r["predicted_value"]):
            matches.append(Pair(r["site_id"], r["sku_id"], r["forecast_date"], r["as_of_date"], actual, r["predicted_value"], r))
    return matches


def wape(of: Iterable[Pair]) -> float:
    pairs = list(of)
    return 100 * sum(abs(p.error) for p in pairs) / sum(abs(p.actual) for p in pairs)


def mape(of: Iterable[Pair]) -> float:
    shares = [abs(p.error) / abs(p.actual) for p in of if p.actual]
    return 100 * sum(shares) / len(shares)


def smape(of: Iterable[Pair]) -> float:
    shares = [2 * abs(p.error) / (abs(p.actual) + abs(p.forecast)) if p.actual or p.forecast else 0.0 for p in of]
    return 100 * sum(shares) / len(shares)


def rmse(of: Iterable[Pair]) -> float:
    squares = [p.error**2 for p in of]
    return math.sqrt(sum(squares) / len(squares))


def tracking_signal(of: list[Pair]) -> float:
    return sum(p.error for p in of) / (sum(abs(p.error) for p in of) / len(of))


def interval_pairs(of: list[Pair]) -> list[tuple[float, float, float]]:
    bounds = [(p.actual, p.row["confidence_lower"], p.row["confidence_upper"]) for p in of]
    return [(a, low, high) for a, low, high in bounds if low <= high]


def coverage(of: list[Pair]) -> float:
    intervals = interval_pairs(of)
    return 100 * sum(low <= a <= high for a, low, high in intervals) / len(intervals)


def interval_score(of: list[Pair], level: float = 0.8) -> float:
    intervals, weight = interval_pairs(of), 2 / (1 - level)
    return sum((high - low) + weight * (max(low - a, 0) + max(a - high, 0)) for a, low, high in intervals) / len(intervals)


def wql(of: list[Pair], tau: float, quantile: Callable[[Pair], float]) -> float:
    points = [(p.actual, quantile(p)) for p in of if not math.isnan(quantile(p))]
    return 2 * sum(tau * (a - q) if a > q else (1 - tau) * (q - a) for a, q in points) / sum(abs(a) for a, _ in points)


def scale(demand: Demand, site: str, sku: str, before: date, power: int) -> float:
    """Mean of |Y(t) - Y(t-7)| ** power over the training days of one series."""
    changes = []
    for (own_site, own_sku, day), value in demand.items():
        week_before = demand.get((site, sku, day - timedelta(days=7)))
        if (own_site, own_sku) == (site, sku) and day < before and week_before is not None:
            changes.append(abs(value - week_before) ** power)
    return sum(changes) / len(changes)


def scale_errors(of: list[Pair], demand: Demand, before: date, power: int) -> float:
    scales = {series: scale(demand, *series, before, power) for series in {(p.site, p.sku) for p in of}}
    return float((sum(abs(p.error) ** power for p in of) / sum(scales[p.site, p.sku] for p in of)) ** (1 / power))


def naive(demand: Demand, pair: Pair, method: str) -> float | None:
    """What a simple method would have forecast at the end of the pair's origin."""

    def at(day: date) -> float | None:
        return demand.get((pair.site, pair.sku, day))

    if method == "seasonal_naive_7":
        day = pair.day
        while day > pair.origin:
            day -= timedelta(days=7)
        return at(day)
    newest_first = (pair.origin - timedelta(days=back) for back in range(400 if method == "random_walk" else 28))
    values = [value for value in map(at, newest_first) if value is not None]
    if not values:
        return None
    return values[0] if method == "random_walk" else sum(values) / len(values)


def select_lag(of: list[Pair], weeks: int) -> list[Pair]:
    """For each target the newest forecast made at or before the end of the ISO week `weeks` before the target's."""
    newest: dict[tuple[str, str, date], Pair] = {}
    for p in of:
        deadline = p.day - timedelta(days=p.day.weekday() + 1) - timedelta(days=7 * (weeks - 1))
        other = newest.get((p.site, p.sku, p.day))
        if p.origin <= deadline and (other is None or p.origin > other.origin):
            newest[p.site, p.sku, p.day] = p
    return list(newest.values())


def demand_class(values: list[float]) -> str:
    sizes = [value for value in values if value > 0]
    mean = sum(sizes) / len(sizes)
    variation = sum((size - mean) ** 2 for size in sizes) / len(sizes) / mean**2
    rare = len(values) / len(sizes) >= 1.32
    return ("lumpy" if variation >= 0.49 else "intermittent") if rare else ("erratic" if variation >= 0.49 else "smooth")


def group(of: list[Pair], key: Callable[[Pair], Any]) -> dict[Any, list[Pair]]:
    groups: dict[Any, list[Pair]] = {}
    for p in of:
        groups.setdefault(key(p), []).append(p)
    return groups
