"""Write the software bill of materials: every pinned package, Python and Node, as CycloneDX 1.6: `python -m tools.sbom [FILE]`.

The pins are the source: nothing is installed or resolved, so that the bill is the same everywhere. Each component names the sets that pin
it.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections import defaultdict
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import quote

from contracts.version import VERSION
from local.state import ROOT
from tools.pins import Pin, pins_by_set

SPECIFICATION = "1.6"
NAMESPACE = uuid.UUID("5f1d3a52-6d0f-4f0b-9a52-0a4cf4a3a9f5")
"""Namespace of serial numbers, so that equal pins have equal bills."""


class Property(TypedDict):
    """A name and a value of a component."""

    name: str
    value: str


class Component(TypedDict):
    """One package at one version."""

    type: str
    name: str
    version: str
    purl: str
    properties: NotRequired[list[Property]]


class Bill(TypedDict):
    """The document, in the words of CycloneDX."""

    bomFormat: str
    specVersion: str
    serialNumber: str
    version: int
    metadata: dict[str, Component]
    components: list[Component]


def make_bill() -> Bill:
    """Return the bill of all pins of requirements/ and package-lock.json."""
    components = [*_python_components(), *_node_components(ROOT / "package-lock.json")]
    serial = uuid.uuid5(NAMESPACE, json.dumps(components, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "signify", "version": VERSION, "purl": f"pkg:generic/signify@{VERSION}"}},
        "components": components,
    }


def _python_components() -> list[Component]:
    sets: dict[Pin, list[str]] = defaultdict(list)
    for name, pins in pins_by_set().items():
        for pin in pins:
            sets[pin].append(name)
    return [
        {
            "type": "library",
            "name": pin.name,
            "version": pin.version,
            "purl": f"pkg:pypi/{quote(pin.name.lower().replace('_', '-'))}@{quote(pin.version)}",
            "properties": [{"name": "signify:requirements", "value": name} for name in sorted(sets[pin])],
        }
        for pin in sorted(sets)
    ]


def _node_components(lock_file: Path) -> list[Component]:
    packages = json.loads(lock_file.read_text(encoding="utf-8"))["packages"]
    versions = {(path.rpartition("node_modules/")[2], str(package["version"])) for path, package in packages.items() if path}
    return [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:npm/{quote(name)}@{quote(version)}"}
        for name, version in sorted(versions)
    ]


def main() -> None:
    """Write the bill to a file, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="File to write. Default: print the bill.")
    text = json.dumps(make_bill(), indent=2) + "\n"
    target = parser.parse_args().file
    if target is None:
        print(text, end="")
    else:
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
