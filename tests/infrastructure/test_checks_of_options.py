"""The same checks as of the plain stages, with everything switched that is off by default."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.test_checks import ROOT, run_app

pytestmark = [pytest.mark.synth, pytest.mark.slow]
TOLD = {"alarmEmail": "on-call@example.com", "monthlyBudgetUsd": "50"}
OPTIONS = [
    {"stage": "dev", "corsOrigins": '["https://planning.example.com"]', **TOLD},
    {"stage": "prod", "apiFirewall": "false", "@aws-cdk/core:bootstrapQualifier": "acme"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=["cors, mail and budget", "without a firewall, bootstrapped under a name of its own"])
def test_an_option_brings_no_finding_without_a_reason(options: dict[str, str], context: dict[str, Any], tmp_path: Path) -> None:
    done = run_app({**context, **options}, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    templates = [str(tmp_path / f"Signify-{options['stage']}-{name}.template.json") for name in ("Api", "Workflow", "Monitoring")]
    linted = subprocess.run(["cfn-lint", *templates], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert linted.returncode == 0, linted.stdout[-3000:]
