"""Unzipped size of each deployable, as Lambda counts it: the sources and the wheels for AWS."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from cdk.compute.bundling import AWS_WHEELS, install, prune
from cdk.compute.package import API, FUNCTIONS, INGESTION, JOBS, KPI, MIGRATIONS, Package

MIB = 1024 * 1024
PACKAGES = (API, FUNCTIONS, INGESTION, KPI, MIGRATIONS, JOBS)
MAX_MIB = 200
"""Lambda's limit is 250 MiB with layers; the difference is left for the next library."""
MAX_MIB_BY_PACKAGE = {API.name: 40}
"""The size of the API is part of every cold start that SnapStart does not shorten."""


@dataclass(frozen=True)
class PackageSize:
    """One deployable: bytes of its sources and of its dependencies, and the limit of their sum in MiB."""

    name: str
    sources: int
    dependencies: int
    max_mib: int

    @property
    def mib(self) -> float:
        """The total in MiB."""
        return (self.sources + self.dependencies) / MIB

    @property
    def fits(self) -> bool:
        """Whether the total is within the limit."""
        return self.mib <= self.max_mib


def measure(package: Package) -> PackageSize:
    """Build the package for Lambda in a scratch folder and measure it.

    Raises BuildError when its requirements cannot be installed.
    """
    with tempfile.TemporaryDirectory(prefix="signify-size-") as scratch:
        sources, site = Path(scratch, "sources"), Path(scratch, "site")
        package.copy_sources(sources)
        site.mkdir()
        if package.requirements:
            install(package.requirements_file, site, AWS_WHEELS)
            prune(site)
        return PackageSize(package.name, _sum_bytes(sources), _sum_bytes(site), MAX_MIB_BY_PACKAGE.get(package.name, MAX_MIB))


def _sum_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
