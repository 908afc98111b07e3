"""A small operation in the lake: the accepted rows of a run, typed as the cleansing job writes them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pandas as pd
from typing_extensions import override

from contracts import datasets
from contracts.paths import logistics_report_key, quality_key
from contracts.tables import Type, curated_table
from runtime.adapters.lake.lake_curated_rows import LakeCuratedRows
from runtime.models.domain.kpis import Basis, KpiMetric, RunAccuracy
from runtime.models.domain.runs import ForecastRun
from runtime.services.logistics.cost_baseline import CostBaseline
from runtime.services.logistics.input_rows import InputReading
from runtime.services.logistics.logistics_calculation import LogisticsCalculation, LogisticsResult
from runtime.services.read_ports import AccuracyReads
from tests.fakes import InMemoryFrames, InMemoryKpis, InMemoryLake, InMemoryRuns
from tests.fakes.examples import a_run

AS_OF = date(2026, 11, 27)
"""A Friday."""
ZONE = "+00:00"
Row = dict[str, Any]


class NoAccuracy(AccuracyReads):
    """No run was compared with anything."""

    @override
    def latest(self, run_id: UUID) -> RunAccuracy | None:
        return None

    @override
    def find_newest_run(self, basis: Basis) -> UUID | None:
        return None


@dataclass
class Operation:
    """The rows of one run by data set; `measure` puts them into the lake and measures the run."""

    folder: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    quality: Row = field(default_factory=dict)
    forecast: pd.DataFrame | None = None
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    kpis: InMemoryKpis = field(default_factory=InMemoryKpis)
    cost_baseline: CostBaseline | None = None
    run: ForecastRun = field(default_factory=lambda: replace(a_run(), as_of_date=AS_OF))

    def add(self, dataset: str, *rows: Row) -> None:
        self.rows.setdefault(dataset, []).extend(rows)

    def measure(self) -> LogisticsResult:
        for dataset, rows in self.rows.items():
            put_rows(self.lake, self.folder, self.run.id, dataset, rows)
        feeds = [{"dataset": "orders", "site_id": site, "last_complete_day": str(AS_OF)} for site in ("LDS1", "RTM1")]
        self.lake.write_json(quality_key(self.run.id), {"datasets": {}, "feeds": feeds} | self.quality)
        runs, frames = InMemoryRuns(), InMemoryFrames()
        runs.start(self.run)
        if self.forecast is not None:
            frames.forecasts[self.run.id] = self.forecast
        calculation = LogisticsCalculation(
            runs=runs,
            inputs=InputReading(LakeCuratedRows(self.lake), self.lake),
            frames=frames,
            accuracies=NoAccuracy(),
            lake=self.lake,
            kpis=self.kpis,
            cost_baseline=self.cost_baseline,
        )
        return calculation.calculate(self.run.id)

    def document(self, name: str = "efficiency") -> Row:
        document: Row = self.lake.read_json(logistics_report_key(self.run.id, name))
        return document

    def scope(self, level: str = "total", **names: str) -> Row:
        scopes: list[Row] = self.document()["scopes"]
        [scope] = [each for each in scopes if each["level"] == level and all(each[key] == value for key, value in names.items())]
        return scope

    def value(self, name: str, **dimensions: str) -> KpiMetric:
        [metric] = [
            metric
            for metric in self.kpis.metrics.values()
            if metric.name == name and dict(metric.dimensions) == {"level": "total"} | dimensions
        ]
        return metric


def put_rows(lake: InMemoryLake, folder: Path, run_id: UUID, dataset: str, rows: list[Row]) -> None:
    """Write curated rows; what a row does not state is null, and its business day is the date of its business column."""
    contract = datasets.load(dataset)
    table = curated_table(contract)
    types = {column.name: "timestamptz" if column.type is Type.TIMESTAMP else column.type.duckdb for column in table.columns}
    path = folder / f"{dataset}.parquet"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create table rows ({', '.join(f'{name} {sql_type}' for name, sql_type in types.items())})")
        for row in rows:
            day = str(row[contract.business_date])[:10] if contract.business_date else None
            values = {"business_day": day} | row
            connection.execute("insert into rows values (" + ", ".join("?" for _ in types) + ")", [values.get(name) for name in types])
        connection.table("rows").write_parquet(str(path))
    lake.upload(path, f"{table.run_prefix(run_id)}part-0.parquet")


def at(day: date, clock: str = "10:00") -> str:
    return f"{day}T{clock}:00{ZONE}"


def line(number: int, **values: Any) -> Row:
    """A line that was ordered two days before it was due, and arrived in full and in time."""
    due = values.pop("due", AS_OF - timedelta(days=3))
    return {
        "order_id": f"O{number}",
        "line_no": "1",
        "sku_id": "SKU-1",
        "ship_from_site_id": "LDS1",
        "ship_to_id": "GB-007",
        "order_ts": at(due - timedelta(days=2)),
        "ordered_qty": 10,
        "shipped_qty": 10,
        "uom": "EA",
        "requested_date": due,
        "delivered_ts": at(due),
        "status": "DELIVERED",
    } | values


def shipment(number: int, **values: Any) -> Row:
    """A shipment in a van, half full, that stayed an hour and a half."""
    day = values.pop("day", AS_OF - timedelta(days=3))
    return {
        "shipment_id": f"S{number}",
        "lane_id": "LDS1-GB-007",
        "origin_site_id": "LDS1",
        "destination_id": "GB-007",
        "vehicle_type": "VAN",
        "planned_departure_ts": at(day, "12:00"),
        "gate_in_ts": at(day, "10:00"),
        "gate_out_ts": at(day, "11:30"),
        "gross_kg": 500,
        "distance_km": 100,
    } | values


VAN: Row = {"vehicle_type": "VAN", "payload_kg": 1000, "cost_fixed": 50, "cost_km": 1, "currency": "EUR"}
LDS1: Row = {"site_id": "LDS1", "time_zone": "Europe/London", "open_days": "12345"}
LANE: Row = {"lane_id": "LDS1-GB-007", "origin_id": "LDS1", "destination_id": "GB-007"}


def forecast(values: list[float], **columns: Any) -> pd.DataFrame:
    """One SKU at LDS1 from the day after the as-of date on."""
    days = [AS_OF + timedelta(days=number) for number in range(1, len(values) + 1)]
    frame = pd.DataFrame({"site_id": "LDS1", "sku_id": "SKU-1", "forecast_date": days, "predicted_value": values, "interval_level": 0.8})
    bounds = {"confidence_lower": frame["predicted_value"] * 0.8, "confidence_upper": frame["predicted_value"] * 1.2}
    return frame.assign(**bounds).assign(**columns)


def capacity(resource: str, days: int = 3, **values: Any) -> list[Row]:
    """A resource of LDS1 on the days after the as-of date."""
    row = {"site_id": "LDS1", "resource": resource, "rated": 100, "availability": 1, "unit": "units per day"} | values
    return [row | {"valid_date": AS_OF + timedelta(days=number)} for number in range(1, days + 1)]
