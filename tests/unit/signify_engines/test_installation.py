"""The engines as an installed package: in an environment of their own, away from the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.version import VERSION

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (
    *("pyproject.toml", "MANIFEST.in", "LICENSE", "docs/library.md", "contracts/version.py"),
    *("signify_engines", "forecast_engine", "kpi_engine"),
)
PROGRAM = """
import importlib.metadata, pkgutil, sys
import pandas as pd
import signify_engines, forecast_engine, kpi_engine
from kpi_engine.definitions import all_definitions

for package in (signify_engines, forecast_engine, kpi_engine):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        __import__(module.name)
demand = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2026-01-05", periods=140), "y": [9.0, 9, 9, 9, 9, 4, 0] * 20})
forecast = signify_engines.forecast(demand, h=7)
print(forecast["p50"].round(6).tolist(), len(all_definitions()) > 100, signify_engines.__file__.startswith(sys.prefix))
print(importlib.metadata.version("signify-engines"), importlib.metadata.requires("signify-engines"))
"""


@pytest.mark.slow
def test_the_library_works_from_a_clean_environment(tmp_path: Path) -> None:
    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "venv" / "bin" / "python"
    for name in SOURCES:  # a build leaves folders behind, which the repository must not have
        source, copy = ROOT / name, tmp_path / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copyfile(source, copy)
    run(uv, "build", "--quiet", "--out-dir", tmp_path / "dist", tmp_path / "source")
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    run(uv, "pip", "install", "--quiet", "--python", python, *(tmp_path / "dist").glob("*.whl"))
    forecast, package = run(python, "-I", "-c", PROGRAM, folder=tmp_path).splitlines()
    assert forecast == "[9.0, 9.0, 9.0, 9.0, 9.0, 4.0, 0.0] True True"
    assert package.startswith(VERSION)
    assert "numpy" in package
    assert "pandas" in package


def run(*command: object, folder: Path = ROOT) -> str:
    result = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=500, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout
