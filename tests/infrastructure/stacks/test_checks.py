"""The app as the CLI runs it: checked by cdk-nag, the CDK's own rules and cfn-lint, without credentials or network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.conftest import OPTIONS, VARIATIONS

pytestmark = [pytest.mark.synth, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[3]
# A proxy where nobody listens: whatever tries to reach the network fails.
NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
APART: dict[str, tuple[str, dict[str, str]]] = {"dev": ("dev", {})}  # in a process of its own, as the CLI runs it
HERE = {
    "prod": ("prod", {}),
    "local": ("local", {}),
    **OPTIONS,
    **VARIATIONS,
    "prod with Amazon Forecast": ("prod", {"forecastBackend": "amazon_forecast"}),
}
Check = Callable[[str], Path]


def run_app(context: dict[str, Any], output: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CDK_", "SIGNIFY_"))}
    environment |= {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(output), "AWS_EC2_METADATA_DISABLED": "true", **NOWHERE}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def run_here(context: dict[str, Any], output: Path) -> None:
    """The same in this process: to load the rules takes ten CPU seconds, to apply them once more takes one."""
    from aws_cdk import App

    from cdk.common.checks import add_checks
    from cdk.settings.reader import read_settings
    from stacks.platform import build_platform

    app = App(context=context, outdir=str(output))
    build_platform(app, read_settings(context))
    add_checks(app)
    app.synth()


@pytest.fixture(scope="module")
def check(context: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Check:
    """The assembly of a stage by its name above, synthesised once; a finding raises."""

    @cache
    def run(name: str) -> Path:
        output = tmp_path_factory.mktemp("checked")
        stage, settings = {**APART, **HERE}[name]
        app_context = {**context, **settings, "stage": stage}
        if name in APART:
            process = run_app(app_context, output)
            assert process.returncode == 0, process.stderr[-3000:]
        else:
            run_here(app_context, output)
        return output

    return run


def templates(assembly: Path) -> dict[str, str]:
    """Text of every template, by its file's name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(assembly.glob("*.template.json"))}


@pytest.mark.parametrize("name", [*APART, *HERE])
def test_the_app_has_no_finding_without_a_reason(name: str, check: Check) -> None:
    """Not even a warning, which ends no synth, but for the one that choosing Amazon Forecast is meant to bring."""
    assembly = check(name)
    assert len(templates(assembly)) == (8 if "Amazon Forecast" in name else 7)
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    rule_names = [violation["ruleName"] for plugin in report["pluginReports"] for violation in plugin["violations"]]
    assert rule_names == (["Annotation::signify:amazon-forecast-closed"] if "Amazon Forecast" in name else [])


def test_cfn_lint_finds_nothing(check: Check, tmp_path: Path) -> None:
    """Every template that any of the stages has, once: most do not change with a setting."""
    texts = ((text, f"{name} {file}") for name in [*APART, *HERE] for file, text in templates(check(name)).items())
    for text, name in dict(texts).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    process = subprocess.run(
        ["cfn-lint", *map(str, tmp_path.iterdir())], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert process.returncode == 0, process.stdout[-3000:]


def test_wrong_settings_end_the_app_with_one_sentence(context: dict[str, Any], tmp_path: Path) -> None:
    process = run_app({**context, "stage": "dev", "anomalyBackend": "lookout"}, tmp_path)
    assert process.returncode == 1
    assert "settings: stage dev: anomalyBackend is 'lookout': Amazon Lookout for Metrics ended on 9 October 2025" in process.stderr
    assert "Traceback" not in process.stderr


def test_a_finding_without_a_reason_ends_the_app(tmp_path: Path) -> None:
    from aws_cdk import App, Stack
    from aws_cdk.aws_sns import Topic

    from cdk.common.checks import add_checks

    app = App(outdir=str(tmp_path))
    Topic(Stack(app, "Open"), "Topic")
    add_checks(app)
    with pytest.raises(RuntimeError, match="does not require publishers to use SSL"):
        app.synth()
