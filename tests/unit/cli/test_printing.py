"""What the command line prints is what there is: no text is taken for markup or for the name of a picture."""

from __future__ import annotations

import io
from typing import Any, cast

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from cli import landing
from cli.app import app
from cli.console import CONTROL, CliError, PlainConsole, out
from cli.landing import render_objects

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:Signify-[red]x[/]"


class RunningStack:
    """A local stack with one variable."""

    def environment(self) -> dict[str, str]:
        return {"DATABASE_SECRET_ARN": ARN}


def test_the_environment_is_printed_so_that_a_shell_reads_the_same_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.local_stack.find_running", RunningStack)
    result = CliRunner().invoke(app, ["env"])
    assert result.stdout == f"export DATABASE_SECRET_ARN='{ARN}'\n"


def record(**more: Any) -> Any:
    return {
        "key": "landing/orders/v1/[bold]a[red].csv",
        "status": "REJECTED",
        "reason_code": "HEADER",
        "reason": "[/] is no column",
        **more,
    }


def test_names_and_reasons_with_brackets_come_out_whole() -> None:
    with out.capture() as capture:
        out.print(render_objects([record()]))
    assert "orders/[bold]a[red].csv" in capture.get()
    assert "HEADER: [/] is no column" in capture.get()


@pytest.mark.parametrize("name", ["\x1b[31mred", "\x1b]0;title\x07", "\x9b2J", "\u202etxt.exe", "a\x08\x7fb"])
def test_a_name_cannot_steer_the_terminal(name: str) -> None:
    table = Table("name")
    table.add_row(Text(name))
    for content in (name, table, Text(name)):
        with out.capture() as capture:
            out.print(content)
        assert not CONTROL.search(capture.get())
        assert CONTROL.sub("", name) in capture.get()


def test_colours_of_the_commands_are_left() -> None:
    console = PlainConsole(file=io.StringIO(), force_terminal=True, color_system="standard", highlight=False)
    console.print("[red]\x1b[32mred[/]")
    assert cast(io.StringIO, console.file).getvalue() == "\x1b[31m[32mred\x1b[0m\n"


class SlowPlatform:
    """A platform whose ingestion has these records."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records, self.outputs, self.uploads = records, {"LakeBucketName": "lake"}, 0

    def client(self, service: str) -> SlowPlatform:
        assert service == "s3"
        return self

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.uploads += 1

    def head_object(self, **request: str) -> dict[str, str]:
        return {"VersionId": str(self.uploads)}

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return {"objects": self.records}


def drops(tmp_path: Any, *names: str) -> list[landing.Drop]:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return [landing.Drop(tmp_path / name, "landing/orders/v1/a.csv") for name in names]


def test_two_files_of_one_name_are_two_versions_each_with_its_record(tmp_path: Any) -> None:
    ingestion_records = [record(version_id="1"), record(version_id="2", status="ACCEPTED")]
    records = landing.land(SlowPlatform(ingestion_records), drops(tmp_path, "one/a.csv", "two/a.csv"))  # type: ignore[arg-type]
    assert [one["status"] for one in records] == ["REJECTED", "ACCEPTED"]


def test_an_ingestion_that_says_nothing_is_not_waited_for_forever(tmp_path: Any) -> None:
    with pytest.raises(
        CliError, match=r"timed out after 0 s waiting for landing/orders/v1/a\.csv; see the log: `\./signify logs data_processor`"
    ):
        landing.land(SlowPlatform([]), drops(tmp_path, "one/a.csv"), timeout=0)  # type: ignore[arg-type]
