"""Definitions and engines say the same: no metric without a definition, no definition without a metric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kpi_engine.definitions import FAMILIES, all_definitions, load
from kpi_engine.definitions.definition import SCOR_ATTRIBUTES, UNITS
from tools.documentation import kpis

ROOT = Path(__file__).resolve().parents[3]

# Counts of rows and settings of the computation stand in the answers too; they describe the figures, they are none.
COUNTS = r"n|n_\w+|no_\w+|matched|forecast_only|actual_only|missing_\w+|zero_actual|crossed_interval|days|of"
DESCRIPTIVE = re.compile(rf"(^|\.)({COUNTS}|season|smape_range|nominal|level|error_grain|version|direction|verdict|reason)$")


def answer_of(family: str) -> dict[str, Any]:
    answer: dict[str, Any] = import_module(f"kpi_engine.examples.{family}").example()
    return answer


def scalars(answer: Any, path: str = "") -> Iterator[str]:
    """The paths of all numbers and nulls that stand in no list."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from scalars(value, f"{path}.{key}" if path else str(key))
    elif answer is None or (isinstance(answer, int | float) and not isinstance(answer, bool)):
        yield path


@pytest.mark.parametrize("family", FAMILIES)
def test_every_definition_stands_in_its_engines_answer(family: str) -> None:
    answer = answer_of(family)
    for definition in load(family):
        kpis.value_at(answer, definition.path)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_number_of_an_answer_has_a_definition(family: str) -> None:
    defined = {definition.path for definition in load(family)}
    described = {path for path in scalars(answer_of(family)) if DESCRIPTIVE.search(path)}
    assert set(scalars(answer_of(family))) - defined - described == set()


def test_names_are_unique_and_every_field_is_filled() -> None:
    definitions = all_definitions()
    assert len({definition.name for definition in definitions}) == len(definitions)
    for definition in definitions:
        assert all(vars(definition).values()), definition.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", definition.name)
        assert definition.unit in UNITS
        assert definition.scor in SCOR_ATTRIBUTES


def test_the_docs_page_is_what_the_code_writes() -> None:
    written = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert written == kpis.page(), "run python -m tools.documentation"
