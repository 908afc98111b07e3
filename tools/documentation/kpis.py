"""docs/kpis.md: every metric with its definition and its value on a small example, both taken from the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pandas as pd

from kpi_engine.definitions import FAMILIES, Definition, load

TITLES = {
    "forecast_accuracy": "Forecast accuracy",
    "anomalies": "Anomalies",
    "logistics": "Logistics efficiency",
}
HEAD = """# KPIs

What every metric means, and its value on a small example. Written by `python -m tools.documentation` from
[kpi_engine/definitions](../kpi_engine/definitions/) and [kpi_engine/examples](../kpi_engine/examples/), which it runs;
`GET /api/v1/kpis/definitions` tells the same.

A is the actual, F the forecast. What is undefined is null with a reason, never 0 and never infinite. Percentages are 0..100.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for family in FAMILIES for line in _family(family))])


def value_at(answer: Mapping[str, Any], path: str) -> object:
    """The value at a path such as `bias.percent` or `capacity[].peak`, there of the first row. Raises KeyError when it leads nowhere."""
    value: Any = answer
    for key in path.split("."):
        value = value[key.removesuffix("[]")]
        value = value[0] if key.endswith("[]") else value
    found: object = value
    return found


def _family(family: str) -> Iterator[str]:
    module = import_module(f"kpi_engine.examples.{family}")
    answer = module.example()
    yield f"## {TITLES[family]}\n"
    for name, frame in module.inputs().items():
        yield f"`{name}` of the example:\n\n{_table(frame)}\n"
    for definition in load(family):
        yield _metric(definition, value_at(answer, definition.path))


def _metric(definition: Definition, value: object) -> str:
    return f"""### {definition.title}

| | |
|---|---|
| name | `{definition.name}` (in the answer: `{definition.path}`) |
| formula | {_cell(definition.formula)} |
| unit | {definition.unit} |
| sign | {_cell(definition.sign)} |
| undefined | {_cell(definition.zero_policy)} |
| SCOR attribute | {definition.scor} |
| source | {_cell(definition.source)} |
| in the example | **{_shown(value)}** |
"""


def _table(frame: pd.DataFrame) -> str:
    shown = frame.dropna(axis="columns", how="all")
    rows = [
        [str(column) for column in shown.columns],
        ["---"] * shown.shape[1],
        *([_shown(value) for value in row] for row in _rows(shown)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return iter(frame.itertuples(index=False, name=None))


def _shown(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return "null"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:.10g}" if isinstance(value, float) else _cell(str(value))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
