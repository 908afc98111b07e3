"""Functions: the emulator runs them with its own packages importable, which hides a dependency missing from a bundle.

This extension gives them what Lambda's Python runtime provides (the standard library and boto3) and their own bundle, nothing else.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from ministack.core import lambda_runtime

from local.emulator.settings import EmulatorSettings

LAUNCHER = """#!/bin/sh
# -S: no site-packages. The runtime folder holds what the Lambda service provides.
PYTHONPATH={runtime} exec {python} -S "$@"
"""


def install(settings: EmulatorSettings) -> None:
    """Start Python functions through a launcher that hides the packages of this environment."""
    launcher = write_launcher(settings.home / "build" / "lambda-runtime", Path(sys.executable))
    original_detect = lambda_runtime._detect_runtime_binary

    def detect_runtime_binary(runtime: str) -> tuple[str, str]:
        binary, script = original_detect(runtime)
        return (str(launcher), script) if runtime.startswith("python") else (binary, script)

    lambda_runtime._detect_runtime_binary = detect_runtime_binary


def write_launcher(runtime: Path, python: Path) -> Path:
    """Write the launcher into the runtime's folder and return its path."""
    runtime.mkdir(parents=True, exist_ok=True)
    launcher = runtime / "python"
    launcher.write_text(LAUNCHER.format(runtime=shlex.quote(str(runtime / "site")), python=shlex.quote(str(python))), encoding="utf-8")
    launcher.chmod(0o755)
    return launcher
