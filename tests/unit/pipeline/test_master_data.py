"""Master data from files to forecasts: parked rows and their return, units, and the business day at the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline import Pipeline, RunOutcome
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, WEEK, days, demand, write_csv

CASE = 12


def sku_master(*skus: str, **fields: str) -> list[dict[str, str]]:
    return [{"sku_id": sku, "uom": "EA"} | fields for sku in skus]


def site_master(*zones: tuple[str, str]) -> list[dict[str, str]]:
    return [{"site_id": site, "time_zone": zone, "country": "US"} for site, zone in zones]


def in_cases(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{**row, "quantity": "1", "uom": "CS"} for row in rows]


def alternating(sku: str = "SKU-1") -> list[dict[str, str]]:
    """Twelve pieces a day, on every other day written as one case."""
    rows = [{**row, "quantity": str(CASE)} for row in demand(sku)]
    return [row if number % 2 else in_cases([row])[0] for number, row in enumerate(rows)]


def codes(outcome: RunOutcome, dataset: str = "demand_history") -> dict[str, int]:
    counts: dict[str, int] = outcome.quality["datasets"][dataset]["codes"]
    return counts


@pytest.mark.slow
def test_without_a_master_nothing_is_parked(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "demand.csv", demand("A")))
    assert codes(pipeline.run(AS_OF)) == {}


def test_rows_of_an_unknown_sku_are_parked_and_take_part_when_the_master_has_it(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "demand.csv", [*demand("A"), *demand("B")]))
    pipeline.drop(write_csv(tmp_path / "skus.csv", sku_master("A")), "sku_master")
    first = pipeline.run(AS_OF)
    assert codes(first) == {"UNKNOWN_SKU": 120}
    assert first.quality["datasets"]["demand_history"]["objects"][0]["codes"] == {"UNKNOWN_SKU": 120}
    assert "sku_id 'B' is not in sku_master" in first.quality["datasets"]["demand_history"]["samples"][0]["reason"]
    assert [first.total("A"), first.total("B")] == pytest.approx([MONTH, 0], rel=0.02)
    pipeline.drop(write_csv(tmp_path / "more-skus.csv", sku_master("B")), "sku_master")
    second = pipeline.run(AS_OF)
    assert codes(second) == second.quality["datasets"]["demand_history"]["objects"][0]["codes"] == {}
    assert second.total("B") == pytest.approx(MONTH, rel=0.02)


@pytest.mark.slow
def test_an_unknown_site_is_parked_and_a_master_without_rows_parks_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "demand.csv", [*demand("A", "KNOWN"), *demand("A", "OTHER")]))
    pipeline.drop(write_csv(tmp_path / "sites.csv", site_master(("KNOWN", "America/New_York"))), "site_master")
    (tmp_path / "skus.csv").write_text("sku_id,uom\n")
    assert pipeline.drop(tmp_path / "skus.csv", "sku_master").status == "ACCEPTED"
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {"UNKNOWN_SITE": 120}
    assert outcome.quality["datasets"]["sku_master"]["rows_in"] == 0
    assert [outcome.total(site="KNOWN"), outcome.total(site="OTHER")] == pytest.approx([MONTH, 0], rel=0.02)


@pytest.mark.slow
def test_cases_convert_through_the_master_and_the_unit_goes_with_the_forecast(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "demand.csv", alternating()))
    pipeline.drop(write_csv(tmp_path / "skus.csv", sku_master("SKU-1", units_per_case=str(CASE))), "sku_master")
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {}
    assert {row["demand"] for row in outcome.demand} == {float(CASE)}
    assert outcome.total() == pytest.approx(28 * CASE, rel=0.01)
    assert {row["uom"] for row in outcome.forecasts} == {"EA"}


@pytest.mark.slow
def test_a_pallet_is_its_cases_and_a_unit_without_factor_is_set_aside(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    rows[0] |= {"quantity": "2", "uom": "PX"}
    rows[1] |= {"quantity": "2", "uom": "RO"}
    pipeline.drop(write_csv(tmp_path / "demand.csv", rows))
    pipeline.drop(write_csv(tmp_path / "skus.csv", sku_master("SKU-1", units_per_case="12", cases_per_pallet="40")), "sku_master")
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {"UNIT": 1}
    assert max(row["demand"] or 0 for row in outcome.demand) == 2 * 40 * 12
    assert "uom 'RO' does not convert into EA" in outcome.quality["datasets"]["demand_history"]["samples"][0]["reason"]


def test_without_a_master_several_units_of_one_sku_are_never_added(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "demand.csv", [*alternating("MIXED"), *demand("CLEAN"), *in_cases(demand("CASES"))]))
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {"UNIT": 120}
    assert [outcome.total("MIXED"), outcome.total("CLEAN")] == pytest.approx([0, MONTH], rel=0.02)
    assert outcome.total("CASES") == pytest.approx(28, rel=0.01)
    assert {(row["sku_id"], row["uom"]) for row in outcome.forecasts} == {("CLEAN", "EA"), ("CASES", "CS")}


@pytest.mark.slow
def test_units_of_two_data_sets_are_never_mixed(pipeline: Pipeline, tmp_path: Path) -> None:
    history = demand(count=120, last=AS_OF - timedelta(days=60))
    pipeline.drop(write_csv(tmp_path / "history.csv", history))
    pipeline.drop(write_csv(tmp_path / "orders.csv", [order(day, number, "CS") for number, day in enumerate(days(60))]))
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {"UNIT": 120}
    assert codes(outcome, "orders") == {"UNIT": 60}


@pytest.mark.slow
def test_one_wrong_unit_among_many_rows_costs_its_row_alone(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    rows[5]["uom"] = "CS"
    pipeline.drop(write_csv(tmp_path / "demand.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {"UNIT": 1}
    assert outcome.total() == pytest.approx(MONTH, rel=0.02)


@pytest.mark.slow
def test_weights_convert_by_definition(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [{**row, "uom": "KGM"} for row in demand()]
    rows[3] |= {"quantity": "9000", "uom": "GRM"}
    pipeline.drop(write_csv(tmp_path / "demand.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert codes(outcome) == {}
    assert outcome.demand[3]["demand"] == 9
    assert {row["uom"] for row in outcome.forecasts} == {"KGM"}


def order(day: date, number: int, uom: str = "EA", at: str = "T10:00:00+00:00") -> dict[str, str]:
    return {
        "order_id": f"SO-{number}",
        "line_no": "1",
        "customer_id": "C1",
        "sku_id": "SKU-1",
        "ship_from_site_id": "SITE-1",
        "ship_to_id": "GB-1",
        "order_ts": f"{day}{at}",
        "ordered_qty": str(WEEK[day.weekday()]),
        "uom": uom,
    }


def write_utc_orders(path: Path, local_days: Sequence[date], zone: str) -> Path:
    """Write one order a day, half an hour before midnight at the site, with the instants stored in UTC."""
    rows = [order(day, number) for number, day in enumerate(local_days)]
    instants = [datetime(day.year, day.month, day.day, 23, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in local_days]
    table = pa.Table.from_pylist(rows).drop_columns(["order_ts", "ordered_qty"])
    table = table.append_column("order_ts", pa.array(instants, pa.timestamp("us", tz="UTC")))
    table = table.append_column("ordered_qty", pa.array([float(row["ordered_qty"]) for row in rows]))
    pq.write_table(table, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Europe/London"])
def test_an_instant_in_utc_counts_on_the_day_of_the_site(pipeline: Pipeline, tmp_path: Path, zone: str) -> None:
    """The days include nights of 23 and 25 hours in two of the zones."""
    local_days = list(days(260))
    pipeline.drop(write_utc_orders(tmp_path / "orders.parquet", local_days, zone))
    pipeline.drop(write_csv(tmp_path / "sites.csv", site_master(("SITE-1", zone))), "site_master")
    outcome = pipeline.run(AS_OF)
    assert [(row["demand_date"], row["demand"]) for row in sorted(outcome.demand, key=lambda row: row["demand_date"])] == [
        (day, float(WEEK[day.weekday()])) for day in local_days
    ]


def test_without_a_site_master_utc_instants_are_warned_of_with_the_fix(pipeline: Pipeline, tmp_path: Path) -> None:
    record = pipeline.drop(write_utc_orders(tmp_path / "orders.parquet", list(days(30)), "America/New_York"))
    assert any("order_ts" in warning and "site_master" in warning for warning in record.warnings)


@pytest.mark.slow
def test_the_offset_in_the_file_counts_where_no_master_has_the_site(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [order(day, number, at="T23:30:00-05:00") for number, day in enumerate(days(60))]
    pipeline.drop(write_csv(tmp_path / "orders.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert {row["demand_date"]: row["demand"] for row in outcome.demand} == {day: WEEK[day.weekday()] for day in days(60)}
