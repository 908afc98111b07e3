"""No package outside contracts/ spells a shared name itself: on the syntax tree, docstrings left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.alarms import AlarmName
from contracts.metrics import PlatformMetric
from contracts.paths import Zone
from contracts.routes import API_PATH
from contracts.run_states import RunState
from contracts.scopes import Scope

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("runtime", "cdk", "stacks", "glue_jobs", "local", "cli", "tools")
"""The engines may not import the contracts, so they are not checked; tests spell the names as an independent reference."""

EXCEPTIONS = {
    ("runtime", "forecasts"): "a field of the API, and a table of PostgreSQL",
    ("runtime", "kpis"): "a field of the API, and a table of PostgreSQL",
    ("runtime", "exports"): "a field of the API",
    ("runtime", "quarantine"): "a list of the API",
    ("runtime", "curated"): "a count of the quality report",
    ("glue_jobs", "curated"): "a count of the quality report",
    ("local", "curated"): "a count of the quality report",
    ("cli", "curated"): "a count of the quality report",
    ("cli", "kpis"): "a command",
    ("cli", "forecasts"): "a field of the API",
    ("cli", "runs"): "a field of a command's output",
    ("cli", "backup"): "a command, and a field of the event of the rebuilder",
    ("runtime", "anomalies"): "a field of the API",
    ("cli", "anomalies"): "a command",
    ("tools", "anomalies"): "a family of KPIs",
    ("cdk", "Forecast"): "a resource of Amazon Forecast",
    ("local", "Forecast"): "a resource of Amazon Forecast",
    ("cdk", "AuthenticationFailures"): "the name of an alarm, and of its filter",
    ("cdk", "DeadLetters"): "the construct of a queue",
}
"""Package and word: where the same word means something else."""

NAMES = frozenset([*Scope, *(scope.local_name for scope in Scope), *PlatformMetric, *RunState, *Zone, *AlarmName, API_PATH])
KEY_PREFIXES = tuple(f"{zone}/" for zone in Zone)
BODIES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Literal:
    file: str
    line: int
    text: str


def shared_literals(source: str, file: str = "") -> Iterator[Literal]:
    """Yield the string literals that are a shared name, or a key that begins with a zone."""
    tree = ast.parse(source)
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings, of attributes as well
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in texts:
            continue
        if node.value in NAMES or node.value.startswith(KEY_PREFIXES):
            yield Literal(file, node.lineno, node.value)


@pytest.fixture(scope="module")
def literals() -> list[Literal]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(files) > 200
    return [literal for path in files for literal in shared_literals(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())]


def test_shared_names_are_imported_from_contracts(literals: list[Literal]) -> None:
    assert [literal for literal in literals if (literal.file.partition("/")[0], literal.text) not in EXCEPTIONS] == []


@pytest.mark.parametrize(
    "source",
    [
        "alarm = PlatformMetric(name='RunPublished')",
        "state = 'Cleanse'",
        "scopes = ['signify/kpis:read']",
        "scope = 'kpis:read'",
        "reads = ('staging',)",
        "key = f'runs/{run_id}/manifest.json'",
        "lake.keys('features/daily_demand/v1/')",
    ],
)
def test_a_literal_is_recognised_wherever_it_is_written(source: str) -> None:
    assert len(list(shared_literals(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""Cleanse"""',
        'def f():\n    """staging"""',
        'LIMIT = 5\n"""runs"""',
        "# Cleanse",
        "staging = RUN_PUBLISHED",
        "text = 'the staging zone'",
    ],
)
def test_docstrings_comments_names_and_sentences_are_no_literals(source: str) -> None:
    assert list(shared_literals(source)) == []
