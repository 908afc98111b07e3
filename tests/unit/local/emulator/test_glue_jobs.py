"""Glue jobs of the emulator: the final state and the error message of a run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.emulator.glue_jobs import MAX_MESSAGE_CHARACTERS, GlueRunner, find_exception, read_error_message, wait_for
from local.emulator.settings import EmulatorSettings

CHAINED_TRACEBACK = """starting
Traceback (most recent call last):
  File "a.py", line 1, in <module>
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
    raise RowsLost("10 in")
transforms.RowsLost: 10 in
9 accounted for
"""


def test_a_job_imports_what_stands_for_spark_and_nothing_else_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "archives").mkdir()
    repository = Path(__file__).resolve().parents[4]
    runner = GlueRunner(EmulatorSettings(tmp_path / "home", "http://127.0.0.1:1", "", Path(sys.executable)), repository)
    (tmp_path / "script.py").write_text(
        "import importlib.util, pyspark.sql\n"
        "print([name for name in ('cdk', 'glue_jobs', 'kpi_engine', 'contracts', 'runtime.errors') if importlib.util.find_spec(name)])"
    )
    for _ in range(2):  # the links are there already for the second job
        environment = runner._environment(tmp_path)
    command = [sys.executable, "-m", "local.glue_runner", str(tmp_path / "script.py")]
    process = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (process.stdout, process.returncode) == ("[]\n", 0), process.stderr


def start(source: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", source])


def test_the_message_is_the_last_exception_with_all_its_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(CHAINED_TRACEBACK)
    assert read_error_message("FAILED", 1, tmp_path / "log") == "transforms.RowsLost: 10 in\n9 accounted for"


@pytest.mark.parametrize(
    ("text", "message"),
    [("one\nKilled\n\n", "Killed"), ("", "the process ended with exit code -9"), ("  \n", "the process ended with exit code -9")],
)
def test_without_a_traceback_the_message_is_the_last_line_or_the_exit_code(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "log").write_text(text)
    assert read_error_message("FAILED", -9, tmp_path / "log") == message


@pytest.mark.parametrize(("state", "message"), [("SUCCEEDED", ""), ("STOPPED", ""), ("TIMEOUT", "Job run exceeded its timeout")])
def test_only_a_failure_reads_the_log(tmp_path: Path, state: str, message: str) -> None:
    assert read_error_message(state, 0, tmp_path / "no-log") == message


def test_a_long_message_is_truncated(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("x" * 10_000)
    assert len(read_error_message("FAILED", 1, tmp_path / "log")) == MAX_MESSAGE_CHARACTERS


def test_a_traceback_without_an_exception_line_has_no_exception() -> None:
    assert find_exception(["Traceback (most recent call last):", '  File "a.py", line 1']) == ""


@pytest.mark.parametrize(("source", "state"), [("", "SUCCEEDED"), ("raise SystemExit(3)", "FAILED")])
def test_the_exit_code_decides_the_state(source: str, state: str) -> None:
    assert wait_for(start(source), {"JobRunState": "RUNNING"}, time.monotonic() + 20) == state


def test_a_stop_request_ends_the_process() -> None:
    process = start("import time; time.sleep(60)")
    assert wait_for(process, {"JobRunState": "STOPPING"}, time.monotonic() + 20) == "STOPPED"
    assert process.poll() is not None


def test_the_deadline_ends_the_process() -> None:
    process = start("import time; time.sleep(60)")
    assert wait_for(process, {"JobRunState": "RUNNING"}, time.monotonic()) == "TIMEOUT"
    assert process.poll() is not None
