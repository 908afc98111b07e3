"""The figures of any group of points in exact fractions, from their definitions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

MONDAY = date(2026, 11, 2)


class Point(NamedTuple):
    """One forecast and its actual, in quarters of a unit, which floats hold exactly."""

    site: str
    sku: str
    day: date
    lead: int
    actual: Fraction
    forecast: Fraction
    lower: Fraction
    upper: Fraction

    @property
    def error(self) -> Fraction:
        return self.forecast - self.actual

    @property
    def monday(self) -> date:
        return self.day - timedelta(days=self.day.weekday())


def random_points(seed: int) -> list[Point]:
    """Three SKUs at two sites over twenty weeks, with zeros, negative corrections, days without points and two leads a day."""
    generator = np.random.default_rng(seed)
    points = []
    for site in ("S1", "S2"):
        for sku in ("A", "B", "C"):
            for offset in range(7 * 20):
                if generator.random() < 0.15 or offset // 7 == 6:
                    continue
                actual = Fraction(int(generator.integers(-2, 40)), 4) * int(generator.random() > 0.2)
                for lead in (1 + offset % 5, 8 + offset % 9):
                    middle = Fraction(int(generator.integers(0, 48)), 4)
                    lower, upper = middle - Fraction(int(generator.integers(0, 9)), 4), middle + Fraction(int(generator.integers(0, 9)), 4)
                    points.append(Point(site, sku, MONDAY + timedelta(days=offset), lead, actual, middle, lower, upper))
    return points


def frames_of(points: list[Point]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points as the two frames that the engine takes."""
    forecast = pd.DataFrame(
        {
            "site_id": [p.site for p in points],
            "sku_id": [p.sku for p in points],
            "forecast_date": [p.day for p in points],
            "horizon_days": [p.lead for p in points],
            "predicted_value": [float(p.forecast) for p in points],
            "confidence_lower": [float(p.lower) for p in points],
            "confidence_upper": [float(p.upper) for p in points],
        }
    )
    demand = {(p.site, p.sku, p.day): float(p.actual) for p in points}
    keys = pd.DataFrame(list(demand), columns=["site_id", "sku_id", "demand_date"])
    return forecast, keys.assign(actual_value=list(demand.values()))


def group(points: Iterable[Point], key: Callable[[Point], Hashable]) -> dict[Hashable, list[Point]]:
    groups: dict[Hashable, list[Point]] = {}
    for point in points:
        groups.setdefault(key(point), []).append(point)
    return groups


def divide(numerator: Fraction, denominator: Fraction) -> float | None:
    return float(numerator / denominator) if denominator else None


def total(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def wape(points: list[Point]) -> float | None:
    return divide(100 * total(abs(p.error) for p in points), total(abs(p.actual) for p in points))


def mape(points: list[Point]) -> float | None:
    shares = [abs(p.error) / abs(p.actual) for p in points if p.actual]
    return divide(100 * total(shares), Fraction(len(shares)))


def smape(points: list[Point]) -> float | None:
    shares = [2 * abs(p.error) / (abs(p.actual) + abs(p.forecast)) if p.actual or p.forecast else Fraction(0) for p in points]
    return divide(100 * total(shares), Fraction(len(shares)))


def bias_percent(points: list[Point]) -> float | None:
    return divide(100 * total(p.error for p in points), total(p.actual for p in points))


def mean_absolute_error(points: list[Point]) -> float | None:
    return divide(total(abs(p.error) for p in points), Fraction(len(points)))


def mean_squared_error(points: list[Point]) -> float | None:
    return divide(total(p.error**2 for p in points), Fraction(len(points)))


def coverage(points: list[Point]) -> float | None:
    return divide(Fraction(100 * sum(p.lower <= p.actual <= p.upper for p in points)), Fraction(len(points)))


def interval_score(points: list[Point], level: Fraction = Fraction(4, 5)) -> float | None:
    misses = [max(p.lower - p.actual, p.actual - p.upper, Fraction(0)) for p in points]
    scores = [p.upper - p.lower + 2 / (1 - level) * miss for p, miss in zip(points, misses, strict=True)]
    return divide(total(scores), Fraction(len(scores)))


def weighted_quantile_loss(points: list[Point], tau: Fraction, quantile: Callable[[Point], Fraction]) -> float | None:
    losses = [max(tau * (p.actual - quantile(p)), (1 - tau) * (quantile(p) - p.actual)) for p in points]
    return divide(2 * total(losses), total(abs(p.actual) for p in points))
