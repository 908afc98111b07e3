"""The command line as a whole: errors are one line with an exit code, Ctrl-C is quiet, every command has plain help."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from typer.testing import CliRunner

from cli import app as app_module
from cli.app import COMMANDS, app, describe_aws_error, main
from local.errors import LocalError
from local.state import ROOT


def test_every_command_has_help_of_one_sentence_at_least() -> None:
    for commands in COMMANDS.values():
        for command in commands.values():
            assert re.match(r"[A-Z].*\.$", (command.__doc__ or "").strip(), re.DOTALL), command


@pytest.mark.parametrize("name", [name for commands in COMMANDS.values() for name in commands])
def test_the_help_of_every_command_can_be_shown(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_an_expected_error_is_one_line_and_exit_code_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(prog_name: str) -> None:
        raise LocalError("no [bold]such[/] file")

    monkeypatch.setattr(app_module, "app", fail)
    with pytest.raises(SystemExit) as exit_info:
        main()
    assert exit_info.value.code == 1
    assert capsys.readouterr().err == "error no [bold]such[/] file\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoRegionError(), "no AWS region is configured; set AWS_REGION"),
        (NoCredentialsError(), "no AWS credentials were found; set AWS_PROFILE"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS could not be called: Could not connect"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListStacks"), "AWS returned an error: .*AccessDenied"),
    ],
)
def test_the_message_says_whether_aws_was_called(error: ClientError, message: str) -> None:
    assert re.match(message, describe_aws_error(error))


@pytest.mark.parametrize("delay", [0.05, 0.3])
def test_ctrl_c_while_the_commands_are_imported_prints_one_line(delay: float) -> None:
    # The signal is sent when Python has entered cli/__main__.py: `-X importtime` prints its first import then.
    command = [sys.executable, "-X", "importtime", "-m", "cli", "status", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if ("__future__" in line and len(lines) > 50) or "typer" in line:
                break
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        output = [line for line in process.stderr if not line.startswith("import time:")]
    # Inside an exec() of a library, CPython ends by the signal itself after the handler; a shell reports 130 for either.
    assert process.returncode in (130, -signal.SIGINT)
    assert output == ["Interrupted.\n"]
