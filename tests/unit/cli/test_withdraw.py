"""`signify withdraw`: what the function is sent, and what is printed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from cli import withdraw
from cli.console import CliError
from cli.platform import Platform
from tests.unit.cli.invocation import invoke

OBJECT = {"id": "4f", "key": "landing/orders/v1/a.csv", "version_id": "v1", "status": "WITHDRAWN", "rows": 3}


@dataclass(frozen=True)
class FakePlatform(Platform):
    """A platform whose function returns `output`."""

    output: dict[str, Any] = field(default_factory=lambda: {"objects": [OBJECT], "erased_files": 5, "error": None})
    failure: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    outputs = {"ObjectWithdrawerName": "the-withdrawer"}  # noqa: RUF012 - never changed

    def client(self, service: str) -> Any:
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::123456789012:user/ana"}

    def invoke(self, **request: Any) -> dict[str, Any]:
        assert request["FunctionName"] == "the-withdrawer"
        self.events.append(json.loads(request["Payload"]))
        failure = {"errorMessage": self.failure, "errorType": "DatabaseBusy"} if self.failure else None
        body = failure or self.output
        return {"Payload": io.BytesIO(json.dumps(body).encode()), **({"FunctionError": "Unhandled"} if failure else {})}


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr(withdraw, "open_platform", lambda stage: platform)
    return platform


@pytest.mark.parametrize(("options", "mode"), [([], "withdraw"), (["--erase", "--yes"], "erase"), (["--undo"], "restore")])
def test_the_order_has_the_object_the_reason_and_the_caller(target: FakePlatform, options: list[str], mode: str) -> None:
    assert invoke("withdraw", OBJECT["key"], "--reason", "wrong file", *options).exit_code == 0  # type: ignore[arg-type]
    actor = "arn:aws:iam::123456789012:user/ana"
    assert target.events == [{"object": OBJECT["key"], "mode": mode, "reason": "wrong file", "actor": actor}]


def test_an_erasure_says_what_stays(target: FakePlatform) -> None:
    output = invoke("withdraw", "4f", "--reason", "request of the customer", "--erase", "--yes").output
    assert "5 versions of files deleted" in output
    assert "backups" in output


def test_an_erasure_asks_first(target: FakePlatform) -> None:
    assert invoke("withdraw", "4f", "--reason", "wrong file", "--erase").exit_code == 1
    assert target.events == []


@pytest.mark.parametrize(
    ("options", "complaint"),
    [(["--reason", " "], "--reason is empty"), (["--reason", "r", "--erase", "--undo"], "--erase and --undo exclude each other")],
)
def test_an_order_that_cannot_be_is_refused(target: FakePlatform, options: list[str], complaint: str) -> None:
    error = invoke("withdraw", "4f", *options).exception
    assert isinstance(error, CliError)
    assert complaint in str(error)
    assert target.events == []


REFUSAL = "4f is DUPLICATE: its rows came from object 5e: withdraw that one"


@pytest.mark.parametrize(
    "target", [FakePlatform(output={"objects": [], "erased_files": 0, "error": REFUSAL}), FakePlatform(failure=REFUSAL)]
)
def test_the_message_of_the_function_is_the_error(target: FakePlatform) -> None:
    with pytest.raises(CliError, match=f"^{REFUSAL}$"):
        withdraw.order_withdrawal(target, "4f", "r", "withdraw")
