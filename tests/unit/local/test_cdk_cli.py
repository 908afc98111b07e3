"""The CDK CLI as a child process: every line is passed on, failures have their last lines, a timeout ends it. Scripts stand for the CLI."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local import cdk_cli, state
from local.cdk_cli import CdkCli, build_search_path, find_node_folder, run_on_aws
from local.errors import CdkError

pytestmark = pytest.mark.slow

Make = Callable[..., CdkCli]


@pytest.fixture
def cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A clone whose CDK CLI is the given Python source."""

    def make(source: str, timeout: float = 20) -> CdkCli:
        program = tmp_path / "node_modules" / "aws-cdk" / "bin" / "cdk"
        program.parent.mkdir(parents=True)
        program.write_text(textwrap.dedent(source))
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "node").symlink_to(sys.executable)
        monkeypatch.setattr(state, "ROOT", tmp_path)
        monkeypatch.setattr(cdk_cli, "find_node_folder", lambda: tmp_path / "bin")
        return CdkCli({"PATH": os.defpath, "GREETING": "hello"}, tmp_path / "logs" / "cdk.log", timeout)

    return make


def has_ended(pid: int) -> bool:
    """Return whether a process ends, or becomes a zombie, within two seconds."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_every_line_is_passed_on_and_logged(cdk: Make, tmp_path: Path) -> None:
    lines: list[str] = []
    cli = cdk("import os, sys; print(os.environ['GREETING']); print(sys.argv[1], file=sys.stderr)")
    cli.run(["deploy"], lines.append, tmp_path)
    assert sorted(lines) == ["deploy", "hello"]
    assert sorted((tmp_path / "logs" / "cdk.log").read_text().split()) == ["deploy", "hello"]


def test_a_failure_names_exit_code_log_and_last_lines(cdk: Make, tmp_path: Path) -> None:
    cli = cdk("[print(f'line {n}') for n in range(100)]; raise SystemExit(3)")
    with pytest.raises(CdkError, match=r"(?s)^cdk deploy failed \(exit code 3\); the log is .*cdk\.log\nline 75\n.*line 99$"):
        cli.run(["deploy"], lambda line: None, tmp_path)


def test_a_command_beyond_the_timeout_is_stopped_with_its_children(cdk: Make, tmp_path: Path) -> None:
    lines: list[str] = []
    cli = cdk("import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)", timeout=3)
    with pytest.raises(CdkError, match="was stopped after 3 s"):
        cli.run(["deploy"], lines.append, tmp_path)
    assert has_ended(int(lines[0]))


def test_an_interrupt_stops_the_child(cdk: Make, tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    before, start = set(psutil.Process().children()), time.monotonic()
    cli = cdk("import time; print('started', flush=True); time.sleep(60)")
    with pytest.raises(KeyboardInterrupt):
        cli.run(["deploy"], interrupt, tmp_path)
    assert time.monotonic() - start < 10
    assert not [child for child in psutil.Process().children() if child not in before and child.status() != psutil.STATUS_ZOMBIE]


def test_the_error_for_a_missing_cli_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "ROOT", tmp_path)
    with pytest.raises(CdkError, match=r"the CDK CLI is not installed in node_modules; run \./signify"):
        CdkCli({}, tmp_path / "cdk.log").run(["deploy"], print, tmp_path)


def test_the_pinned_node_comes_first_on_the_path() -> None:
    assert build_search_path().split(os.pathsep)[0] == str(find_node_folder())
    assert os.access(find_node_folder() / "node", os.X_OK)


def test_a_deploy_to_aws_rejects_another_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    with pytest.raises(CdkError, match=r"AWS_ENDPOINT_URL is http://127\.0\.0\.1:4566, which is not AWS; unset it"):
        run_on_aws(["deploy"], print)


def test_a_deploy_to_aws_uses_the_region_of_the_stage_whatever_the_profile_says(
    cdk: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cdk("import os\nprint(os.environ['AWS_REGION'], os.environ['AWS_DEFAULT_REGION'])")
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    lines: list[str] = []
    run_on_aws(["deploy"], lines.append, region="eu-central-1")
    run_on_aws(["deploy"], lines.append)
    assert lines == ["eu-central-1 eu-central-1", "us-east-1 us-east-1"]
