"""Every metric of the three engines, by the family that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields

from kpi_engine.accuracy.metrics import catalogue as accuracy
from kpi_engine.anomalies import metrics as anomalies
from kpi_engine.definitions import Definition
from kpi_engine.logistics import metrics as logistics
from kpi_engine.shared.metric import Metric


def metrics_by_family() -> Mapping[str, tuple[Metric, ...]]:
    """Return the metrics of each engine, in the order in which docs/kpis.md shows them.

    >>> [metric.unit.value for metric in metrics_by_family()["forecast_accuracy"] if metric.name == "wape"]
    ['percent']
    """
    return {"forecast_accuracy": accuracy.METRICS, "anomalies": anomalies.METRICS, "logistics": logistics.METRICS}


def definitions() -> Iterator[Definition]:
    """Yield the definition of every metric.

    >>> next(definitions()).family
    'forecast_accuracy'
    """
    texts = [field.name for field in fields(Definition) if field.name != "family"]
    for family, metrics in metrics_by_family().items():
        for metric in metrics:
            yield Definition(family=family, **{name: getattr(metric, name) for name in texts})


def definitions_file() -> str:
    """Return the text of kpi_engine/definitions/definitions.json, one definition a line.

    >>> definitions_file().splitlines()[1].partition(",")[0]
    '{"family": "forecast_accuracy"'
    """
    lines = ",\n".join(json.dumps(vars(definition), ensure_ascii=False) for definition in definitions())
    return f"[\n{lines}\n]\n"
