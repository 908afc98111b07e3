"""`signify forecast`, `excluded` and `export`, with a fake of the API and a server of files."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.console import out
from cli.forecasts import command
from cli.forecasts.rendering import describe_backtest
from tests.fakes.examples import a_run, forecast_rows
from tests.unit.cli.invocation import invoke

pytestmark = pytest.mark.usefixtures("home")
RUN = a_run()
CONTENT = b"sku_id,site_id\r\n" * 1000
ROWS = [{**row, "forecast_date": str(row["forecast_date"])} for row in forecast_rows(RUN.id, ["SKU-1"], days=7)]


class FakePlatform:
    """An API with one published run and an export that is made at the second look."""

    def __init__(self, url: str = "", sha256: str = "", status: str = "SUCCEEDED") -> None:
        self.url, self.sha256, self.status = url, sha256, status
        self.orders: list[dict[str, object]] = []
        self.looks = 0

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        meta = {"run_id": str(RUN.id), "warnings": ["GHOST has no forecast"]}
        match path:
            case "/forecasts":
                assert parameters["sku_filter"] == ["SKU-1"]
                return {"forecasts": ROWS, "meta": meta}
            case "/forecast-runs":
                return {"forecast_runs": [{"run_id": str(RUN.id), "published": True}]}
            case path if path.endswith("/excluded"):
                row = {"sku_id": "NEW-1", "site_id": "LDS1", "code": "TOO_SHORT", "reason": "3 days [of history]"}
                return {"excluded": [row], "page": {"has_more": True}}
            case path if path.startswith("/exports/"):
                self.looks += 1
                files = [{"url": self.url, "sha256": self.sha256, "rows": 1000, "bytes": len(CONTENT)}]
                error = {"detail": "too many rows"} if self.status == "FAILED" else None
                return {"status": self.status if self.looks > 1 else "RUNNING", "files": files, "error": error}
            case _:
                return {"backtest": {"wape": 22.4, "baseline_wape": 27.9}}

    def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        self.orders.append(body)
        return {"export_id": "e1"}


def run_command(monkeypatch: pytest.MonkeyPatch, platform: FakePlatform, *arguments: str) -> str:
    monkeypatch.setattr(command, "open_platform", lambda stage: platform)
    monkeypatch.setattr(command, "POLL_S", 0)
    monkeypatch.setattr(out, "width", 200)
    result = invoke(*arguments)
    return f"{result.stdout}{result.stderr}{result.exception or ''}"


@pytest.fixture
def server() -> Iterator[str]:
    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_: object) -> None:
            pass

    files = HTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=files.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{files.server_port}/x"
    files.shutdown()
    files.server_close()


def test_a_forecast_is_a_table_a_band_and_a_sentence_about_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text = run_command(monkeypatch, FakePlatform(), "forecast", "SKU-1", "--days", "7")
    assert "SKU-1 at LDS1" in text
    assert "2026-11-22 │" in text
    lines = [line.split()[-1] for line in text.splitlines() if line.strip().startswith(("high ", "median ", "low "))]
    assert [len(line) for line in lines] == [7, 7, 7]
    assert lines[0][-1] == "█"
    assert f"Expected in total: {sum(row['mean_value'] for row in ROWS):,.1f} EA in 7 days" in text
    assert "Error in a test on past weeks 22 %; repeating last week 28 %." in text
    assert "GHOST has no forecast" in text


def test_without_a_backtest_nobody_claims_an_error() -> None:
    assert "no back-test" in describe_backtest(None)
    assert describe_backtest({"wape": 22.4}) == "Error in a test on past weeks 22 %."


def test_the_series_without_a_forecast_are_shown_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    text = run_command(monkeypatch, FakePlatform(), "excluded")
    assert "3 days [of history]" in text
    assert "There are more than 20" in text


@pytest.mark.parametrize(("name", "resource"), [("a.xlsx", "workbook"), ("a.csv", "forecasts")])
def test_an_export_is_downloaded_whole_and_its_list_follows_from_the_ending(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str, name: str, resource: str
) -> None:
    platform = FakePlatform(server, hashlib.sha256(CONTENT).hexdigest())
    text = run_command(monkeypatch, platform, "export", str(tmp_path / name))
    assert "1,000 rows" in text
    assert (tmp_path / name).read_bytes() == CONTENT
    assert platform.orders == [{"resource": resource, "format": name.rpartition(".")[2]}]


def test_a_file_that_is_not_whole_is_not_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str) -> None:
    text = run_command(monkeypatch, FakePlatform(server, "0" * 64), "export", str(tmp_path / "a.csv"))
    assert "could not be downloaded whole" in text
    assert list(tmp_path.glob("a.*")) == []


def test_an_export_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "ended as FAILED: too many rows" in run_command(monkeypatch, FakePlatform(status="FAILED"), "export", str(tmp_path / "a.csv"))


def test_an_ending_that_is_no_format_is_refused_with_the_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ".csv, .parquet, .xlsx, .jsonl" in run_command(monkeypatch, FakePlatform(), "export", "a.pdf")
