"""The pins of every requirement set, read from requirements/*.txt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cdk.compute.package import API, FUNCTIONS, INGESTION, KPI, MIGRATIONS
from local.state import ROOT

FOLDER = ROOT / "requirements"
DEPLOYED_SETS = tuple(package.requirements for package in (API, FUNCTIONS, INGESTION, KPI, MIGRATIONS))
"""The sets that are bundled with functions; every other set stays on a developer's machine, or reproduces what AWS provides."""
MIRROR_SETS = ("glue51", "lambda-runtime", "pandas2", "spark")
"""The sets that reproduce an environment whose versions AWS or a user chooses."""
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Pin:
    """One package at one version."""

    name: str
    version: str


def pins_by_set(folder: Path = FOLDER) -> dict[str, frozenset[Pin]]:
    """Return the pins of each set, those of other systems and Python versions included."""
    return {file.stem: read_pins(file) for file in sorted(folder.glob("*.txt"))}


def read_pins(file: Path) -> frozenset[Pin]:
    """Return the pins of one file."""
    return frozenset(Pin(match["name"], match["version"]) for match in PIN.finditer(file.read_text(encoding="utf-8")))
