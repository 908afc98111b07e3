"""Runs a Glue job script on this machine: `python -m local.glue_runner SCRIPT --name value ...`, argv as Glue passes it."""

from __future__ import annotations

import runpy
import sys
import tempfile
from pathlib import Path

from local.spark import lend_pyspark


def main() -> None:
    """Lend the script a Spark, then run it as the main program."""
    script, *arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="signify-job-") as scratch:
        lend_pyspark(Path(scratch))
        sys.argv = [script, *arguments]
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
