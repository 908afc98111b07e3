"""The packages that Lambda's Python runtime provides, in a folder of their own for the twin's functions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from uv import find_uv_bin

from local import state
from local.errors import TwinError

REQUIREMENTS = state.ROOT / "requirements" / "lambda-runtime.txt"
TIMEOUT_SECONDS = 300


def ensure(runtime: Path) -> None:
    """Install the pins into `runtime`/site unless they are there already.

    Raises TwinError with what uv said.
    """
    wanted = sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    mark = runtime / "fingerprint"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(runtime, ignore_errors=True)
    runtime.mkdir(parents=True)
    command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(runtime / "site")]
    done = subprocess.run(
        [*command, "--require-hashes", "--requirement", str(REQUIREMENTS)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    if done.returncode:
        raise TwinError(f"the functions' runtime ({REQUIREMENTS.name}) cannot be installed: {done.stderr.strip()[-1000:]}")
    mark.write_text(wanted, encoding="utf-8")
