"""The contracts import the standard library and each other alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import contracts

FOLDER = Path(contracts.__file__).parent


def imported_packages(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_the_contracts_import_the_standard_library_and_each_other_alone() -> None:
    files = list(FOLDER.rglob("*.py"))
    packages = set().union(*(imported_packages(path.read_text(encoding="utf-8")) for path in files))
    assert packages - sys.stdlib_module_names == {"contracts"}
