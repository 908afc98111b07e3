"""The content of a function or job: packages of the repository, and one set of requirements with hashes.

Both have a fingerprint of everything that determines their content, so that unchanged assets are neither built nor uploaded again.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Package:
    """Sources are folders and files below the repository, `without` some of theirs; requirements is a set in requirements/, or empty."""

    name: str
    sources: tuple[str, ...]
    without: tuple[str, ...] = ()
    requirements: str = ""

    @property
    def requirements_file(self) -> Path:
        """The file with the pins and hashes."""
        return ROOT / "requirements" / f"{self.requirements}.txt"

    def files(self) -> Iterator[Path]:
        """Yield every source file in a stable order, without byte code."""
        for source in self.sources:
            path = ROOT / source
            yield from sorted(file for file in ([path] if path.is_file() else path.rglob("*")) if self._includes(file))

    def copy_sources(self, target: Path) -> None:
        """Copy the sources to target, under their paths in the repository."""
        for file in self.files():
            copy = target / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)

    def _includes(self, file: Path) -> bool:
        excluded_folder = any(file.is_relative_to(ROOT / folder) for folder in self.without)
        return file.is_file() and not excluded_folder and "__pycache__" not in file.parts


def fingerprint(*files: Path) -> str:
    """Return the SHA-256 of names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


ANOMALY_TERMS = ("kpi_engine/anomalies/kind.py", "kpi_engine/anomalies/terms.py", "kpi_engine/anomalies/thresholds.py")
API = Package(
    "api",
    (
        "runtime",
        "contracts",
        "kpi_engine/definitions",
        "kpi_engine/accuracy/report",
        "kpi_engine/shared/serialise.py",
        "kpi_engine/insights/terms.py",
        *ANOMALY_TERMS,
        "kpi_engine/anomalies/formats.py",
        "kpi_engine/anomalies/picture/picture.py",
        "kpi_engine/anomalies/picture/scale.py",
        "kpi_engine/anomalies/picture/svg.py",
    ),
    without=("runtime/functions",),
    requirements="api",
)
FUNCTIONS = Package(
    "functions",
    ("runtime", "contracts", "kpi_engine/insights", *ANOMALY_TERMS, "kpi_engine/shared/split_normal.py"),
    without=("runtime/api",),
    requirements="functions",
)
INGESTION = Package(
    "ingestion",
    ("runtime", "contracts", "glue_jobs/__init__.py", "glue_jobs/transforms"),
    without=("runtime/api",),
    requirements="ingestion",
)
KPI = Package("kpi", ("runtime", "contracts", "kpi_engine"), without=("runtime/api",), requirements="kpi")
MIGRATIONS = Package(
    "migrations",
    ("runtime", "contracts", "migrations", "kpi_engine/insights/terms.py", *ANOMALY_TERMS),
    without=("runtime/api",),
    requirements="migrations",
)
JOBS = Package("jobs", ("glue_jobs", "forecast_engine", "kpi_engine/__init__.py", "kpi_engine/shared", "contracts"))

ALL_SOURCES = Package("everything", ("runtime", "contracts", "kpi_engine", "forecast_engine", "glue_jobs", "migrations"))


def code_version() -> str:
    """Return twelve characters that change with any code that computes results; every run records them."""
    return fingerprint(*ALL_SOURCES.files())[:12]
