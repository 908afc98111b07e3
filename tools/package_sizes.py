"""How big each deployable is, unzipped, as Lambda counts it: our sources and the wheels of where it will run."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from cdk.compute.bundling import AWS_WHEELS, install, prune
from cdk.compute.package import API, FUNCTIONS, JOBS, KPI, MIGRATIONS, Package

MIB = 1024 * 1024
PACKAGES = (API, FUNCTIONS, KPI, MIGRATIONS, JOBS)
AT_MOST_MIB = 200
"""Lambda takes 250 with layers; the rest is room for the next library."""
AT_MOST_OF = {API.name: 40}
"""The API's size is in every cold start that SnapStart does not save."""


@dataclass(frozen=True)
class PackageSize:
    """One deployable: bytes of ours, bytes of its dependencies, and what it may have together, in MiB."""

    name: str
    sources: int
    dependencies: int
    at_most_mib: int

    @property
    def mib(self) -> float:
        """Everything, in MiB."""
        return (self.sources + self.dependencies) / MIB

    @property
    def fits(self) -> bool:
        """Whether it is as small as it should be."""
        return self.mib <= self.at_most_mib


def measure(package: Package) -> PackageSize:
    """Build the package for Lambda in a scratch folder and weigh it.

    Raises BuildError when its requirements cannot be installed.
    """
    with tempfile.TemporaryDirectory(prefix="signify-size-") as scratch:
        sources, site = Path(scratch, "sources"), Path(scratch, "site")
        package.copy_sources(sources)
        site.mkdir()
        if package.requirements:
            install(package.requirements_file, site, AWS_WHEELS)
            prune(site)
        return PackageSize(package.name, _bytes(sources), _bytes(site), AT_MOST_OF.get(package.name, AT_MOST_MIB))


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
