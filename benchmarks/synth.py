"""CPU time of a synth by phase: starting, defining the stacks, writing and checking the templates, and the CLI around it.

Each stage is synthesised in a process of its own without credentials, twice: the first time also builds the bundles, which the second
finds. Then the CLI does the same. Usage: python -m benchmarks.synth [--output FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("dev", "prod")
PHASES = {
    "import": "Python and Node start, the CDK is loaded",
    "define": "the stacks are defined, bundles looked up",
    "rules": "cdk-nag and its rules are loaded",
    "synth": "templates are written, linted by the CDK and checked against the rules",
}
LIMIT_S = 600
ACKNOWLEDGED = "noReceiver,noBudget,noRunbookUrl"
"""What only the owner of prod can set."""


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process, of its living descendants, and of those that it has waited for."""
    times = process.cpu_times()
    living = sum(_own(child) for child in process.children(recursive=True))
    return float(times.user + times.system + times.children_user + times.children_system) + living


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def phases(stage: str, output: str) -> dict[str, float]:
    """CPU seconds by phase of this process, which has imported nothing of the CDK yet; the first also holds Python's own start."""
    seconds_by_phase, before, process = {}, 0.0, psutil.Process()

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        nonlocal before
        yield
        now = cpu_seconds(process)
        seconds_by_phase[name], before = now - before, now

    with phase("import"):
        from aws_cdk import App

        from cdk.settings.reader import read_settings
        from stacks.platform import build_platform
    with phase("define"):
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"stage": stage, "acknowledge": ACKNOWLEDGED}
        app = App(context=context, outdir=output)
        build_platform(app, read_settings(context))
    with phase("rules"):
        from cdk.common.checks import add_checks

        add_checks(app)
    with phase("synth"):
        app.synth()
    return seconds_by_phase


def measure_apart(stage: str, output: Path) -> dict[str, float]:
    """The same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.synth", "--stage", stage, "--output", str(output / stage)]
    process = subprocess.run(command, cwd=ROOT, env=_without_credentials(), capture_output=True, text=True, timeout=LIMIT_S, check=True)
    seconds: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return seconds


def by_the_cli(stage: str, output: Path) -> float:
    """CPU seconds of `cdk synth`, the app included."""
    before = psutil.Process().cpu_times()
    command = [
        "cdk",
        "synth",
        "--quiet",
        "--context",
        f"stage={stage}",
        "--context",
        f"acknowledge={ACKNOWLEDGED}",
        "--output",
        str(output / stage),
    ]
    subprocess.run(command, cwd=ROOT, env=_without_credentials(), capture_output=True, timeout=LIMIT_S, check=True)
    after = psutil.Process().cpu_times()
    return float(after.children_user + after.children_system - before.children_user - before.children_system)


def _without_credentials() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {**environment, "AWS_EC2_METADATA_DISABLED": "true", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"}


def main() -> None:
    """Measure every stage and print where its time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, default=None, help="where the assemblies stay; by default they go")
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(phases(options.stage, str(options.output))))
        return
    with tempfile.TemporaryDirectory(prefix="signify-synth-") as folder:
        report(options.output or Path(folder))


def report(output: Path) -> None:
    """Print the table."""
    first = {stage: measure_apart(stage, output) for stage in STAGES}
    seconds = {stage: measure_apart(stage, output) for stage in STAGES}
    cli = {stage: by_the_cli(stage, output) for stage in STAGES}
    table = Table(title="CPU seconds of a synth")
    table.add_column("what")
    for stage in STAGES:
        table.add_column(stage, justify="right")
    for name, meaning in PHASES.items():
        table.add_row(meaning, *(f"{seconds[stage][name]:.1f}" for stage in STAGES))
    table.add_row("the CLI around it", *(f"{cli[stage] - sum(seconds[stage].values()):.1f}" for stage in STAGES))
    table.add_section()
    table.add_row("cdk synth", *(f"{cli[stage]:.1f}" for stage in STAGES))
    table.add_section()
    table.add_row("bundles, when they changed", *(f"{first[stage]['define'] - seconds[stage]['define']:.1f}" for stage in STAGES))
    Console().print(table)


if __name__ == "__main__":
    main()
