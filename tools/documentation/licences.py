"""docs/licences.md: every pinned package with its licence, and the licences that are allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tools.licences import ALLOWED_LICENCES, UNDEPLOYED_LICENCES, PackageLicence, all_licences

HEAD = """# Licences of the dependencies

Written by `python -m tools.documentation`, which fails when a licence is unknown or not allowed. The packages are those pinned in
[requirements/](../requirements/) and package-lock.json; their licences, as SPDX expressions, are what their metadata states.
[tools/licences.py](../tools/licences.py) holds the allowed licences, and the licences that were read by hand where metadata names none.
A binary wheel may bundle libraries under other licences, whose notices are in the wheel.
"""


def page() -> str:
    """Return the whole page.

    Raises LicenceError when a licence is unknown or not allowed.
    """
    return "\n".join([HEAD, *_allowed(), *_packages(all_licences())])


def _allowed() -> Iterator[str]:
    yield from ("## Allowed licences", "", "| licence | allowed in | terms |", "|---|---|---|")
    yield from _rows(ALLOWED_LICENCES, "all packages")
    yield from _rows(UNDEPLOYED_LICENCES, "packages that are not deployed")
    yield ""


def _rows(licences: Mapping[str, str], where: str) -> Iterator[str]:
    yield from (f"| {licence} | {where} | {terms} |" for licence, terms in licences.items())


def _packages(packages: Sequence[PackageLicence]) -> Iterator[str]:
    deployed_count = sum(bool(package.deployed_in) for package in packages)
    yield from (
        f"## Packages: {len(packages)}, of which {deployed_count} are deployed",
        "",
        "| package | licence | deployed in |",
        "|---|---|---|",
    )
    yield from (f"| {package.name} | {package.licence} | {', '.join(package.deployed_in) or 'not deployed'} |" for package in packages)
    yield ""
