"""Run a Glue job script on this machine: `python -m local.glue_runner SCRIPT --name value ...`, with argv as Glue passes it."""

from __future__ import annotations

import runpy
import sys
import tempfile
from pathlib import Path

from local.spark import substitute_pyspark


def main() -> None:
    """Substitute pyspark, then run the script as the main program."""
    script, *arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="signify-job-") as scratch:
        substitute_pyspark(Path(scratch))
        sys.argv = [script, *arguments]
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
