"""Functions: the shipped emulator runs them with the emulator's own packages in reach, which hides a dependency that was not bundled.

Ours see what Lambda's Python runtime gives them (the standard library and boto3) and their own bundle, nothing else.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from ministack.core import lambda_runtime

from local.emulator.settings import EmulatorSettings

LAUNCHER = """#!/bin/sh
# -S: no site-packages. The runtime folder stands for what the Lambda service provides.
PYTHONPATH={runtime} exec {python} -S "$@"
"""


def install(settings: EmulatorSettings) -> None:
    """Start Python functions through a launcher that hides the twin's packages."""
    launcher = write_launcher(settings.home / "build" / "lambda-runtime", Path(sys.executable))
    shipped = lambda_runtime._detect_runtime_binary

    def runtime_binary(runtime: str) -> tuple[str, str]:
        binary, script = shipped(runtime)
        return (str(launcher), script) if runtime.startswith("python") else (binary, script)

    lambda_runtime._detect_runtime_binary = runtime_binary


def write_launcher(runtime: Path, python: Path) -> Path:
    """Write the launcher beside the folder of what the runtime provides; its path."""
    runtime.mkdir(parents=True, exist_ok=True)
    launcher = runtime / "python"
    launcher.write_text(LAUNCHER.format(runtime=shlex.quote(str(runtime / "site")), python=shlex.quote(str(python))), encoding="utf-8")
    launcher.chmod(0o755)
    return launcher
