"""Glue jobs: what every job has, and what the settings change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth
ROOT = Path(__file__).resolve().parents[3]


def test_a_job_brings_its_own_modules_and_installs_none(stage: Stage) -> None:
    for job in stage.of_type("AWS::Glue::Job").values():
        arguments = job["Properties"]["DefaultArguments"]
        assert render(arguments["--extra-py-files"]).endswith(".zip")
        assert "--additional-python-modules" not in arguments


def test_the_modules_that_glue_brings_are_those_that_the_jobs_are_tested_with(stage: Stage) -> None:
    """tests/unit/test_other_versions.py runs the jobs' tests with these pins: another Glue version needs another set."""
    versions = {job["Properties"]["GlueVersion"].replace(".", "") for job in stage.of_type("AWS::Glue::Job").values()}
    assert all((ROOT / "requirements" / f"glue{version}.txt").exists() for version in versions)


def test_a_run_that_people_start_does_not_wait_for_the_days_own(stage: Stage) -> None:
    for job in stage.of_type("AWS::Glue::Job").values():
        assert job["Properties"]["ExecutionProperty"]["MaxConcurrentRuns"] == 3


def test_a_job_scales_up_to_the_workers_of_the_stage(stages: dict[str, Stage]) -> None:
    def workers(stage: str) -> set[int]:
        return {job["Properties"]["NumberOfWorkers"] for job in stages[stage].of_type("AWS::Glue::Job").values()}

    assert (workers("dev"), workers("prod")) == ({4}, {10})


def test_flexible_jobs_run_on_spare_capacity_and_are_not_queued(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    flexible = synthesise("dev", glueFlex="true")["dev"].of_type("AWS::Glue::Job").values()
    assert {job["Properties"]["ExecutionClass"] for job in flexible} == {"FLEX"}
    assert all(not job["Properties"].get("JobRunQueuingEnabled") for job in flexible)
    assert all(job["Properties"]["Timeout"] > 0 and job["Properties"]["GlueVersion"] == "5.1" for job in flexible)
    standard = stages["dev"].of_type("AWS::Glue::Job").values()
    assert {job["Properties"].get("ExecutionClass", "STANDARD") for job in standard} == {"STANDARD"}
