"""The sample of every data set: any size, the same bytes every time, and a truth that validation confirms."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest

from contracts import datasets
from local.sample.lake import OperatorSize, write_lake
from local.sample.lake.masters import with_check_digit
from local.sample.lake.write import BLOCK
from tests.pipeline import Pipeline
from tests.unit.cli.invocation import invoke
from tests.unit.pipeline.conftest import AS_OF, embedded_engine, pipeline

__all__ = ["embedded_engine", "pipeline"]

UNTIL = date(2026, 11, 28)
SMALL = OperatorSize(12, 70, UNTIL, 0.05)


def test_every_data_set_has_a_file_with_its_required_columns(tmp_path: Path) -> None:
    files = {file.dataset: file for file in write_lake(tmp_path, SMALL)}
    assert sorted(files) == sorted(datasets.list_names())
    for name, file in files.items():
        with gzip.open(file.path, "rt", encoding="utf-8") as text:
            header, *lines = text.read().splitlines()
        contract = datasets.load(name)
        assert {column.name for column in contract.columns if column.required_column} <= set(header.split(",")), name
        assert set(header.split(",")) <= {column.name for column in contract.columns}, name
        assert len(lines) == file.rows > 0


def test_the_same_size_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, second = (write_lake(tmp_path / name, SMALL) for name in ("a", "b"))
    other = write_lake(tmp_path / "c", OperatorSize(12, 70, UNTIL, 0.05, seed=8))
    assert [file.path.read_bytes() for file in first] == [file.path.read_bytes() for file in second]
    assert [file.truth_path.read_bytes() for file in first] == [file.truth_path.read_bytes() for file in second]
    assert first[-1].path.read_bytes() != other[-1].path.read_bytes()


def test_the_blocks_of_a_larger_operator_have_skus_and_orders_of_their_own(tmp_path: Path) -> None:
    files = {file.dataset: file for file in write_lake(tmp_path, OperatorSize(BLOCK + 30, 57, UNTIL))}
    for name in ("sku_master", "orders", "returns", "promotions"):
        key = datasets.load(name).key
        with gzip.open(files[name].path, "rt", encoding="utf-8") as text:
            keys = [tuple(row.get(column) for column in key) for row in csv.DictReader(text)]
        assert len(keys) == len(set(keys)), name
    assert files["sku_master"].rows == BLOCK + 30
    assert all(not file.codes for file in files.values())


@pytest.mark.slow
def test_a_run_quarantines_and_parks_exactly_the_rows_that_the_truth_names(pipeline: Pipeline, tmp_path: Path) -> None:
    """Of the demand, stock and returns, which refer to every kind of master and have every kind of fault."""
    names = ("site_master", "sku_master", "demand_history", "returns")
    files = [file for file in write_lake(tmp_path, SMALL) if file.dataset in names]
    for file in files:
        assert pipeline.drop(file.path, file.dataset).status == "ACCEPTED"
    outcome = pipeline.run(AS_OF)
    assert {file.dataset: outcome.quality["datasets"][file.dataset]["codes"] for file in files} == {
        file.dataset: file.codes for file in files
    }


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert with_check_digit("400638133393") == "4006381333931"
    assert with_check_digit("943646579210") == "9436465792104"


@pytest.mark.parametrize(("option", "value"), [("--skus", "0"), ("--days", "56"), ("--dirty", "1.5")])
def test_a_size_that_cannot_be_written_is_refused_with_its_name(tmp_path: Path, option: str, value: str) -> None:
    result = invoke("sample", str(tmp_path), option, value)
    assert result.exit_code == 1
    assert f"{option.removeprefix('--')} = {value}" in str(result.exception)


def test_the_command_writes_every_data_set(tmp_path: Path) -> None:
    result = invoke("sample", str(tmp_path), "--skus", "8", "--days", "70")
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("*.csv.gz")) == sorted(f"{name}.csv.gz" for name in datasets.list_names())
