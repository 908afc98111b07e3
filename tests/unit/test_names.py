"""Names say what a value is: a variable, an argument, a field or a function is never a bare past participle.

`found` leaves open what was found; `matches`, `row` or `is_known` do not. An adjective before a noun (`known_demand`) is fine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.test_structure import ROOT, source_files

IRREGULAR = """
begun bent born bought bound broken brought built caught chosen come dealt done drawn driven eaten fallen fed felt
forgotten found given gone got gotten grown heard held hidden hung hurt kept known laid led left lent lost made mistaken
overridden paid proven ridden risen said seen sent shaken shot shown sold sought spent spoken stolen stood struck stuck
swept taken taught thought thrown told torn understood undone unknown unseen untold withdrawn withheld won worn written
"""
REGULAR_LOOKALIKES = "bed breed embed exceed feed hundred indeed need proceed red seed shed speed succeed weed"

EXCEPTIONS = {
    "expected": "the standard name of the right value in a test, and of expected demand",
    "allowed": "vocabulary of schemas",
    "required": "vocabulary of schemas",
    "enabled": "vocabulary of settings",
    "served": "a field of a metric: the route that serves its values",
}
"""Names that may stand alone, each with the reason."""

JSON_FIELDS = frozenset(
    ["curated", "excluded", "matched", "measured", "passed", "published", "quarantined", "reconciled", "started", "stopped", "undefined"]
)
"""Fields of documents that the API, the jobs and the commands write: types name them as the documents do."""

CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
"""Members of enums and constants may name a state: ACCEPTED, QUARANTINED."""


def is_bare_participle(name: str) -> bool:
    """Whether the name is one word, a past participle, and no exception."""
    word = name.strip("_").lower()
    if CONSTANT.fullmatch(name) or not word.isalpha() or word in REGULAR_LOOKALIKES.split() or word in EXCEPTIONS or word in JSON_FIELDS:
        return False
    return word in IRREGULAR.split() or (word.endswith("ed") and len(word) > len("used"))


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a module names itself: functions, arguments, variables, attributes, fields."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.MatchAs(name=str() as name):
                yield node.lineno, name


def bare_participles(file: Path) -> list[str]:
    """Places of the rule's breaches in one file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return sorted({f"{file}:{line}: {name}" for line, name in names(tree) if is_bare_participle(name)})


def test_no_name_is_a_bare_participle() -> None:
    breaches = [breach for file in source_files() if "versions" not in file.parts for breach in bare_participles(file)]
    assert breaches == [], "name the noun: rows, matches, settings, is_known"


@pytest.mark.parametrize("name", ["found", "known", "_told", "stored", "accepted"])
def test_a_bare_participle_is_recognised(name: str) -> None:
    assert is_bare_participle(name)


@pytest.mark.parametrize("name", ["known_demand", "seed", "ACCEPTED", "rows", "expected", "is_known", "need"])
def test_a_noun_an_adjective_with_its_noun_and_an_exception_are_no_breach(name: str) -> None:
    assert not is_bare_participle(name)
