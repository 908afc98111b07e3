"""One definition, and reading all of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FAMILIES = ("forecast_accuracy", "anomalies", "logistics")
UNITS = ("percent", "ratio", "units", "points", "score", "count", "minutes", "money", "days", "grade", "class")
SCOR_ATTRIBUTES = ("reliability", "responsiveness", "agility", "cost", "assets")


@dataclass(frozen=True)
class Definition:
    """What one metric is; `path` is where its value stands in the answer of its family's engine, dots between keys, `[]` after a list for
    each of its rows."""

    family: str
    name: str
    title: str
    path: str
    formula: str
    unit: str
    sign: str
    zero_policy: str
    source: str
    scor: str
    version: str


@cache
def load(family: str) -> tuple[Definition, ...]:
    """The metrics of one engine, in the order of its file. Raises FileNotFoundError for a family that does not exist."""
    text = files("kpi_engine.definitions").joinpath(f"{family}.toml").read_text(encoding="utf-8")
    return tuple(Definition(family=family, **metric) for metric in tomllib.loads(text)["metric"])


def all_definitions() -> tuple[Definition, ...]:
    """The metrics of all engines."""
    return tuple(definition for family in FAMILIES for definition in load(family))
