"""Commands for the local stack, with a fake in place of its processes."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from cli import local_stack as commands
from cli.console import out
from cli.records import ForecastPage
from local import local_stack
from local.errors import CdkError
from tests.unit.cli.invocation import invoke

pytestmark = pytest.mark.usefixtures("home")


class FakePlatform:
    """A platform with an API."""

    api_url = "http://127.0.0.1:1/api/v1"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "find_running", lambda: object())
    monkeypatch.setattr(commands, "open_platform", lambda stage: FakePlatform())


@pytest.mark.usefixtures("running")
def test_a_second_up_is_rejected_with_the_url_of_the_first() -> None:
    message = str(invoke("up").exception)
    assert "already running (API http://127.0.0.1:1/api/v1)" in message
    assert "`./signify down` stops the stack" in message


def test_up_rejects_an_unsuitable_file_before_it_starts_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "start", lambda ports: pytest.fail("it must not start"))
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF")
    assert "'plan.pdf' does not end in one of .csv, " in str(invoke("up", str(file)).exception)


class FailingStack:
    """A local stack whose deploy fails."""

    def deploy(self, on_line: object, settings: object) -> None:
        raise CdkError("cdk deploy failed")


def test_up_stops_the_stack_when_the_deploy_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[bool] = []
    monkeypatch.setattr(local_stack, "start", lambda ports: FailingStack())
    monkeypatch.setattr(local_stack, "stop", lambda: stops.append(True))
    result = invoke("up", "--no-run")
    assert isinstance(result.exception, CdkError)
    assert stops == [True]
    assert "stopping the local stack" in result.output


@pytest.mark.parametrize(
    ("was_running", "message"), [(True, "The local stack is stopped.\n"), (False, "The local stack was not running.\n")]
)
def test_down_says_whether_anything_was_running(was_running: bool, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_stack, "stop", lambda: was_running)
    assert invoke("down").stdout == message


def test_logs_are_listed_and_the_newest_match_is_shown(home: Path) -> None:
    (home / "logs" / "functions").mkdir(parents=True)
    (home / "logs" / "emulator.log").write_text("one\n[two]\nthree\n")
    (home / "logs" / "functions" / "api.log").write_text("request\n")
    assert invoke("logs").stdout == "emulator  16 bytes\nfunctions/api  8 bytes\n"
    assert invoke("logs", "emul", "-n", "2").stdout == "[two]\nthree\n"
    assert str(invoke("logs", "nothing").exception) == "there is no log 'nothing'; the logs are\n  emulator\n  functions/api"


def test_without_logs_the_error_says_how_to_get_some() -> None:
    assert str(invoke("logs", "api").exception) == "there are no logs; start with ./signify up"


def test_a_site_and_a_sku_with_brackets_are_printed_whole() -> None:
    row = {"site_id": "[red]S", "sku_id": "[/]", "forecast_date": "2026-11-29"}
    values = {"confidence_lower": 1.0, "predicted_value": 2.0, "confidence_upper": 3.0}
    page = {"forecasts": [{**row, **values}], "meta": {"as_of_date": "2026-11-28"}}
    with out.capture() as capture:
        out.print(commands.make_forecast_table(cast(ForecastPage, page)))
    assert "[red]S │ [/] " in capture.get()
