"""What a run knows about its operation: the rows of its data sets in the window of each site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pandas as pd

from contracts.paths import quality_key
from contracts.quality_codes import WarningCode
from runtime.errors import NotFound
from runtime.models.domain.runs import ForecastRun
from runtime.services.logistics.curated_rows import CuratedRows, DayRange
from runtime.services.logistics.order_lines import DUE_COLUMNS
from runtime.services.logistics.windows import LONGEST_DAYS, SiteWindow, find_windows, select_window
from runtime.services.object_ports import Lake

MASTERS = ("site_master", "sku_master", "lane_master", "vehicle_types", "calendar_events", "cost_rates", "fx_rates")
WITHOUT_VALUE = frozenset(
    {WarningCode.OPTIONAL_TYPE, WarningCode.OPTIONAL_AMBIGUOUS, WarningCode.OPTIONAL_CODE, WarningCode.OPTIONAL_RANGE}
)
STOCK_DAYS = 30
"""A snapshot of the stock older than this says nothing about the storage of today."""


@dataclass(frozen=True)
class DatasetCounts:
    """Rows of one data set: those that are measured, and those of the run that are in quarantine and take no part."""

    dataset: str
    measured: int
    quarantined: int


@dataclass(frozen=True)
class UnreadableValues:
    """Rows of the run that are used without the value of an optional column, because it could not be read or cannot be meant."""

    dataset: str
    column: str
    rows: int


@dataclass(frozen=True)
class InputRows:
    """Frames by data set, and the window of each site. Without any order line or shipment there is no window."""

    frames: Mapping[str, pd.DataFrame]
    windows: Mapping[str, SiteWindow]
    counts: tuple[DatasetCounts, ...]
    unreadable: tuple[UnreadableValues, ...] = ()

    def has_unreadable(self, dataset: str, column: str) -> bool:
        """Return whether a blank of this column may stand for a value that could not be read."""
        return any((values.dataset, values.column) == (dataset, column) for values in self.unreadable)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day of all windows."""
        if not self.windows:
            return None
        return min(window.start for window in self.windows.values()), max(window.end for window in self.windows.values())


@dataclass(frozen=True)
class InputReading:
    """Read the rows that a run accepted."""

    rows: CuratedRows
    lake: Lake

    def read(self, run: ForecastRun) -> InputRows:
        """Return the rows of every data set that the logistics report needs; a data set without rows is an empty frame."""
        frames = {name: self.rows.read(run.id, name) for name in MASTERS}
        quality = self._read_quality(run.id)
        windows = find_windows(self._find_last_days(run, quality), frames["site_master"], frames["calendar_events"])
        if windows:
            first = min(window.start for window in windows.values())
            orders = self.rows.read(run.id, "orders", DayRange(DUE_COLUMNS, first, run.as_of_date))
            shipments = self.rows.read(run.id, "shipments", DayRange(("business_day",), first, run.as_of_date))
            frames["orders"] = select_window(orders, "ship_from_site_id", windows)
            frames["shipments"] = select_window(shipments, "origin_site_id", windows)
        else:
            frames |= {"orders": pd.DataFrame(), "shipments": pd.DataFrame()}
        recent = run.as_of_date - timedelta(days=STOCK_DAYS)
        horizon_end = run.as_of_date + timedelta(days=run.horizon_days)
        frames["capacity"] = self.rows.read(run.id, "capacity", DayRange(("valid_date",), recent, horizon_end))
        snapshots = DayRange(("business_day",), recent, run.as_of_date + timedelta(days=1))
        frames["inventory_snapshot"] = self.rows.read(run.id, "inventory_snapshot", snapshots)
        counts = tuple(DatasetCounts(name, len(frame), _count_quarantined(quality, name)) for name, frame in sorted(frames.items()))
        return InputRows(frames, windows, counts, tuple(_list_unreadable(quality)))

    def _find_last_days(self, run: ForecastRun, quality: Mapping[str, object]) -> dict[str, date]:
        """Return the last day of each site of which its data is complete: as the feed of its orders says, else its newest row."""
        last_days: dict[str, date] = {}
        earliest = run.as_of_date - timedelta(days=LONGEST_DAYS)
        for dataset in ("orders", "shipments"):
            for site, day in self.rows.find_last_days(run.id, dataset, run.as_of_date).items():
                last_days[site] = max(day, last_days.get(site, day))
        feeds = quality.get("feeds")
        for feed in feeds if isinstance(feeds, list) else []:
            if feed["dataset"] == "orders" and feed["site_id"] in last_days and feed["last_complete_day"]:
                last_days[feed["site_id"]] = min(date.fromisoformat(feed["last_complete_day"]), run.as_of_date)
        return {site: day for site, day in last_days.items() if day >= earliest}

    def _read_quality(self, run_id: UUID) -> Mapping[str, object]:
        try:
            document: Mapping[str, object] = self.lake.read_json(quality_key(run_id))
        except NotFound:
            return {}
        return document


def _list_unreadable(quality: Mapping[str, object]) -> Iterator[UnreadableValues]:
    datasets = quality.get("datasets")
    for name, document in sorted(datasets.items()) if isinstance(datasets, dict) else ():
        rows: dict[str, int] = {}
        for warning in document.get("warning_samples", ()):
            if warning["code"] in WITHOUT_VALUE and warning["column"]:
                rows[warning["column"]] = rows.get(warning["column"], 0) + warning["rows"]
        yield from (UnreadableValues(name, column, count) for column, count in sorted(rows.items()))


def _count_quarantined(quality: Mapping[str, object], dataset: str) -> int:
    datasets = quality.get("datasets")
    counts = datasets.get(dataset, {}) if isinstance(datasets, dict) else {}
    return int(counts.get("quarantined", 0))
