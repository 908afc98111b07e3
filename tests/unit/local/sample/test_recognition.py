"""Recognition of a file's data set by its columns."""

import gzip
from pathlib import Path

import duckdb
import pytest

from contracts import datasets
from local.errors import DataError
from local.sample import DatasetFile, recognise

HEADERS = {name: [column.name for column in datasets.load(name).columns if column.required_column] for name in datasets.list_names()}


@pytest.mark.parametrize("dataset", datasets.list_names())
def test_contract_files_are_recognised_in_every_format(tmp_path: Path, dataset: str) -> None:
    header = ",".join(HEADERS[dataset])
    (tmp_path / "a.csv").write_text(f"\ufeff{header.upper()},Extra\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"{header}\n".encode()))
    columns = ", ".join(f"'x' AS {name}" for name in HEADERS[dataset])
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT {columns}) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    for name in ("a.csv", "a.csv.gz", "a.parquet"):
        assert recognise(tmp_path / name) == DatasetFile(tmp_path / name, dataset)


def test_an_unknown_file_is_rejected_with_the_nearest_data_set_and_the_missing_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("site_id,sku_id,when,how_many\n")
    with pytest.raises(
        DataError, match=r"nearest is demand_history, which also needs demand_date, quantity, uom; the file has site_id, sku_id, when"
    ):
        recognise(file)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"PK", "is not a supported file"),
        ("a.csv", b"\xff\xfe", "cannot be read"),
        ("a.csv.gz", b"no gzip", "cannot be read"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.csv", b"", "matches no data set"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DataError, match=words):
        recognise(file)
