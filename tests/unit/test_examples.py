"""The examples (`>>>`) in the docstrings of the engines, and the rule that public functions have one."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import forecast_engine
import kpi_engine
import signify_engines

ENGINES = (forecast_engine, kpi_engine, signify_engines)
NEED_EXAMPLES = ("forecast_engine", "signify_engines", "kpi_engine.shared", "kpi_engine.logistics")
NAMES = {"np": np, "pd": pd}
"""What every example may use without importing it."""


def modules() -> Iterator[ModuleType]:
    for package in ENGINES:
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield import_module(info.name)


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for module in modules() for test in finder.find(module, extraglobs=NAMES) if test.examples]


def public_functions() -> Iterator[tuple[str, str]]:
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_") and module.__name__.startswith(NEED_EXAMPLES):
                yield f"{module.__name__}.{name}", function.__doc__ or ""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_example_gives_what_it_says(example: doctest.DocTest) -> None:
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=report.append)
    assert result.failed == 0, "".join(report)


def test_every_public_function_of_the_forecaster_and_the_library_has_an_example() -> None:
    assert [name for name, docstring in public_functions() if ">>>" not in docstring] == []
