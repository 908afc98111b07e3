"""Write every data set of an operator with any number of SKUs, a block of SKUs at a time, so that the memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from contracts.paths import Zone, dataset_prefix
from local.sample.calendar import SITES, Days, Site, format_utc_offset
from local.sample.catalogue import Catalogue, make_catalogue
from local.sample.demand import SiteDemand, make_demand
from local.sample.history import make_history_rows
from local.sample.lake import masters
from local.sample.lake.deliveries import add_deliveries
from local.sample.lake.files import SampleWriter
from local.sample.orders import make_order_lines

BLOCK = 200
"""SKUs that are in memory at a time."""

ORDER_DAYS = 56
"""Days whose demand comes as orders; the days before come as demand_history."""


CAPACITY_DAYS_AHEAD = 42
"""Days after the last day with data of which the capacity is planned."""


@dataclass(frozen=True)
class LakeSample:
    """One file: its path, landing key and rows, and the number of rows that are quarantined or parked, by code."""

    path: Path
    key: str
    dataset: str
    rows: int
    codes: dict[str, int]
    truth_path: Path


@dataclass(frozen=True)
class OperatorSize:
    """SKUs and days of the operator, and the share of its rows that are invalid. `until` is the last day with data (default: yesterday).

    Raises ValueError for a size without rows, or a share outside 0..1.
    """

    skus: int
    days: int
    until: date = field(default_factory=lambda: datetime.now(tz=UTC).date() - timedelta(days=1))
    dirty: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        if self.skus < 1:
            raise ValueError(f"skus = {self.skus}: a sample needs at least 1")
        if self.days <= ORDER_DAYS:
            raise ValueError(f"days = {self.days}: a sample needs at least {ORDER_DAYS + 1}")
        if not 0 <= self.dirty < 1:
            raise ValueError(f"dirty = {self.dirty}: the share of invalid rows is from 0 to below 1, for instance 0.02")

    def list_days(self) -> Days:
        """Return the days, oldest first."""
        return np.datetime64(self.until, "D") - np.arange(self.days, dtype="timedelta64[D]")[::-1]


def write_lake(folder: Path, size: OperatorSize) -> tuple[LakeSample, ...]:
    """Write one file per data set into `folder`, and the truth about its invalid rows into `folder`/truth.

    The same size writes the same bytes. Master data is always valid, since the rows of other data sets refer to it.
    """
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = _Writers(folder, size, stack)
        _write_small(writers, size)
        for number, catalogue in enumerate(_blocks(size)):
            _write_block(writers, size, catalogue, number)
    return writers.samples()


class _Writers:
    """The file of every data set, opened when its first rows come."""

    def __init__(self, folder: Path, size: OperatorSize, stack: ExitStack) -> None:
        self._folder, self._size, self._stack = folder, size, stack
        self._by_dataset: dict[str, SampleWriter] = {}

    def write(self, dataset: str, rows: pd.DataFrame, *, is_master: bool = False) -> None:
        """Append rows; those of masters stay valid, since rows of other data sets refer to them."""
        if rows.empty:
            return
        if dataset not in self._by_dataset:
            rng = np.random.default_rng([self._size.seed, len(self._by_dataset), 1])
            path, truth = self._folder / f"{dataset}.csv.gz", self._folder / "truth" / f"{dataset}.csv"
            writer = SampleWriter(dataset, path, truth, rng, 0.0 if is_master else self._size.dirty)
            self._by_dataset[dataset] = self._stack.enter_context(writer)
        self._by_dataset[dataset].write(rows)

    def samples(self) -> tuple[LakeSample, ...]:
        """Return the files in the order in which they must be dropped: masters first."""
        return tuple(
            LakeSample(
                writer.path,
                f"{dataset_prefix(Zone.LANDING, name)}{writer.path.name}",
                name,
                writer.rows,
                dict(sorted(writer.codes.items())),
                writer.truth_path,
            )
            for name, writer in self._by_dataset.items()
        )


def _write_small(writers: _Writers, size: OperatorSize) -> None:
    days = size.list_days()
    first_day, rng = date.fromisoformat(str(days[0])), np.random.default_rng([size.seed, 0, 2])
    recent = days[-ORDER_DAYS:]
    writers.write("site_master", masters.site_rows(), is_master=True)
    writers.write("lane_master", masters.lane_rows(), is_master=True)
    writers.write("vehicle_types", masters.vehicle_rows(), is_master=True)
    writers.write("fx_rates", masters.exchange_rows(rng, days))
    writers.write("cost_rates", masters.rate_rows(first_day))
    writers.write("calendar_events", masters.event_rows(days))
    ahead = days[-1] + np.arange(1, CAPACITY_DAYS_AHEAD + 1)
    writers.write("capacity", masters.capacity_rows(np.concatenate([recent, ahead]), size.skus))
    for site in SITES:
        writers.write("shipments", masters.shipment_rows(rng, site, recent))


def _blocks(size: OperatorSize) -> Iterator[Catalogue]:
    """Yield the catalogue of each block, with the numbers of its SKUs after those of the blocks before."""
    for first in range(0, size.skus, BLOCK):
        count = min(BLOCK, size.skus - first)
        catalogue = make_catalogue(np.random.default_rng([size.seed, first, 3]), max(count, 7))
        names = np.array([f"SKU-{number:07d}" for number in range(first + 1, first + 1 + count)])
        order = np.random.default_rng([size.seed, first, 4]).permutation(len(catalogue))[:count]
        yield replace(
            catalogue, sku_ids=names, patterns=catalogue.patterns[order], base=catalogue.base[order], price=catalogue.price[order]
        )


def _write_block(writers: _Writers, size: OperatorSize, catalogue: Catalogue, number: int) -> None:
    days, rng = size.list_days(), np.random.default_rng([size.seed, number, 5])
    first_day = date.fromisoformat(str(days[0]))
    writers.write("sku_master", masters.sku_rows(catalogue, first_day), is_master=True)
    for site in SITES:
        demand = make_demand(rng, site, days, catalogue)
        writers.write("demand_history", make_history_rows(demand, catalogue, len(days) - ORDER_DAYS))
        lines = make_order_lines(rng, demand, catalogue, ORDER_DAYS)
        lines["order_id"] = lines["order_id"] + f"-{number}"
        lines = add_deliveries(np.random.default_rng([size.seed, number, SITES.index(site), 6]), lines, site, size.until)
        writers.write("orders", lines)
        writers.write("returns", _returns(rng, lines))
        writers.write("prices", _prices(catalogue, site, first_day))
        writers.write("inventory_snapshot", _stock(rng, demand, catalogue))
    writers.write("promotions", _promotions(rng, catalogue, days))


def _returns(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Return one returned unit of about one in a hundred delivered lines."""
    some = lines[(lines["status"] == "DELIVERED").to_numpy() & (rng.random(len(lines)) < 0.01)]
    return pd.DataFrame(
        {
            "return_id": "RT-" + some["order_id"],
            "line_no": some["line_no"],
            "order_id": some["order_id"],
            "sku_id": some["sku_id"],
            "site_id": some["ship_from_site_id"],
            "return_ts": some["order_ts"],
            "returned_qty": "1",
            "uom": "EA",
            "return_reason": "NOT_WANTED",
        }
    )


def _prices(catalogue: Catalogue, site: Site, first_day: date) -> pd.DataFrame:
    price = np.char.mod("%.2f", catalogue.price)
    columns = {
        "sku_id": catalogue.sku_ids,
        "site_id": site.site_id,
        "price": price,
        "currency": site.currency,
        "valid_from": str(first_day),
    }
    return pd.DataFrame(columns, dtype=object)


def _stock(rng: np.random.Generator, demand: SiteDemand, catalogue: Catalogue) -> pd.DataFrame:
    day = date.fromisoformat(str(demand.days[-1]))
    on_hand = np.round(demand.units[:, -28:].sum(axis=1) * rng.uniform(0.3, 1.2, len(catalogue))).astype(np.int64)
    return pd.DataFrame(
        {
            "site_id": demand.site.site_id,
            "sku_id": catalogue.sku_ids,
            "snapshot_ts": f"{day}T22:00:00{format_utc_offset(demand.site, day)}",
            "on_hand": on_hand.astype(str),
            "uom": "EA",
        },
        dtype=object,
    )


def _promotions(rng: np.random.Generator, catalogue: Catalogue, days: Days) -> pd.DataFrame:
    is_promoted = rng.random(len(catalogue)) < 0.1
    is_promoted[0] = True
    some = catalogue.sku_ids[is_promoted]
    starts = days[rng.integers(0, len(days), len(some))]
    return pd.DataFrame(
        {
            "promotion_id": [f"PR-{sku}" for sku in some.tolist()],
            "sku_id": some,
            "start_date": starts.astype(str),
            "end_date": (starts + np.timedelta64(13, "D")).astype(str),
            "discount_pct": "20",
            "known_at": np.char.add((starts - np.timedelta64(30, "D")).astype(str), "T00:00:00+00:00"),
        },
        dtype=object,
    )
