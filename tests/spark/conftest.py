"""The same run through both engines, each in a process of its own: sqlframe takes the name pyspark for a whole process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from tests.spark import lake

ROOT = Path(__file__).resolve().parents[2]
JOBS = str(Path(__file__).with_name("run_jobs.py"))
JAVA = 17
SUBMIT = (
    "--master local[2] --driver-memory 1g --conf spark.ui.enabled=false "
    "--conf spark.driver.bindAddress=127.0.0.1 --conf spark.sql.shuffle.partitions=2 pyspark-shell"
)


@dataclass(frozen=True)
class Outcome:
    """The folders of one lake after real Spark and after the embedded engine."""

    spark: Path
    embedded_lake: Path


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Both engines on one input; skipped, with the reason, where Spark or its Java is missing."""
    if missing := what_is_missing():
        pytest.skip(missing)
    spark, embedded_lake = tmp_path_factory.mktemp("spark"), tmp_path_factory.mktemp("embedded")
    lake.fill(spark)
    shutil.copytree(spark, embedded_lake, dirs_exist_ok=True)
    _run([sys.executable, JOBS, str(spark), lake.RUN_ID])
    _run([sys.executable, "-m", "local.glue_runner", JOBS, str(embedded_lake), lake.RUN_ID])
    return Outcome(spark, embedded_lake)


def what_is_missing() -> str | None:
    """Why real Spark cannot run here, or None when it can."""
    try:
        metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return "pyspark is not installed: .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r requirements/spark.txt"
    java = shutil.which(f"{os.environ['JAVA_HOME']}/bin/java" if os.environ.get("JAVA_HOME") else "java")
    version_text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else "no java"
    match = re.search(r'version "(\d+)', version_text)
    return None if match and int(match[1]) == JAVA else f"Spark 3.5 runs on Java {JAVA}; found: {version_text.splitlines()[0]}"


def _run(command: list[str]) -> None:
    """Run one engine's process; when it fails, the test shows the last of what it said."""
    local = {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": SUBMIT,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    process = subprocess.run(command, env={**os.environ, **local}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert process.returncode == 0, f"{process.stdout}\n{process.stderr[-4000:]}"
