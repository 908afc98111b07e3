"""The structure of the repository: how many modules a folder holds, and that packages import each other in one direction only."""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_MODULES = 20
PACKAGES = (
    "cdk",
    "cli",
    "contracts",
    "forecast_engine",
    "glue_jobs",
    "kpi_engine",
    "local",
    "runtime",
    "signify_engines",
    "stacks",
    "tools",
)

MOST_USES_OF_ANY = {
    "cdk": 1,
    "cli": 3,
    "contracts": 3,
    "glue_jobs": 5,
    "kpi_engine": 23,
    "local": 11,
    "runtime": 29,
    "tools": 2,
}


def source_files() -> list[Path]:
    """Every Python file that git tracks, relative to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    return [Path(line) for line in listing.splitlines() if (ROOT / line).is_file()]


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """Which module imports which, without the imports that only type checkers follow."""
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)


def test_no_folder_holds_more_modules_than_a_reader_can_survey() -> None:
    modules = Counter(file.parent for file in source_files() if file.name != "__init__.py")
    large_folders = {str(folder): count for folder, count in modules.items() if count > MOST_MODULES}
    assert large_folders == {}


def test_adapters_of_functions_without_the_engines_do_not_import_them(imports: grimp.ImportGraph) -> None:
    """Their package holds runtime and contracts alone; the adapters are imported when they are first used, so nothing fails before."""
    of_the_api = {"runtime.adapters.postgres.reads"}
    importers = {
        module
        for module in imports.find_descendants("runtime.adapters")
        if imports.find_shortest_chain(importer=module, imported="kpi_engine.accuracy.report.accuracy_report")
    }
    assert importers == of_the_api


def test_siblings_never_import_each_other_in_a_circle(imports: grimp.ImportGraph) -> None:
    parents = sorted(module for module in imports.modules if imports.find_children(module))
    circles = {parent: breakers for parent in parents if (breakers := imports.nominate_cycle_breakers(parent))}
    assert circles == {}


def test_packages_never_import_each_other_in_a_circle(imports: grimp.ImportGraph) -> None:
    targets: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for module in imports.modules:
        package = module.partition(".")[0]
        targets[package] |= {target.partition(".")[0] for target in imports.find_modules_directly_imported_by(module)} - {package}
    while leaves := [package for package, direct in targets.items() if not direct]:
        for leaf in leaves:
            del targets[leaf]
        for direct in targets.values():
            direct.difference_update(leaves)
    assert targets == {}, "each of these packages imports, directly or not, itself"


def test_no_package_uses_any_more_often_than_before() -> None:
    """`Any` switches the type checker off for every value that it reaches, so that its uses may only become fewer.

    They stand at the edges: JSON of any shape, columns of any type, libraries without types. Use a TypedDict, a protocol, a generic or
    `object` in new code, and lower the number of a package when one of its uses is gone.
    """
    uses = Counter(
        file.parts[0]
        for file in source_files()
        if file.parts[0] in PACKAGES
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "Any"
    )
    excess = {package: count for package, count in uses.items() if count > MOST_USES_OF_ANY.get(package, 0)}
    assert excess == {}, "more uses of Any than MOST_USES_OF_ANY allows"


def test_no_symbolic_link_is_tracked() -> None:
    """A link to an environment replaces the environment itself in every clone that checks it out."""
    listing = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert [line for line in listing.splitlines() if line.startswith("120000")] == []
