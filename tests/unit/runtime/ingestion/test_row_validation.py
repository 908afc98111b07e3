"""The rows of an object are validated when it arrives, by the rules of the run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts import datasets
from contracts.quality_codes import QuarantineCode
from runtime.adapters.lake.duckdb_row_validator import DuckDbRowValidator
from runtime.models.domain.objects import ObjectStatus, ReasonCode
from runtime.models.domain.row_checks import BadRow, RowCheck, SiteDays, parse_row_check
from tests.unit.glue_jobs import hostile
from tests.unit.glue_jobs.rows import GOOD, stage, write
from tests.unit.runtime.ingestion.conftest import World, history, line

TODAY = date(2026, 11, 22)


def check_of(world: World, *lines: str) -> RowCheck:
    check = world.receive("a.csv", history(*lines)).row_check
    assert check is not None
    return check


def test_usable_rows_codes_and_days_per_site_are_on_the_record(world: World) -> None:
    record = world.receive(
        "a.csv",
        history(
            line(site_id="North", demand_date="2026-11-01"),
            line(site_id="North", demand_date="2026-11-05"),
            line(site_id="North", demand_date="2026-11-09", quantity="many"),
            line(site_id="South", demand_date="2026-11-03"),
            line(quantity="-1"),
            "too,few\n",
        ),
    )
    check = record.row_check
    assert check is not None
    assert (record.status, check.usable_rows, check.quarantined_rows) == (ObjectStatus.ACCEPTED, 3, 3)
    assert check.codes == {"RANGE": 1, "TYPE": 1, "UNREADABLE": 1}
    assert check.sites == (
        SiteDays("North", 2, date(2026, 11, 1), date(2026, 11, 5)),
        SiteDays("South", 1, date(2026, 11, 3), date(2026, 11, 3)),
    )
    assert record.last_date == date(2026, 11, 5), "the day of a row that is set aside is no day with data"


def test_the_first_bad_row_is_the_first_of_the_file_with_its_values_and_how_it_should_read(world: World) -> None:
    bad_row = check_of(world, line(), line(demand_date="23/10/2026"), line(quantity="-1")).first_bad_row
    values = {"site_id": "S1", "sku_id": "A", "demand_date": "23/10/2026", "quantity": "5", "uom": "EA"}
    assert bad_row is not None
    assert (bad_row.line, bad_row.code, bad_row.values) == (3, "TYPE", values)
    assert bad_row.suggested_values == values | {"demand_date": "2026-10-23"}


def test_a_file_without_a_usable_row_is_rejected_and_its_sender_reads_how_a_row_should_read(world: World) -> None:
    record = world.receive("a.csv", history(*(line(demand_date=f"{day}/10/2026") for day in range(13, 22))))
    assert (record.status, record.reason_code, record.rows) == (ObjectStatus.REJECTED, ReasonCode.NO_USABLE_ROWS, 9)
    assert record.reason is not None
    assert record.reason.startswith("none of its 9 rows is usable (9 TYPE); line 2: demand_date '13/10/2026' is not a")
    assert record.reason.endswith("it should read demand_date '2026-10-13'")
    assert world.staged_keys() == []


def test_a_file_with_a_header_alone_is_accepted(world: World) -> None:
    record = world.receive("a.csv", history())
    assert (record.status, record.row_check and record.row_check.usable_rows) == (ObjectStatus.ACCEPTED, 0)


@pytest.mark.parametrize("dataset", ["demand_history", "orders", "sku_master"])
def test_the_verdicts_are_those_of_the_transform_whatever_a_field_holds(dataset: str, tmp_path: Path) -> None:
    contract = datasets.load(dataset)
    rows = [{**GOOD[dataset], column.name: text} for column in contract.columns for text in hostile.TEXTS]
    staging_file = tmp_path / "staged.parquet"
    write(stage(contract, rows), staging_file)
    outcome = DuckDbRowValidator().check(staging_file, contract, TODAY, len(rows))
    # Only now: the validator provides pyspark.
    from pyspark.sql import SparkSession

    from glue_jobs.transforms.validation import add_verdict

    verdicts = add_verdict(SparkSession.builder.getOrCreate().read.parquet(str(staging_file)), contract, TODAY)
    expected = {row["source_line"]: (row["code"], row["reason"]) for row in verdicts.select("source_line", "code", "reason").collect()}
    bad_rows = {bad_row.line: (bad_row.code, bad_row.reason) for bad_row in outcome.bad_rows}
    assert {place: verdict for place, verdict in expected.items() if verdict[0]} == bad_rows
    assert outcome.check.usable_rows == len(rows) - len(bad_rows)
    assert set(outcome.check.codes) <= set(QuarantineCode)
    assert bad_rows


@pytest.mark.parametrize("dataset", datasets.list_names())
def test_the_example_of_every_data_set_is_usable(dataset: str, tmp_path: Path) -> None:
    contract = datasets.load(dataset)
    staging_file = tmp_path / "staged.parquet"
    write(stage(contract, [GOOD[dataset]]), staging_file)
    check = DuckDbRowValidator().check(staging_file, contract, TODAY, 1).check
    assert (check.usable_rows, check.codes) == (1, {})


def test_a_check_survives_its_document() -> None:
    bad_row = BadRow(2, "TYPE", "no date", {"site_id": "S1"}, None)
    day = date(2026, 11, 1)
    check = RowCheck(3, {"TYPE": 1}, {"price": {"OPTIONAL_TYPE": 2}}, bad_row, (SiteDays("S1", 3, day, day),), 1, day, day)
    assert parse_row_check(check.to_document()) == check
