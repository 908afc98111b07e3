"""docs/kpis.md: every metric with its definition and its value on a small example, both taken from the code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

import pandas as pd

from kpi_engine.catalogue import metrics_by_family
from kpi_engine.shared.metric import Metric

TITLES = {
    "forecast_accuracy": "Forecast accuracy",
    "anomalies": "Anomalies",
    "logistics": "Logistics efficiency",
}
HEAD = """# KPIs

What every metric means, and its value on a small example. Written by `python -m tools.documentation` from
the metrics beside their arithmetic in [kpi_engine](../kpi_engine/catalogue.py) and from [kpi_engine/examples](../kpi_engine/examples/),
which it runs. `GET /api/v1/kpis/definitions` returns the same definitions.

A is the actual, F the forecast. What is undefined is null with a reason, never 0 and never infinite. Percentages are 0..100.
"""


NO_ROUTE = "no route: in the report of each run in the lake, below `anomalies/`; `GET /anomalies` lists its groups"


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for family, metrics in metrics_by_family().items() for line in _family(family, metrics))])


def _family(family: str, metrics: Sequence[Metric]) -> Iterator[str]:
    module = import_module(f"kpi_engine.examples.{family}")
    report = module.example()
    yield f"## {TITLES[family]}\n"
    for name, frame in module.inputs().items():
        yield f"`{name}` of the example:\n\n{_table(frame)}\n"
    for metric in metrics:
        yield _metric(metric, metric.value_in(report))


def _metric(metric: Metric, value: object) -> str:
    return f"""### {metric.title}

| | |
|---|---|
| name | `{metric.name}` (in the report: `{metric.path}`) |
| formula | {_cell(metric.formula)} |
| unit | {metric.unit} |
| sign | {_cell(metric.sign)} |
| undefined | {_cell(metric.zero_policy)} |
| SCOR attribute | {metric.scor} |
| source | {_cell(metric.source)} |
| served by | {f"`{metric.served}`" if metric.served else NO_ROUTE} |
| in the example | **{_format(value)}** |
"""


def _table(frame: pd.DataFrame) -> str:
    visible = frame.dropna(axis="columns", how="all")
    rows = [
        [str(column) for column in visible.columns],
        ["---"] * visible.shape[1],
        *([_format(value) for value in row] for row in _rows(visible)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    return iter(frame.itertuples(index=False, name=None))


def _format(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return "null"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:.10g}" if isinstance(value, float) else _cell(str(value))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
