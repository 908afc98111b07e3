"""The fictitious operator: the same seed gives the same files, and the pipeline's result is the expected one."""

import csv
import gzip
import io
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation, decide_reading
from cli.mapping.sample_readers import read_sample
from contracts import datasets
from local.sample import SampleFile, SampleFiles, write_files
from local.sample.calendar import SITES, list_days
from local.sample.catalogue import Pattern, make_catalogue
from local.sample.demand import make_demand
from local.sample.operator import ORDER_DAYS
from local.sample.orders import make_order_lines
from runtime.models.domain.objects import IngestedObject, LandedObject
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects
from tests.fakes.ingestion import make_ingestion

UNTIL = date(2026, 11, 21)
SCALE = 0.04


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return write_files(tmp_path_factory.mktemp("sample"), until=UNTIL, scale=SCALE)


@pytest.fixture(scope="module")
def records(sample: SampleFiles) -> dict[str, IngestedObject]:
    """The record that ingestion makes of every file, one after the other."""
    lake = InMemoryLake()
    ingestion = make_ingestion(lake, InMemoryObjects(), FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))
    for file in sample.files:
        lake.put(file.key, file.path.read_bytes(), "v1")
    return {file.key: ingestion.receive(LandedObject(lake.bucket, file.key, "v1", file.path.stat().st_size)) for file in sample.files}


def accepted_files(sample: SampleFiles) -> list[SampleFile]:
    return [file for file in sample.files if file.status == "ACCEPTED"]


def read_rows(file: SampleFile) -> list[dict[str, str]]:
    """The rows with as many fields as the header, without those that are unreadable for another reason."""
    return read_csv(file.path)


@cache
def read_csv(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.name.endswith(".gz") else raw).decode()
    lines = [line for line in text.splitlines() if "a quote" not in line and "\0" not in line and len(line) < 10_000]
    header, *rows = csv.reader(io.StringIO("\n".join(lines)))
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]


def test_every_file_gets_the_status_it_was_made_for(sample: SampleFiles, records: dict[str, IngestedObject]) -> None:
    expected = {file.key: (file.status, file.reason_code, file.rows) for file in sample.files}
    assert {key: (one.status, one.reason_code, one.rows) for key, one in records.items()} == expected
    unreadable = {file.key: file.codes["UNREADABLE"] for file in accepted_files(sample)}
    assert {file.key: records[file.key].unreadable_rows for file in accepted_files(sample)} == unreadable


def test_the_sample_has_every_reason_of_rejection_but_size(sample: SampleFiles) -> None:
    assert {file.reason_code for file in sample.files} - {None} == {
        "UNKNOWN_DATASET",
        "UNSUPPORTED_FORMAT",
        "EMPTY",
        "ENCODING",
        "UNREADABLE",
        "MISSING_COLUMNS",
    }


def test_the_sample_has_every_quarantine_code_and_duplicates_below_the_gates_limit(sample: SampleFiles) -> None:
    expected = sample.expected_report()["datasets"]
    codes = {"UNREADABLE", "TYPE", "AMBIGUOUS", "NULL_REQUIRED", "RANGE", "CODE", "DATE_PAST", "DATE_FUTURE"}
    assert set(expected["demand_history"]["codes"]) == codes
    assert set(expected["orders"]["codes"]) == codes | {"CONSISTENCY"}
    for counts in expected.values():
        assert counts["rows_in"] == counts["curated"] + counts["quarantined"] + counts["duplicates"]
        assert counts["duplicates"] > 0
        assert counts["quarantined"] < 0.05 * counts["rows_in"]


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(sample: SampleFiles, tmp_path: Path) -> None:
    again = write_files(tmp_path / "again", until=UNTIL, scale=SCALE)
    other = write_files(tmp_path / "other", seed=8, until=UNTIL, scale=SCALE)
    assert [file.path.read_bytes() for file in again.files] == [file.path.read_bytes() for file in sample.files]
    assert other.files[0].path.read_bytes() != sample.files[0].path.read_bytes()


def test_every_column_written_is_one_of_the_contract(sample: SampleFiles) -> None:
    for file in accepted_files(sample):
        columns = {column.name for column in datasets.load(file.dataset or "").columns}
        assert set(read_rows(file)[0]) <= columns


def test_repeated_keys_are_exactly_the_duplicates_that_are_counted(sample: SampleFiles) -> None:
    for dataset, counts in sample.expected_report()["datasets"].items():
        contract = datasets.load(dataset)
        keys = Counter(
            tuple(row[name] for name in contract.key)
            for file in accepted_files(sample)
            if file.dataset == dataset
            for row in valid_rows(file)
        )
        assert sum(times - 1 for times in keys.values()) == counts["duplicates"]


def valid_rows(file: SampleFile) -> list[dict[str, str]]:
    """Readable rows without a fault, by rules written independently of the faults."""
    quantity, day = ("quantity", "demand_date") if file.dataset == "demand_history" else ("ordered_qty", "order_ts")
    return [
        row
        for row in read_rows(file)
        if row[quantity].isdigit()
        and row[day].startswith(("2024", "2025", "2026"))
        and row[day][:10] <= str(UNTIL)
        and "/" not in row[day]
        and row[day] not in ("2025-02-30", "2025-11-03 10:00")
        and row["sku_id"].startswith("SKU-")
        and row.get("order_id", "x")
        and row["uom"] == "EA"
        and len(row[quantity]) < 11
        and row.get("stockout_flag", "true") in ("true", "false")
        and row.get("status") != "LOST"
        and row.get("currency", "GBP") in ("GBP", "EUR")
        and row.get("unit_price", "1") != "£5"
        and row.get("shipped_qty") != "99999"
    ]


def test_history_ends_where_the_orders_begin(sample: SampleFiles) -> None:
    days: dict[str, set[str]] = defaultdict(set)
    for file in accepted_files(sample):
        days[file.dataset or ""] |= {(row.get("demand_date") or row["order_ts"])[:10] for row in valid_rows(file)}
    assert max(days["demand_history"]) < str(np.datetime64(UNTIL) - np.timedelta64(ORDER_DAYS - 1, "D")) <= min(days["orders"])
    assert max(days["orders"]) == str(UNTIL), "a Saturday, on which Leeds works"


def test_order_lines_add_up_to_the_demand_of_the_day() -> None:
    rng = np.random.default_rng(3)
    catalogue = make_catalogue(rng, 40)
    demand = make_demand(rng, SITES[0], list_days(UNTIL), catalogue)
    lines = make_order_lines(rng, demand, catalogue, ORDER_DAYS)
    lines = lines[lines["status"] != "CANCELLED_CUSTOMER"]
    ordered_units = (
        lines.assign(day=lines["order_ts"].str[:10], units=lines["ordered_qty"].astype(int)).groupby(["sku_id", "day"])["units"].sum()
    )
    units = demand.units[:, -ORDER_DAYS:]
    sku, day = np.nonzero(units)
    expected = {(catalogue.sku_ids[k], str(demand.days[-ORDER_DAYS:][t])): units[k, t] for k, t in zip(sku, day, strict=True)}
    assert ordered_units.to_dict() == expected


def test_demand_has_the_patterns_it_is_named_after() -> None:
    rng = np.random.default_rng(3)
    catalogue = make_catalogue(rng, 300)
    demand = make_demand(rng, SITES[0], list_days(UNTIL), catalogue)
    share = (demand.units > 0).mean(axis=1)
    assert share[catalogue.mask(Pattern.SMOOTH)].mean() > 0.6
    assert share[catalogue.mask(Pattern.INTERMITTENT)].mean() < 0.3
    assert share[catalogue.mask(Pattern.LUMPY)].mean() < 0.1
    assert demand.units[catalogue.mask(Pattern.NEW), :-160].sum() == 0
    assert demand.units[catalogue.mask(Pattern.DISCONTINUED), -183:].sum() == 0
    assert (demand.sales <= demand.units).all()
    assert ((demand.sales < demand.units) <= demand.stock_out).all(), "sales fall short only where stock ran out"
    assert 0.001 < demand.stock_out.mean() < 0.05


def test_generated_files_are_recognised_by_their_header(sample: SampleFiles) -> None:
    for file in accepted_files(sample):
        assert decide_reading(file.path, read_sample(file.path), Choices(), Conversation()).dataset == file.dataset
