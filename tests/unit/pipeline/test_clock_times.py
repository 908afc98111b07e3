"""Times without an offset from files to forecasts, in every format: read by the clock of their site, or parked until it is known."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline import Pipeline
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import WEEK, days, write_csv
from tests.unit.pipeline.test_master_data import codes, order, site_master
from tests.workbooks import DATE_AND_TIME, number, row, sheet, workbook

LATE = " 23:30"
ZONE = "America/New_York"
EXPECTED = {day: float(WEEK[day.weekday()]) for day in days(60)}


def orders() -> list[dict[str, str]]:
    """An order a day, half an hour before midnight by the clock of its site."""
    return [order(day, number, at=LATE) for number, day in enumerate(days(60))]


def write_csv_gz(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_bytes(gzip.compress(write_csv(path.with_suffix(".text"), rows).read_bytes()))


def write_jsonl(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def write_parquet(path: Path, rows: Sequence[dict[str, str]]) -> None:
    table = pa.Table.from_pylist(list(rows))
    times = pa.array([datetime.fromisoformat(row["order_ts"]) for row in rows], pa.timestamp("ns"))
    pq.write_table(table.set_column(table.column_names.index("order_ts"), "order_ts", times), path)


def write_xlsx(path: Path, rows: Sequence[dict[str, str]]) -> None:
    def cells(values: dict[str, str]) -> list[str]:
        time = datetime.fromisoformat(values["order_ts"]) - datetime.fromisoformat("1899-12-30")
        serial = number(f"{time.days + time.seconds / 86400:.10f}", DATE_AND_TIME)
        return [serial if name == "order_ts" else value for name, value in values.items()]

    path.write_bytes(workbook({"Orders": sheet(row(*rows[0]), *(row(*cells(each)) for each in rows))}))


WRITERS: dict[str, Callable[[Path, Sequence[dict[str, str]]], object]] = {
    "csv": write_csv,
    "csv.gz": write_csv_gz,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}


def demand_by_day(rows: Sequence[dict[str, object]]) -> dict[object, object]:
    return {row["demand_date"]: row["demand"] for row in rows}


@pytest.mark.parametrize("ending", WRITERS)
def test_times_without_an_offset_are_parked_until_the_zone_of_their_site_is_known_and_count_on_its_days(
    pipeline: Pipeline, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"orders.{ending}"
    WRITERS[ending](path, orders())
    record = pipeline.drop(path, "orders")
    assert record.row_check is not None
    assert (record.row_check.usable_rows, record.row_check.warnings) == (60, {"order_ts": {"LOCAL_TIME": 60}})
    first = pipeline.run(AS_OF)
    assert codes(first, "orders") == {"UNKNOWN_ZONE": 60}
    assert "upload site_master with its time_zone" in first.quality["datasets"]["orders"]["samples"][0]["reason"]
    pipeline.drop(write_csv(tmp_path / "sites.csv", site_master(("SITE-1", ZONE))), "site_master")
    second = pipeline.run(AS_OF)
    assert codes(second, "orders") == {}
    assert demand_by_day(second.demand) == EXPECTED


def test_a_mapping_supplies_the_zone(pipeline: Pipeline, tmp_path: Path) -> None:
    write_csv(tmp_path / "orders.csv", orders())
    (tmp_path / "orders.mapping.toml").write_text(f'dataset = "orders"\ntime_zone = "{ZONE}"\n')
    pipeline.drop(tmp_path / "orders.csv", "orders")
    outcome = pipeline.run(AS_OF)
    assert codes(outcome, "orders") == {}
    assert demand_by_day(outcome.demand) == EXPECTED


def test_the_hour_that_comes_twice_counts_once_and_the_one_that_never_comes_costs_its_row(pipeline: Pipeline, tmp_path: Path) -> None:
    back, forward = date(2026, 11, 1), date(2026, 3, 8)
    times = [(back, " 01:30"), (forward, " 02:30"), (back, " 00:30")]
    rows = [order(day, 100 + number, at=hour) for number, (day, hour) in enumerate(times)]
    pipeline.drop(write_csv(tmp_path / "orders.csv", [*rows, *orders()]), "orders")
    pipeline.drop(write_csv(tmp_path / "sites.csv", site_master(("SITE-1", ZONE))), "site_master")
    outcome = pipeline.run(AS_OF)
    assert codes(outcome, "orders") == {"TYPE": 1}
    (sample,) = outcome.quality["datasets"]["orders"]["samples"]
    assert sample["row"]["order_ts"] == f"{forward} 02:30"
    assert "leave out when they go forward" in sample["reason"]
    assert demand_by_day(outcome.demand)[back] == 3 * WEEK[back.weekday()]
