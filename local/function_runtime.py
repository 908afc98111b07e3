"""The packages that Lambda's Python runtime provides, in a folder of their own for functions on the local stack."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from uv import find_uv_bin

from local import state
from local.errors import LocalStackError

REQUIREMENTS = state.ROOT / "requirements" / "lambda-runtime.txt"
TIMEOUT_SECONDS = 300


def ensure_installed(runtime: Path) -> None:
    """Install the pinned packages into `runtime`/site unless they are there already.

    Raises LocalStackError with the output of uv.
    """
    fingerprint = sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    file = runtime / "fingerprint"
    if file.is_file() and file.read_text(encoding="utf-8") == fingerprint:
        return
    shutil.rmtree(runtime, ignore_errors=True)
    runtime.mkdir(parents=True)
    command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(runtime / "site")]
    process = subprocess.run(
        [*command, "--require-hashes", "--requirement", str(REQUIREMENTS)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    if process.returncode:
        raise LocalStackError(f"cannot install the packages of Lambda's runtime ({REQUIREMENTS.name}): {process.stderr.strip()[-1000:]}")
    file.write_text(fingerprint, encoding="utf-8")
