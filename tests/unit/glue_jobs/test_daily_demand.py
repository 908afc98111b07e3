"""Daily demand and its features, compared with plain loops over a random panel."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.glue_jobs.conftest import Engine

AS_OF = date(2026, 11, 22)
FIRST = AS_OF - timedelta(days=89)
SERIES = [("LDS1", "A"), ("LDS1", "B"), ("RTM1", "A"), ("RTM1", "late")]
STATUSES = (None, "OPEN", "SHIPPED", "DELIVERED", "CANCELLED_CUSTOMER", "CANCELLED_US")
FEATURES = ("lag_1", "lag_7", "lag_28", "mean_7", "mean_28")
ORDERS = pa.schema(
    [
        *((name, pa.string()) for name in ("order_id", "line_no", "ship_from_site_id", "sku_id", "status")),
        ("business_day", pa.date32()),
        ("ordered_qty", pa.decimal128(14, 3)),
    ]
)
HISTORY = pa.schema(
    [
        *((name, pa.string()) for name in ("site_id", "sku_id")),
        ("business_day", pa.date32()),
        ("quantity", pa.decimal128(14, 3)),
        ("stockout_flag", pa.bool_()),
    ]
)
Row = dict[str, Any]
Key = tuple[str, str, date]


def panel(seed: int = 1) -> tuple[list[Row], list[Row]]:
    """Order lines and reported days with gaps, days of both kinds, fractions, and days after AS_OF."""
    rng = random.Random(seed)
    days = [(site, sku, FIRST + timedelta(days=n)) for site, sku in SERIES for n in range(93) if sku != "late" or n > 91]
    orders = [
        {"ship_from_site_id": site, "sku_id": sku, "business_day": day, "ordered_qty": quantity(rng), "status": rng.choice(STATUSES)}
        for site, sku, day in days
        for _ in range(rng.choice((0, 0, 1, 3)))
    ]
    orders = [{"order_id": "SO-1", "line_no": str(number), **row} for number, row in enumerate(orders)]
    history = [
        {"site_id": site, "sku_id": sku, "business_day": day, "quantity": quantity(rng), "stockout_flag": rng.choice((None, True, False))}
        for site, sku, day in days
        if rng.random() < 0.4
    ]
    return orders, history


def quantity(rng: random.Random) -> Decimal:
    return Decimal(rng.randrange(0, 9000)) / 1000


def plain_demand(orders: list[Row], history: list[Row]) -> dict[Key, tuple[float, bool, str]]:
    """(demand, stockout, source) of every day of every series, one row after the other."""
    units_ordered: dict[Key, Decimal] = defaultdict(Decimal)
    for row in orders:
        if row["status"] not in ("CANCELLED_CUSTOMER", "CANCELLED_US"):
            units_ordered[row["ship_from_site_id"], row["sku_id"], row["business_day"]] += row["ordered_qty"]
    demand = {key: (float(units), False, "orders") for key, units in units_ordered.items()}
    demand |= {
        (row["site_id"], row["sku_id"], row["business_day"]): (float(row["quantity"]), bool(row["stockout_flag"]), "demand_history")
        for row in history
    }
    starts: dict[tuple[str, str], date] = {}
    for site, sku, day in sorted(demand, reverse=True):
        starts[site, sku] = day
    days = ((site, sku, start + timedelta(days=n)) for (site, sku), start in starts.items() for n in range((AS_OF - start).days + 1))
    return {key: demand.get(key, (0.0, False, "gap")) for key in days}


@pytest.fixture(scope="module")
def demand(engine: Engine) -> list[Row]:
    from glue_jobs.transforms import daily_demand as transforms

    orders, history = (engine.frame(pa.Table.from_pylist(rows, schema)) for rows, schema in zip(panel(), (ORDERS, HISTORY), strict=True))
    parts = transforms.from_orders(orders).unionByName(transforms.from_history(history))
    return engine.rows(transforms.daily_demand(parts, AS_OF))


def test_demand_is_that_of_a_plain_loop_over_orders_and_reported_days(demand: list[Row]) -> None:
    by_day = {(row["site_id"], row["sku_id"], row["demand_date"]): (row["demand"], row["stockout"], row["source"]) for row in demand}
    assert by_day == plain_demand(*panel())
    assert len(demand) == len(by_day)
    assert {source for _, _, source in by_day.values()} == {"demand_history", "orders", "gap"}


def test_no_day_is_later_than_the_day_the_model_may_see(demand: list[Row]) -> None:
    assert max(row["business_day"] for row in panel()[0]) > AS_OF
    assert max(row["demand_date"] for row in demand) == AS_OF
    assert "late" not in {row["sku_id"] for row in demand}


def history(series: str, values: dict[date, float]) -> list[Row]:
    return [
        {"site_id": series, "sku_id": "A", "demand_date": day, "demand": units, "stockout": False, "source": "orders"}
        for day, units in values.items()
    ]


def some_days(count: int, start: date) -> dict[date, float]:
    rng = random.Random(start.toordinal())
    return {start + timedelta(days=n): float(quantity(rng)) for n in range(count)}


UNTOUCHED = some_days(70, FIRST)
CHANGED = sorted(UNTOUCHED)[::6]
LONG = some_days(2300, date(2015, 12, 20))
"""Six turns of the year, two of them leap years, one with 53 weeks."""


@pytest.fixture(scope="module")
def features(engine: Engine) -> dict[str, dict[date, Row]]:
    """The features of the days of each site: one untouched, one for each changed day, and a long one; by site and day."""
    from glue_jobs.transforms.daily_demand import with_features

    rows = history("untouched", UNTOUCHED) + history("long", LONG)
    rows += [row for day in CHANGED for row in history(str(day), UNTOUCHED | {day: 1e6})]
    by_site: dict[str, dict[date, Row]] = defaultdict(dict)
    for row in engine.rows(with_features(engine.frame(pa.Table.from_pylist(random.Random(1).sample(rows, len(rows)))))):
        by_site[row["site_id"]][row["demand_date"]] = row
    return by_site


@pytest.mark.parametrize(("site", "values"), [("untouched", UNTOUCHED), ("long", LONG)])
def test_lags_and_means_are_those_of_a_plain_loop_over_the_days_before(
    features: dict[str, dict[date, Row]], site: str, values: dict[date, float]
) -> None:
    units = list(values.values())
    assert list(values) == sorted(features[site])
    for n, day in enumerate(values):
        row = features[site][day]
        assert [row[f"lag_{back}"] for back in (1, 7, 28)] == [units[n - back] if n >= back else None for back in (1, 7, 28)]
        for span in (7, 28):
            before = units[max(0, n - span) : n]
            assert row[f"mean_{span}"] == (pytest.approx(sum(before) / len(before), rel=1e-12) if before else None)


@pytest.mark.parametrize("day", CHANGED, ids=str)
def test_no_feature_of_a_day_depends_on_the_demand_of_that_day_or_a_later_one(features: dict[str, dict[date, Row]], day: date) -> None:
    differs = {
        other for other, row in features[str(day)].items() if any(row[name] != features["untouched"][other][name] for name in FEATURES)
    }
    assert all(other > day for other in differs)
    assert day + timedelta(days=1) in differs or day == max(UNTOUCHED)


def test_calendar_features_are_those_of_the_iso_calendar(features: dict[str, dict[date, Row]]) -> None:
    for day, row in features["long"].items():
        _, week, weekday = day.isocalendar()
        assert (row["dow"], row["iso_week"], row["month"], row["is_weekend"]) == (weekday, week, day.month, weekday > 5)
