"""The workflows of GitHub Actions: rights, events and commands. They cannot run here; their logic is in commands that are tested."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.test_documentation import COMMAND, OPTION, commands

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
ON = True  # YAML 1.1 reads the key `on` as a boolean


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name} {job}", body) for name, workflow in WORKFLOWS.items() for job, body in workflow["jobs"].items()]


def steps(job: dict[str, Any]) -> list[str]:
    return [step.get("run", "") for step in job["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_the_repository_and_at_most_sign_in(name: str) -> None:
    permissions = WORKFLOWS[name]["permissions"]
    assert permissions.pop("contents") == "read"
    assert permissions in ({}, {"id-token": "write"})


@pytest.mark.parametrize(("name", "job"), jobs())
def test_a_job_has_a_limit_of_time_and_no_input_becomes_part_of_a_script(name: str, job: dict[str, Any]) -> None:
    assert 0 < job["timeout-minutes"] <= 120
    assert not [run for run in steps(job) if "${{" in run]


def test_only_jobs_for_trusted_events_get_the_role_that_deploys() -> None:
    roles = {
        name: (job["if"], step["with"]["role-to-assume"])
        for name, job in jobs()
        for step in job["steps"]
        if step.get("uses", "").startswith("aws-actions/")
    }
    assert len(roles) == 3
    for condition, role in roles.values():
        assert ("AWS_DIFF_ROLE" in role) == ("pull_request" in condition)


def test_no_workflow_runs_code_of_a_fork_with_rights() -> None:
    assert not [name for name, workflow in WORKFLOWS.items() if "pull_request_target" in workflow[ON]]


@pytest.mark.parametrize(("name", "job"), jobs())
def test_every_command_and_option_of_a_step_exists(name: str, job: dict[str, Any]) -> None:
    for command, arguments in COMMAND.findall("\n".join(steps(job))):
        assert command in commands(), name
        assert set(OPTION.findall(arguments)) <= commands()[command], name


def test_a_deploy_is_followed_by_the_walk_of_the_canary() -> None:
    for _, job in jobs():
        runs = " ; ".join(steps(job))
        if "./signify deploy" in runs:
            assert re.search(r"signify deploy .*signify smoke", runs)
