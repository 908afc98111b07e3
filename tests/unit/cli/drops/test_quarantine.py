"""Rows that were set aside: counted per file, shown, corrected where that is certain, replayed and discarded."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.console import CliError
from cli.drops.file_check import check_file
from cli.drops.quarantine import find_object, find_original, parse_lines
from cli.drops.quarantine_table import count_of_run, count_open, count_parked, make_table
from contracts import datasets
from contracts.outputs import Output
from runtime.models.domain.row_checks import BadRow

FOLDER = "landing/demand_history/v1/ingest_date=2026-11-21/"
HEADER = "Site_ID,sku_id,demand_date,quantity,uom"
GOOD_LINE = "North,A,2026-11-01,5,EA"
ROUTE = "/data-quality/quarantine"


def object_of(name: str, **changes: Any) -> Any:
    quarantine_object = {
        "object_id": f"id of {name}",
        "key": f"{FOLDER}{name}",
        "dataset": "demand_history",
        "object_status": "ACCEPTED",
        "received_at": "2026-11-21T08:00:00+00:00",
        "quarantined_rows": 10,
        "codes": {"TYPE": 8, "RANGE": 2},
        "records": {"TYPE": {"OPEN": 5, "REPLAYED": 3}, "RANGE": {"DISCARDED": 2}},
        "run_codes": {"TYPE": 5, "UNKNOWN_SKU": 4, "CONFLICT": 6},
        "released_codes": {"UNKNOWN_SITE": 7},
    }
    return quarantine_object | changes


def test_rows_are_open_until_they_are_closed_and_parked_rows_wait_for_their_master() -> None:
    assert count_open(object_of("a.csv")) == {"TYPE": 5}
    assert count_open(object_of("a.csv", records={})) == {"TYPE": 8, "RANGE": 2}
    assert count_of_run(object_of("a.csv")) == {"CONFLICT": 6}


def test_the_table_says_how_old_rows_are_what_became_of_them_and_who_must_act() -> None:
    table = make_table([object_of("a.csv")], datetime(2026, 11, 24, 9, tzinfo=UTC))
    [[file], [age], [open_rows], [parked_rows], [closed_rows], [codes], [owner]] = [list(column.cells) for column in table.columns]
    assert (file, age, open_rows, parked_rows) == ("[green]a.csv[/]", "3 d", "11", "4")
    assert str(closed_rows).splitlines() == ["2 DISCARDED", "3 REPLAYED", "7 taken in by runs"]
    assert str(codes).splitlines() == ["6 CONFLICT", "5 TYPE", "4 UNKNOWN_SKU"]
    assert str(owner).splitlines() == ["source of demand_history", "owner of sku_master"]


def test_an_object_is_found_by_id_and_by_name_and_the_original_by_the_name_of_its_bad_rows() -> None:
    closed_object = object_of("sales.csv", object_id="newer", records={"TYPE": {"REPLAYED": 8}, "RANGE": {"DISCARDED": 2}})
    objects = [closed_object, object_of("sales.csv")]
    assert find_object(objects, "id of sales.csv") == objects[1]
    assert find_object(objects, "sales.csv") == closed_object
    assert find_original(objects, Path("sales.bad-rows-2.csv")) == objects[1]
    # A file of bad rows that was dropped like any other has lines of its own, which mean other rows.
    assert find_original([object_of("sales.bad-rows-2.csv"), *objects], Path("sales.bad-rows-3.csv")) == objects[1]
    with pytest.raises(CliError, match="no object with rows set aside has the id or file name 'x'"):
        find_object(objects, "x")
    with pytest.raises(CliError, match=r"no object with open rows is named other\.\*.*--object"):
        find_original(objects, Path("other.bad-rows.csv"))


@pytest.mark.parametrize("text", ["", "3,,4", "a", "9-7", "-3"])
def test_what_is_no_list_of_lines_is_refused(text: str) -> None:
    assert parse_lines("3, 7-9") == [3, 7, 8, 9]
    with pytest.raises(CliError, match="--lines"):
        parse_lines(text)


class Target:
    """A platform to which one file was uploaded."""

    def __init__(self, upload: Path) -> None:
        self.upload = upload
        contract = datasets.load("demand_history")
        record: Any = check_file(upload, contract, f"{FOLDER}sales.csv").record
        self.record = {**record, "version_id": "v1", "id": "the id"}
        codes = record["row_check"]["codes"]
        self.object = object_of("sales.csv", object_id="the id", codes=codes, records={}, run_codes={}, released_codes={})
        self.replay_record = {"key": "k", "version_id": "v2", "status": "ACCEPTED", "rows": 1, "reason": None, "warnings": ["line 4: TYPE"]}
        self.open_lines = [3, 4]
        self.run_rows: list[BadRow] = []
        self.outputs = {Output.LAKE_BUCKET_NAME: "lake"}
        self.uploads: list[str] = []
        self.posts: list[tuple[str, Any]] = []

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        page = {"has_more": False, "next_cursor": None}
        if path == "/data-quality/objects":
            return {"objects": [self.record if parameters["key"] == self.record["key"] else self.replay_record]}
        if path == ROUTE:
            return {"objects": [self.object], "page": page}
        check = check_file(self.upload, datasets.load("demand_history"), f"{FOLDER}sales.csv")
        bad_rows = {bad_row.line: bad_row for bad_row in (*check.bad_rows, *self.run_rows)}
        return {"records": [asdict(bad_rows[line]) for line in self.open_lines], "page": page}

    def post(self, path: str, body: Any) -> dict[str, Any]:
        self.posts.append((path, body))
        return {"key": "k", "lines": [3]}

    def client(self, _service: str) -> Target:
        return self

    def download_file(self, _bucket: str, _key: str, path: str, ExtraArgs: dict[str, str]) -> None:  # noqa: N803 - as boto3 names it
        assert ExtraArgs == {"VersionId": "v1"}
        shutil.copyfile(self.upload, path)

    def upload_file(self, _path: str, _bucket: str, key: str) -> None:
        self.uploads.append(key)

    def head_object(self, **_: str) -> dict[str, str]:
        return {"VersionId": "v2"}


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The platform; the command runs in the folder of the test."""
    upload = tmp_path / "lake" / "sales.csv"
    upload.parent.mkdir()
    upload.write_text("\n".join([HEADER, GOOD_LINE, "North,B,23/10/2026,5,EA", "North,C,2026-11-01,many,EA"]) + "\n")
    platform = Target(upload)
    monkeypatch.setattr("cli.drops.quarantine.open_platform", lambda _stage: platform)
    monkeypatch.chdir(tmp_path)
    return platform


def invoke(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["quarantine", *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


def test_all_rows_of_a_file_are_shown_with_their_reasons_and_written(target: Target, tmp_path: Path) -> None:
    text = invoke("show", "sales.csv")
    assert "line 3: demand_date '23/10/2026'" in text
    assert "line 4: quantity 'many'" in text
    assert len((tmp_path / "sales.bad-rows.csv").read_text().splitlines()) == 3


def test_of_more_rows_than_have_records_the_others_are_counted(target: Target) -> None:
    target.object |= {"codes": {"TYPE": 50_000}, "records": {"TYPE": {"OPEN": 2}}}
    text = " ".join(invoke("show", "sales.csv").split())
    assert "The first 2 of 50,000 open rows are in sales.bad-rows.csv" in text
    assert "correct the file at its source" in text


def test_rows_that_a_run_set_aside_are_shown_and_written_like_others(target: Target, tmp_path: Path) -> None:
    target.run_rows = [BadRow(2, "CONFLICT", "line 9 has the same key and another quantity", {"site_id": "North", "quantity": "5"})]
    target.open_lines = [2]
    target.object |= {"quarantined_rows": 0, "codes": {}, "records": {"CONFLICT": {"OPEN": 1}}, "run_codes": {"CONFLICT": 1}}
    assert "line 2: line 9 has the same key" in invoke("show", "sales.csv")
    [_, row] = (tmp_path / "sales.bad-rows.csv").read_text(encoding="utf-8-sig").splitlines()
    assert row == f"{GOOD_LINE},2,CONFLICT,line 9 has the same key and another quantity"
    invoke("replay", "sales.bad-rows.csv")
    assert len(target.uploads) == 1


def test_rows_of_a_run_that_were_closed_since_no_longer_count() -> None:
    changes = {"run_codes": {"CONFLICT": 6, "UNKNOWN_SKU": 4, "UNIT": 9000}}
    records = {"CONFLICT": {"OPEN": 4, "DISCARDED": 2}, "UNKNOWN_SKU": {"REPLAYED": 4}, "UNIT": {"OPEN": 5000}}
    quarantine_object = object_of("a.csv", codes={}, records=records, **changes)
    assert count_of_run(quarantine_object) == {"CONFLICT": 4, "UNIT": 9000}
    assert count_parked(quarantine_object) == {}


def test_only_rows_that_are_open_are_written(target: Target, tmp_path: Path) -> None:
    target.open_lines = [4]
    invoke("show", "sales.csv")
    assert len((tmp_path / "sales.bad-rows.csv").read_text().splitlines()) == 2


def test_a_fix_writes_the_rows_whose_correction_is_certain_and_they_are_usable(target: Target, tmp_path: Path) -> None:
    invoke("fix", "sales.csv")
    path = tmp_path / "sales.bad-rows.csv"
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].startswith("North,B,2026-10-23,5,EA,3,TYPE,")
    check = check_file(path, datasets.load("demand_history"), f"{FOLDER}sales.bad-rows.csv").record["row_check"]
    assert check is not None
    assert (check["usable_rows"], check["quarantined_rows"]) == (1, 0)


def test_a_file_of_mended_rows_is_uploaded_as_a_replay_and_the_rows_that_stay_open_are_named(target: Target) -> None:
    invoke("fix", "sales.csv")
    text = invoke("replay", "sales.bad-rows.csv")
    [key] = target.uploads
    assert key.startswith("landing/demand_history/v1/ingest_date=")
    assert key.endswith("/replay_of=the id/sales.bad-rows.csv")
    assert "1 row of sales.csv replayed" in text
    assert "line 4: TYPE" in text


def test_the_certain_corrections_of_an_object_are_replayed_by_the_api(target: Target) -> None:
    invoke("replay", "sales.csv")
    assert target.posts == [(f"{ROUTE}/the id/replay", {})]


def test_a_replay_of_which_no_row_is_taken_ends_with_3(target: Target) -> None:
    target.replay_record |= {"status": "REJECTED", "reason": "no row was replayed: line 3: TYPE"}
    assert "no row was replayed: line 3" in invoke("replay", "sales.csv", exit_code=3)
    target.replay_record |= {"status": "DUPLICATE", "reason": "the same content was accepted before"}
    assert "accepted before" in invoke("replay", "sales.csv", exit_code=3)


def test_a_file_without_lines_is_taken_for_the_object_of_its_name_or_refused(target: Target, tmp_path: Path) -> None:
    for name in ("sales.csv", "other.csv"):
        shutil.copyfile(target.upload, tmp_path / name)
    invoke("replay", "sales.csv")
    assert (target.uploads, len(target.posts)) == ([], 1)
    result = CliRunner().invoke(app, ["quarantine", "replay", "other.csv"])
    assert "other.csv has no column signify_line" in str(result.exception)
    for command in (["show", "other.csv"], ["discard", "other.csv", "--reason", "a total"]):
        result = CliRunner().invoke(app, ["quarantine", *command])
        assert "no object with rows set aside has the id or file name 'other.csv'" in str(result.exception)


def test_rows_are_discarded_with_a_reason(target: Target) -> None:
    assert "1 row of sales.csv discarded" in invoke("discard", "sales.csv", "--lines", "3", "--reason", "a total")
    assert target.posts == [(f"{ROUTE}/the id/discard", {"reason": "a total", "lines": [3]})]


def test_the_list_is_printed_for_people_and_for_scripts(target: Target) -> None:
    assert "sales.csv" in invoke("list")
    assert json.loads(invoke("list", "--json"))[0]["object_id"] == "the id"
