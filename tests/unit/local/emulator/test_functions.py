"""Lambda functions of the emulator: errors with their class, isolation from this environment, logs by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator.functions.errors import keep_error_type, report_error_type
from local.emulator.functions.isolation import write_launcher
from local.emulator.functions.output import append_to_log, find_name
from local.emulator.json_types import JsonObject


def test_a_failure_is_reported_with_the_exceptions_class_and_stack() -> None:
    def invoke() -> JsonObject:
        return {"error": "SKU-1 has -3 pieces", "error_type": "StockNegative", "stack": ["line 1"]}

    def execute() -> JsonObject:
        result = keep_error_type(invoke)()
        return {"error": True, "body": {"errorMessage": result["error"], "errorType": "Runtime.HandlerError"}}

    assert report_error_type(execute)()["body"] == {
        "errorMessage": "SKU-1 has -3 pieces",
        "errorType": "StockNegative",
        "stackTrace": ["line 1"],
    }


@pytest.mark.parametrize("moment", ["work", "start"])
def test_a_process_that_was_killed_is_reported_by_the_name_that_lambda_gives_it(moment: str) -> None:
    def invoke() -> JsonObject:
        if moment == "start":
            raise RuntimeError("Worker process exited immediately. stderr: ")
        return {"status": "error", "error": "Worker process died"}

    def execute() -> JsonObject:
        return {"error": True, "body": {"errorMessage": keep_error_type(invoke)()["error"], "errorType": "Runtime.HandlerError"}}

    body = report_error_type(execute)()["body"]
    assert body == {"errorMessage": "Runtime exited with error: signal: killed", "errorType": "Runtime.ExitError"}


def test_another_error_of_the_emulator_passes() -> None:
    def invoke() -> JsonObject:
        raise RuntimeError("no such runtime")

    with pytest.raises(RuntimeError, match="no such runtime"):
        keep_error_type(invoke)()


def test_a_success_and_an_error_without_a_class_are_left_as_they_are() -> None:
    for response in ({"body": {"ok": 1}}, {"error": True, "body": {"errorMessage": "timed out"}}, {"error": True, "body": "text"}):
        assert report_error_type(lambda response=response: dict(response))() == response
    assert keep_error_type(lambda: {"result": 1})() == {"result": 1}


def test_the_launcher_hides_the_packages_of_this_environment(tmp_path: Path) -> None:
    (tmp_path / "run time" / "site").mkdir(parents=True)
    (tmp_path / "run time" / "site" / "provided_by_lambda.py").write_text("")
    launcher = write_launcher(tmp_path / "run time", Path(sys.executable))
    find = "import importlib.util as u; print([u.find_spec(name) is not None for name in ('json', 'provided_by_lambda', 'pytest')])"
    output = subprocess.run([launcher, "-c", find], capture_output=True, text=True, check=True, env={"PATH": os.defpath}).stdout
    assert output == "[True, True, False]\n"


def test_a_log_is_named_after_the_service_or_else_the_function() -> None:
    assert find_name({"FunctionName": "Signify-x1", "Environment": {"Variables": {"POWERTOOLS_SERVICE_NAME": "api"}}}) == "api"
    assert find_name({"FunctionName": "Signify-x1"}) == "Signify-x1"


def test_a_log_has_the_output_and_a_report_line_of_every_invocation(tmp_path: Path) -> None:
    append_to_log(tmp_path / "api.log", "r-1", "hello\n\n", 12)
    append_to_log(tmp_path / "api.log", "r-2", "  \n", 3)
    assert (tmp_path / "api.log").read_text().splitlines() == [
        "hello",
        "REPORT RequestId: r-1 Duration: 12 ms",
        "REPORT RequestId: r-2 Duration: 3 ms",
    ]
