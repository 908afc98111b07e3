"""Rows that were set aside: counted per file, shown, and corrected where that is certain."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.console import CliError
from cli.drops.file_check import check_file
from cli.drops.quarantine import count_open_rows, find_record
from contracts import datasets
from contracts.outputs import Output

FOLDER = "landing/demand_history/v1/ingest_date=2026-11-21/"
HEADER = "Site_ID,sku_id,demand_date,quantity,uom"
GOOD_LINE = "North,A,2026-11-01,5,EA"


def record_of(name: str, usable_rows: int, quarantined_rows: int, received_at: str, **changes: Any) -> Any:
    check = {"usable_rows": usable_rows, "quarantined_rows": quarantined_rows, "codes": {"TYPE": quarantined_rows}}
    record = {"id": name, "key": f"{FOLDER}{name}", "status": "ACCEPTED", "dataset": "demand_history", "received_at": received_at}
    return record | {"row_check": check} | changes


SALES: Any = record_of("sales.csv", 90, 10, "2026-11-21T08:00:00Z")
MENDED: Any = record_of("sales.bad-rows.csv", 7, 3, "2026-11-21T09:00:00Z")


def test_mended_rows_are_those_of_later_accepted_files_of_the_bad_rows() -> None:
    others = [
        record_of("other.bad-rows.csv", 5, 0, "2026-11-21T09:00:00Z"),
        record_of("sales.bad-rows-2.csv", 2, 0, "2026-11-21T07:00:00Z"),
        record_of("sales.bad-rows-3.csv", 2, 0, "2026-11-21T10:00:00Z", status="REJECTED"),
        record_of("sales.bad-rows-4.csv", 2, 0, "2026-11-21T10:00:00Z", dataset="orders"),
    ]
    rows = {
        each.record["key"].rsplit("/", 1)[1]: (each.quarantined_rows, each.mended_rows)
        for each in count_open_rows([SALES, MENDED, *others])
    }
    assert rows["sales.csv"] == (10, 7)
    assert "other.bad-rows.csv" not in rows, "no row of it was set aside"


@pytest.mark.parametrize("status", ["SUPERSEDED", "WITHDRAWN"])
def test_the_rows_of_a_file_that_left_are_not_open(status: str) -> None:
    assert count_open_rows([SALES | {"status": status}]) == []


def test_an_object_is_found_by_id_and_by_name() -> None:
    assert find_record([MENDED, SALES | {"id": "7"}], "7")["key"] == SALES["key"]
    assert find_record([MENDED, SALES], "sales.csv") == SALES
    with pytest.raises(CliError, match="no object has the id or file name 'x'"):
        find_record([SALES], "x")
    with pytest.raises(CliError, match=r"no row of clean\.csv was set aside"):
        find_record([record_of("clean.csv", 9, 0, "")], "clean.csv")


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform to which one file was uploaded; returns the folder in which the command runs."""
    upload = tmp_path / "lake" / "sales.csv"
    upload.parent.mkdir()
    upload.write_text("\n".join([HEADER, GOOD_LINE, "North,B,23/10/2026,5,EA", "North,C,2026-11-01,many,EA"]) + "\n")
    record = {**check_file(upload, datasets.load("demand_history"), f"{FOLDER}sales.csv").record, "version_id": "v1"}

    def download_file(_bucket: str, _key: str, path: str, ExtraArgs: dict[str, str]) -> None:  # noqa: N803 - as boto3 names it
        assert ExtraArgs == {"VersionId": "v1"}
        shutil.copyfile(upload, path)

    target = SimpleNamespace(
        get=lambda *_, **__: {"objects": [record]},
        outputs={Output.LAKE_BUCKET_NAME: "lake"},
        client=lambda _service: SimpleNamespace(download_file=download_file),
    )
    monkeypatch.setattr("cli.drops.quarantine.open_platform", lambda _stage: target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["quarantine", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_all_rows_of_a_file_are_shown_with_their_reasons_and_written(platform: Path) -> None:
    text = invoke("show", "sales.csv")
    assert "line 3: demand_date '23/10/2026'" in text
    assert "line 4: quantity 'many'" in text
    assert len((platform / "sales.bad-rows.csv").read_text().splitlines()) == 3


def test_a_fix_writes_the_rows_whose_correction_is_certain_and_they_are_usable(platform: Path) -> None:
    invoke("fix", "sales.csv")
    path = platform / "sales.bad-rows.csv"
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].startswith("North,B,2026-10-23,5,EA,3,TYPE,")
    check = check_file(path, datasets.load("demand_history"), f"{FOLDER}sales.bad-rows.csv").record["row_check"]
    assert check is not None
    assert (check["usable_rows"], check["quarantined_rows"]) == (1, 0)


def test_the_list_counts_rows_set_aside_and_mended(platform: Path) -> None:
    line = next(line for line in invoke("list").splitlines() if "sales.csv" in line)
    assert [cell.strip() for cell in line.split("│")[1:6]] == ["sales.csv", "ACCEPTED", "2", "0", "2 TYPE"]
