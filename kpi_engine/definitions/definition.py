"""One definition, and reading all of them from the generated file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FAMILIES = ("forecast_accuracy", "anomalies", "logistics")
FILE = "definitions.json"


@dataclass(frozen=True)
class Definition:
    """Definition of one metric.

    path: where its figure is in the report of its family's engine, keys separated by dots, `[]` after a list for each of its rows.
    served: the route that serves stored values of the metric, None when it is in the engine's report only.
    """

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
    served: str | None


@cache
def all_definitions() -> tuple[Definition, ...]:
    """Return the definitions of all metrics, family by family.

    >>> next(definition.formula for definition in all_definitions() if definition.name == "wape")
    '100 * sum|A - F| / sum|A|'
    """
    text = files("kpi_engine.definitions").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(Definition(**definition) for definition in json.loads(text))
