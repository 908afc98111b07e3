"""The app as the CLI runs it: checked by cdk-nag, the CDK's own rules and cfn-lint, without credentials or network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.synth, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
# A proxy where nobody listens: whatever tries to reach the network fails.
AMAZON_FORECAST = {"forecastBackend": "amazon_forecast"}
NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")


def run_app(context: dict[str, Any], output: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CDK_", "SIGNIFY_"))}
    environment |= {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(output), "AWS_EC2_METADATA_DISABLED": "true", **NOWHERE}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize(
    ("stage", "settings"), [("dev", {}), ("prod", {}), ("local", {}), ("dev", AMAZON_FORECAST), ("prod", AMAZON_FORECAST)]
)
def test_the_app_has_no_finding_without_a_reason(stage: str, settings: dict[str, str], context: dict[str, Any], tmp_path: Path) -> None:
    done = run_app({**context, "stage": stage, **settings}, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    templates = sorted(str(path) for path in tmp_path.glob("*.template.json"))
    assert len(templates) == (8 if settings else 7)
    linted = subprocess.run(["cfn-lint", *templates], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert linted.returncode == 0, linted.stdout[-3000:]


def test_wrong_settings_end_the_app_with_one_sentence(context: dict[str, Any], tmp_path: Path) -> None:
    done = run_app({**context, "stage": "dev", "anomalyBackend": "lookout"}, tmp_path)
    assert done.returncode == 1
    assert "settings: stage dev: anomalyBackend is 'lookout': Amazon Lookout for Metrics ended on 9 October 2025" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_finding_without_a_reason_ends_the_app(tmp_path: Path) -> None:
    from aws_cdk import App, Stack
    from aws_cdk.aws_sns import Topic

    from cdk.checks import add_checks

    app = App(outdir=str(tmp_path))
    Topic(Stack(app, "Open"), "Topic")
    add_checks(app)
    with pytest.raises(RuntimeError, match="does not require publishers to use SSL"):
        app.synth()
