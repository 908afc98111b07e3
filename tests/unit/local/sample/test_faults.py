"""Invalid rows of the sample: where they are inserted and how they are counted."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contracts import datasets
from local.sample.faults import Fault, insert_faults, list_history_faults, list_order_faults, make_unreadable_lines
from local.sample.files import SampleFile
from local.sample.rejected_files import write_duplicate, write_rejected_files

UNTIL = date(2026, 11, 21)
ROWS = pd.DataFrame({"sku_id": [f"SKU-{number:03}" for number in range(50)], "quantity": "1", "uom": "EA"})
FAULTS = (Fault("TYPE", "quantity", "twelve"), Fault("CODE", "uom", "bananas"))


def insert(seed: int) -> list[str]:
    return insert_faults(np.random.default_rng(seed), ROWS, FAULTS, repeats=3).text.splitlines()


def test_valid_rows_keep_their_order() -> None:
    text = insert_faults(np.random.default_rng(1), ROWS, FAULTS, repeats=0).text
    valid_lines = [f"SKU-{number:03},1,EA" for number in range(50)]
    assert [line for line in text.splitlines() if line in valid_lines] == valid_lines


def test_repeats_are_exact_copies_of_valid_rows() -> None:
    counts = Counter(line for line in insert(1) if line.startswith("SKU-") and line.endswith(",1,EA"))
    assert (len(counts), sum(counts.values())) == (50, 50 + 3)


def test_every_fault_is_in_the_text_once() -> None:
    lines = insert(1)
    assert sum("twelve" in line for line in lines) == 1
    assert sum("bananas" in line for line in lines) == 1


def test_the_counts_are_those_of_the_text() -> None:
    file = insert_faults(np.random.default_rng(1), ROWS, FAULTS, repeats=3)
    unreadable = len(make_unreadable_lines(3, overlong=False))
    assert file.rows == 50 + len(FAULTS) + 3 + unreadable == len(file.text.splitlines()) - 1
    assert file.codes == Counter({"TYPE": 1, "CODE": 1, "UNREADABLE": unreadable})
    assert file.duplicates == 3


def test_the_seed_decides_the_positions() -> None:
    assert insert(1) == insert(1)
    assert insert(1) != insert(2)


def test_unreadable_lines_do_not_have_the_right_number_of_fields_when_split_at_commas_or_break_a_quote() -> None:
    lines = make_unreadable_lines(4, overlong=True)
    assert all(line.endswith("\n") for line in lines)
    assert [line.count(",") for line in lines[:2]] == [1, 4]
    assert "\0" in lines[3]
    assert len(lines[-1]) > 1024 * 1024


@pytest.mark.parametrize(("dataset", "faults"), [("demand_history", list_history_faults(UNTIL)), ("orders", list_order_faults(UNTIL))])
def test_every_fault_is_in_a_column_of_its_contract(dataset: str, faults: tuple[Fault, ...]) -> None:
    columns = {column.name for column in datasets.load(dataset).columns}
    assert {fault.column for fault in faults} <= columns


def test_rejected_files_have_a_reason_and_no_rows(tmp_path: Path) -> None:
    files = list(write_rejected_files(tmp_path, "order_id,sku_id\nSO-1,SKU-1\n"))
    assert all(file.status == "REJECTED" and file.reason_code and file.rows == 0 for file in files)
    assert len({file.key for file in files}) == len(files) == len(list(tmp_path.iterdir()))
    assert [file.dataset for file in files if file.reason_code == "UNKNOWN_DATASET"] == [None]


def test_a_duplicate_has_the_same_bytes_under_another_key(tmp_path: Path) -> None:
    (tmp_path / "orders-2.csv").write_bytes(b"a,b\n")
    original = SampleFile(tmp_path / "orders-2.csv", "landing/orders/v1/orders-2.csv", "orders", rows=7)
    duplicate = write_duplicate(tmp_path, original)
    assert duplicate.path.read_bytes() == original.path.read_bytes()
    assert (duplicate.key, duplicate.status, duplicate.rows) == ("landing/orders/v1/sent-again-orders-2.csv", "DUPLICATE", 0)


def test_curated_rows_are_neither_quarantined_nor_duplicates(tmp_path: Path) -> None:
    file = SampleFile(tmp_path, "key", "orders", rows=100, codes=Counter({"TYPE": 3, "RANGE": 2}), duplicates=5)
    assert file.curated_rows == 90
