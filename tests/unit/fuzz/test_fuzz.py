"""Mutated files: a sample of each format here, a thousand in the slow lane, ten thousand by `python -m tests.fuzz`."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.services.ingestion.staging.csv_rows import CsvRows
from tests.fuzz.check import ACCEPTED, check_file
from tests.fuzz.files import FORMATS, FuzzFile, make_file

SAMPLE = range(1, 37)


def test_a_seed_gives_the_same_file_each_time() -> None:
    assert [make_file(seed).content for seed in (3, 4)] == [make_file(seed).content for seed in (3, 4)]


def test_a_sample_has_every_format() -> None:
    assert {make_file(seed).name.partition(".")[2] for seed in SAMPLE} == set(FORMATS)


@pytest.mark.parametrize("seed", SAMPLE)
def test_a_mutated_file_ends_in_a_status_with_all_its_records(tmp_path: Path, seed: int) -> None:
    assert check_file(make_file(seed), tmp_path).faults == ()


GOOD = FuzzFile("1.csv", b"site_id,sku_id,demand_date,quantity,uom\nS1,A,2026-11-01,5,EA\n\nS1,B,2026-11-01,5,EA\n", "")


def test_the_check_finds_a_record_that_the_reader_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_file(GOOD, tmp_path).status == ACCEPTED
    monkeypatch.setattr(CsvRows, "__iter__", lambda rows: iter([["S1", "A", "2026-11-01", "5", "EA", "2", "", ""]]))
    assert check_file(GOOD, tmp_path).faults == ("1 records at other lines than the 2 that stand there; first at line [4]",)


def test_the_check_finds_an_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CsvRows, "__iter__", lambda rows: 1 // 0)
    assert check_file(GOOD, tmp_path).status == "EXCEPTION"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_mutated_files_show_no_fault_in_bounded_memory() -> None:
    # A process of its own: the memory of this one has held other tests.
    process = subprocess.run([sys.executable, "-m", "tests.fuzz", "1000", "1000000"], capture_output=True, text=True, timeout=1700)
    assert process.returncode == 0, process.stdout[-4000:] + process.stderr[-2000:]
