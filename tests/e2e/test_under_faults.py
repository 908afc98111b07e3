"""The drills of kills and of concurrency, in a short form; by hand they run longer."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import ROOT, Story

pytestmark = pytest.mark.e2e


def run_drill(story: Story, module: str, *arguments: str) -> str:
    """Run a drill on the session's local stack and return its output, which has the seeds."""
    process = subprocess.run(
        [sys.executable, "-m", f"cli.drills.{module}", *arguments],
        cwd=ROOT,
        env={**os.environ, "SIGNIFY_HOME": str(story.signify.home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert process.returncode == 0, f"{process.stdout}\n{process.stderr}"
    return process.stdout


# A function after PublishRun and a job before it, each until the run fails, and PostgreSQL: both alarms of failed runs are among them.
SEED = 2027


def test_runs_whose_processes_are_killed_end_like_an_undisturbed_one(story: Story) -> None:
    output = run_drill(story, "kills", "--drills", "3", "--seed", str(SEED))
    assert output.count(": equal") == 3, output


def test_readers_see_one_run_at_a_time_while_clients_start_cancel_republish_and_redrive(story: Story) -> None:
    output = run_drill(story, "concurrency", "--minutes", "0.5", "--clients", "4")
    assert "walks over" in output
