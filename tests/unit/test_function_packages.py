"""What a function imports is in its package: the services that its handler uses, and the adapters that these need."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest

from cdk.compute.function_specs import FUNCTION_SPECS, FunctionSpec
from cdk.compute.package import FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
SERVICES, ADAPTERS = (ROOT / "runtime" / "bootstrap" / f"{name}.py" for name in ("services", "adapters"))
SMALL_FUNCTIONS = [spec for spec in FUNCTION_SPECS if spec.package is FUNCTIONS and not spec.handler]


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """Which module imports which, without the imports inside the methods of the bootstrap, which run only where they are needed."""
    graph = grimp.build_graph("runtime", "kpi_engine", exclude_type_checking_imports=True, cache_dir=None)
    for name in ("services", "adapters"):
        graph.remove_module(f"runtime.bootstrap.{name}")
    return graph


def methods_by_name() -> dict[str, list[ast.FunctionDef]]:
    """The methods of services and adapters; a service and an adapter may have the same name."""
    methods: dict[str, list[ast.FunctionDef]] = {}
    for file in (SERVICES, ADAPTERS):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                methods.setdefault(node.name, []).append(node)
    return methods


def modules_of(method: ast.FunctionDef) -> set[str]:
    return {node.module for node in ast.walk(method) if isinstance(node, ast.ImportFrom) and node.module}


def attributes_of(method: ast.FunctionDef) -> set[str]:
    return {node.attr for node in ast.walk(method) if isinstance(node, ast.Attribute)}


def modules_for(spec: FunctionSpec) -> set[str]:
    """The module of the handler, and those that the bootstrap imports for the services it names."""
    handler = ROOT / "runtime" / "functions" / f"{spec.name}.py"
    names = set(re.findall(r"services\(\)\.(\w+)", handler.read_text("utf-8")))
    methods, visits = methods_by_name(), set[str]()
    while names := (names & methods.keys()) - visits:
        visits |= names
        names = {attribute for name in names for method in methods[name] for attribute in attributes_of(method)}
    bootstrap_methods = [method for name in visits for method in methods[name]]
    return {f"runtime.functions.{spec.name}", *(module for method in bootstrap_methods for module in modules_of(method))}


@pytest.mark.parametrize("spec", SMALL_FUNCTIONS, ids=lambda spec: spec.name)
def test_a_function_without_the_kpi_engine_never_imports_it(imports: grimp.ImportGraph, spec: FunctionSpec) -> None:
    modules = modules_for(spec)
    assert len(modules) > 1, "the handler names no service"
    own_modules = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in spec.package.files()}
    engine = {module for module in imports.modules if module.partition(".")[0] == "kpi_engine"} - own_modules - {"kpi_engine.insights"}
    chains = [imports.find_shortest_chain(module, target) for module in modules for target in engine if module in imports.modules]
    assert [" -> ".join(chain) for chain in chains if chain] == []
