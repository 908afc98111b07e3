"""Metrics and reports agree: no figure without a definition, no definition without a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kpi_engine.catalogue import definitions, definitions_file, metrics_by_family
from kpi_engine.definitions import FAMILIES, all_definitions
from tools.documentation import kpis

ROOT = Path(__file__).resolve().parents[3]
STALE = "run python -m tools.documentation"

# Counts of rows and settings of the computation are in the reports too; they describe the figures and are none themselves.
COUNTS = r"n|n_\w+|no_\w+|matched|forecast_only|actual_only|missing_\w+|zero_actual|crossed_interval|days|of"
DESCRIPTIVE = re.compile(rf"(^|\.)({COUNTS}|season|smape_range|nominal|level|error_grain|version|direction|verdict|reason)$")


def report_of(family: str) -> dict[str, Any]:
    report: dict[str, Any] = import_module(f"kpi_engine.examples.{family}").example()
    return report


def scalars(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all numbers and nulls that are in no list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from scalars(item, f"{path}.{key}" if path else str(key))
    elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield path


@pytest.mark.parametrize("family", FAMILIES)
def test_every_metric_has_a_figure_in_the_report_of_its_engine(family: str) -> None:
    report = report_of(family)
    for metric in metrics_by_family()[family]:
        metric.value_in(report)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_number_of_a_report_has_a_definition(family: str) -> None:
    paths = {metric.path for metric in metrics_by_family()[family]}
    counts = {path for path in scalars(report_of(family)) if DESCRIPTIVE.search(path)}
    assert set(scalars(report_of(family))) - paths - counts == set()


def test_names_are_unique_and_every_text_is_filled() -> None:
    metrics = [metric for family in metrics_by_family().values() for metric in family]
    assert len({metric.name for metric in metrics}) == len(metrics)
    for metric in metrics:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.name)
        texts = (metric.title, metric.path, metric.formula, metric.sign, metric.zero_policy, metric.source, metric.version)
        assert all(texts), metric.name


def test_a_path_that_leads_nowhere_is_an_error() -> None:
    metric = metrics_by_family()["forecast_accuracy"][0]
    with pytest.raises(KeyError):
        replace(metric, path="additional.nothing").value_in({"additional": {}})


def test_a_path_through_a_list_leads_to_its_first_row() -> None:
    metric = metrics_by_family()["forecast_accuracy"][0]
    assert replace(metric, path="rows[].n").value_in({"rows": [{"n": 1}, {"n": 2}]}) == 1


def test_the_families_of_the_catalogue_are_those_that_the_api_accepts() -> None:
    assert tuple(metrics_by_family()) == FAMILIES


def test_the_definitions_file_is_what_the_metrics_say() -> None:
    assert all_definitions() == tuple(definitions())
    assert (ROOT / "kpi_engine" / "definitions" / "definitions.json").read_text(encoding="utf-8") == definitions_file(), STALE


def test_the_docs_page_is_what_the_code_writes() -> None:
    assert (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8") == kpis.page(), STALE
